"""What readers and search engines get: published reviews, their feed, and a search. Nobody signs in for it."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.responses import Response, StreamingResponse

from services.ports.published import ALL, Published, PublishedStore
from services.review.accepting import preferred
from services.review.claimreview import ClaimReview, as_json, feed_parts
from services.review.claimsearch import DEFAULT_FOUND, MOST_FOUND, Asked, SearchAnswer, found
from services.review.conditional import is_known, tag_of, unchanged
from services.review.problem import documented, problem
from services.review.publisher import Publisher, publisher_of
from services.review.scale import Scale, load_scale
from services.review.templates import render
from services.runtime.clock import Clock
from services.runtime.settings import Settings

PAGE = 50

TaskId = Annotated[str, Path(max_length=512, pattern=r"^[\w.:-]+$", description="A task's id")]
Cursor = Annotated[str | None, Query(max_length=2_000, description="Where a page ended")]

_TEXT, _LINKED_DATA = "text/html", "application/ld+json"
_HEADERS = {
    # Whoever caches it asks again after a minute, with the tag: a withdrawal must reach readers soon.
    "Cache-Control": "public, max-age=60",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Vary": "Accept",
}
_Responses = dict[int | str, dict[str, Any]]
_WRONG = {
    400: "The desk does not answer under this Host",
    404: "Nothing is published there",
    422: "The request is wrong; `detail` says how",
    503: "The database is away; try again",
}
_GONE = {410: "The review was withdrawn"}


class _LinkedData(Response):
    media_type = _LINKED_DATA


def _told(description: str, *media_types: str) -> _Responses:
    """The good answer of a route for the OpenAPI document."""
    schemas = {_TEXT: {"type": "string"}}
    content = {name: {"schema": schemas.get(name, {"type": "object"})} for name in media_types}
    unchanged = {"description": "Nothing changed since the tag in `If-None-Match`"}
    return {200: {"description": description, "content": content}, 304: unchanged}


@dataclass(frozen=True)
class _Desk:
    """What every route needs."""

    settings: Settings
    store: PublishedStore
    clock: Clock
    scale: Scale

    def publisher(self, request: Request) -> Publisher:
        """Who publishes. Raises 404 when nobody does."""
        publisher = publisher_of(self.settings, self.scale, str(request.base_url))
        if publisher is None:
            raise HTTPException(404, "this desk publishes nothing")
        return publisher


def make_public(settings: Settings, store: PublishedStore, clock: Clock) -> APIRouter:
    """The routes; they only read, and only what `services.review.publishing` let out.

    Raises UserError for a rating scale that cannot be read.
    """
    desk = _Desk(settings, store, clock, load_scale(settings.rating_scale))
    public = APIRouter(tags=["published"], responses=documented(_WRONG))
    _add_feed(public, desk)
    _add_reviews(public, desk)
    _add_search(public, desk)
    return public


def _add_feed(public: APIRouter, desk: _Desk) -> None:
    @public.get(
        "/published/claimreview.json",
        response_class=_LinkedData,
        responses=_told("A schema.org DataFeed of ClaimReview", _LINKED_DATA),
    )
    def published_feed(request: Request) -> Response:
        """Everything that is published, as one feed."""
        publisher = desk.publisher(request)
        edition = desk.store.edition()
        headers = _HEADERS | {"ETag": tag_of(publisher.tag, str(edition.number))}
        if is_known(request, headers["ETag"]):
            return unchanged(headers)
        name = publisher.organization.name
        parts = feed_parts(name, publisher.reviews(desk.store), edition.changed_at)
        return StreamingResponse(parts, headers=headers, media_type=_LINKED_DATA)


def _add_reviews(public: APIRouter, desk: _Desk) -> None:
    @public.get(
        "/published",
        response_class=HTMLResponse,
        responses=_told("The page", _TEXT) | documented(_WRONG, _TEXT),
    )
    def published_reviews(request: Request, cursor: Cursor = None) -> Response:
        """The page that lists what is published, the last changed first."""
        return _tagged(request, _list(request, desk, cursor))

    @public.get(
        "/published/{task_id}.json",
        response_class=_LinkedData,
        responses=_told("ClaimReview markup", _LINKED_DATA) | documented(_GONE),
    )
    def published_markup(request: Request, task_id: TaskId) -> Response:
        """One review as ClaimReview markup."""
        return _review(request, desk, task_id, _LINKED_DATA)

    @public.get(
        "/published/{task_id}",
        response_class=HTMLResponse,
        responses=_told("A page with the markup in it, or the markup", _TEXT, _LINKED_DATA)
        | documented(_WRONG | _GONE, _TEXT),
    )
    def published_review(request: Request, task_id: TaskId) -> Response:
        """One review: a page with the markup in it, or the markup alone for who accepts JSON."""
        offered = (_TEXT, _LINKED_DATA, "application/json")
        return _review(request, desk, task_id, preferred(request.headers.get("accept"), offered))


def _list(request: Request, desk: _Desk, cursor: str | None) -> Response:
    publisher = desk.publisher(request)
    items, following = desk.store.page(ALL, limit=PAGE, after=cursor)
    return render(
        request,
        "published-list.html",
        publisher=publisher.organization,
        reviews=[review for item in items if (review := publisher.review(item))],
        first=cursor is None,
        next=f"/published?{urlencode({'cursor': following})}" if following else None,
    )


def _review(request: Request, desk: _Desk, task_id: str, media_type: str) -> Response:
    publisher = desk.publisher(request)
    item = desk.store.get(task_id)
    if item is None or item.first_at is None:
        raise HTTPException(404, "nothing is published there")
    review = publisher.review(item)
    if review is None:
        gone = _gone(request, publisher, item, media_type)
        gone.headers.update(_HEADERS)
        return gone
    if media_type == _TEXT:
        return _tagged(request, _page(request, publisher, item, review))
    return _tagged(request, Response(as_json(review), media_type=media_type))


def _gone(request: Request, publisher: Publisher, item: Published, media_type: str) -> Response:
    if media_type != _TEXT:
        return problem(410, "withdrawn")
    shown = {"publisher": publisher.organization, "item": item}
    return render(request, "published-gone.html", 410, **shown)


def _page(request: Request, publisher: Publisher, item: Published, review: ClaimReview) -> Response:
    return render(
        request,
        "published.html",
        publisher=publisher.organization,
        item=item,
        review=review,
        markup=for_script(as_json(review)),
    )


def for_script(json: str) -> Markup:
    """JSON as it may stand within a script element: nothing in it can end the element."""
    for character in "<>&\u2028\u2029":
        json = json.replace(character, f"\\u{ord(character):04x}")
    return Markup(json)  # noqa: S704 - nothing is left that markup could begin with


def _tagged(request: Request, response: Response) -> Response:
    """The response with its tag, or that nothing changed."""
    headers = _HEADERS | {"ETag": tag_of(bytes(response.body), str(response.media_type))}
    if is_known(request, headers["ETag"]):
        return unchanged(headers)
    response.headers.update(headers)
    return response


def _add_search(public: APIRouter, desk: _Desk) -> None:
    @public.get("/v1alpha1/claims:search", response_model_exclude_none=True)
    def search_claims(
        request: Request, asked: Annotated[Asked, Query()], response: Response
    ) -> SearchAnswer:
        """Search what is published, as Google's Fact Check Tools API is asked and answers."""
        publisher = desk.publisher(request)
        response.headers.update(_HEADERS)
        if not asked.is_possible(publisher.site):
            return SearchAnswer(claims=())
        items, following = desk.store.page(
            asked.wanted(desk.clock.now().date()),
            limit=min(asked.page_size or DEFAULT_FOUND, MOST_FOUND),
            after=asked.page_token or None,
            offset=0 if asked.page_token else asked.offset,
        )
        claims = tuple(found(review) for item in items if (review := publisher.review(item)))
        return SearchAnswer(claims=claims, next_page_token=following)

"""Ingest over HTTP: push articles, look after feeds."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as AnyHTTPException

from services import __version__
from services.ingest.checking import FeedReport, check_feed_at
from services.ingest.documents import MAX_BYTES
from services.ingest.feed_adding import feed_address
from services.ingest.feed_metrics import metrics
from services.ingest.feed_view import FeedView
from services.ingest.files import JsonArticle
from services.ingest.item import Rejected
from services.ingest.opml import read_opml, write_opml
from services.ingest.push import KeyReused, NotTaken, Push
from services.ingest.sandbox import Sandbox
from services.ingest.source import is_address
from services.ports.feed_registry import Feed, FeedRegistry
from services.ports.web import Web
from services.runtime.clock import Clock
from services.runtime.errors import NotReady, UserError

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"
_BY = "api"
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {PROBLEM: {}}}
    for status, text in {
        401: "No token, or not the right one",
        404: "No such feed",
        413: "The request is too large",
        415: "The request does not say that it is JSON",
        422: "The request is wrong; `detail` says how, `reason` is a short code",
        503: "The database or the log is away; try again",
    }.items()
}
_ARTICLE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "An article, or an IPTC ninjs item (1.x to 3.x)",
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [
                        JsonArticle.model_json_schema(),
                        {"type": "object", "title": "ninjs", "required": ["uri"]},
                    ]
                }
            }
        },
    }
}
_OPML: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/x-opml": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class PushAnswer(BaseModel):
    """What a push made. `state` is new, revised or unchanged."""

    article_id: str
    revision: int
    state: str
    notes: list[str] = []


class NewFeed(BaseModel):
    """A feed to poll."""

    address: str = Field(max_length=2_048)
    title: str | None = Field(None, max_length=500)


class FeedPage(BaseModel):
    """Feeds in the order of their ids; `next` is the cursor of the following page."""

    feeds: list[FeedView]
    next: str | None = None


class Refused(BaseModel):
    """An address that cannot be a feed."""

    address: str
    error: str


class Imported(BaseModel):
    """What an OPML document brought."""

    feeds: int
    refused: list[Refused]


class IngestApi:
    """The routes, and what they need."""

    def __init__(
        self,
        registry: FeedRegistry,
        push: Push,
        web: Web,
        sandbox: Sandbox,
        clock: Clock,
        least: timedelta,
    ) -> None:
        self._registry, self._push, self._web = registry, push, web
        self._sandbox, self._clock, self._least = sandbox, clock, least

    def app(self, token: str) -> FastAPI:
        """The application; `token` is what every request must carry, but for probes and the description."""
        app = FastAPI(
            title="Claimdesk ingest",
            version=__version__,
            description="Push articles, and look after the feeds that are polled.",
            openapi_url="/api/v1/openapi.json",
            docs_url=None,  # FastAPI's own pages load scripts from another host
            redoc_url=None,
        )
        api = APIRouter(
            prefix="/api/v1", responses=_PROBLEMS, dependencies=[Depends(_checker(token))]
        )
        self._articles(api)
        self._lists(api)
        self._feeds(api)
        app.include_router(api)
        app.add_api_route("/livez", lambda: {"status": "alive"}, include_in_schema=False)
        app.add_api_route(
            "/metrics",
            self._metrics,
            response_class=PlainTextResponse,
            dependencies=[Depends(_checker(token))],
            description="Feeds in figures, in the text format of Prometheus.",
        )
        _add_errors(app)
        return app

    def _metrics(self) -> str:
        return metrics(self._registry.health(self._clock.now()))

    def _articles(self, api: APIRouter) -> None:
        @api.post("/articles", status_code=202, openapi_extra=_ARTICLE)
        async def push_article(
            request: Request,
            response: Response,
            source: Annotated[
                str | None, Query(max_length=2_000, description="Instead of the article's own")
            ] = None,
            idempotency_key: Annotated[
                str | None, Header(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")
            ] = None,
        ) -> PushAnswer:
            """Take one article into the log. It is there when this answers.

            The same article again is `unchanged`; a changed one is the next revision. With an `Idempotency-Key`, which is
            remembered for a week, the same request gets the same answer.
            """
            _check_json(request)
            body = await _body(request, MAX_BYTES)
            taken = await run_in_threadpool(self._push.take, body, idempotency_key, source)
            if taken.replayed:
                response.headers["Idempotency-Replayed"] = "true"
            pushed = taken.pushed
            return PushAnswer(
                article_id=pushed.article_id,
                revision=pushed.revision,
                state=pushed.state,
                notes=list(pushed.notes),
            )

    def _lists(self, api: APIRouter) -> None:
        @api.get("/feeds.opml", response_class=StreamingResponse)
        def export_feeds() -> StreamingResponse:
            """The active feeds as OPML."""
            return StreamingResponse(write_opml(self._active()), media_type="text/x-opml")

        @api.post("/feeds/import", openapi_extra=_OPML)
        async def import_feeds(request: Request) -> Imported:
            """Add the feeds of an OPML document."""
            body = await _body(request, MAX_BYTES)
            return await run_in_threadpool(self._import, body)

        @api.post("/feeds/check")
        def check_feed(given: NewFeed) -> FeedReport:
            """Ask a feed once: what it would give, its problems and its cost. Nothing is published."""
            address = feed_address(given.address, self._web, files=False)
            now = self._clock.now()
            return check_feed_at(address, self._web, self._sandbox, now, self._least)

    def _feeds(self, api: APIRouter) -> None:
        @api.get("/feeds")
        def list_feeds(
            stopped: bool = False,
            cursor: Annotated[str | None, Query(max_length=64)] = None,
            limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
        ) -> FeedPage:
            """The feeds and the health of each; also those that are stopped, if so asked."""
            found = self._registry.feeds(stopped=stopped, after=cursor, most=limit)
            following = found[-1].id if len(found) == limit else None
            return FeedPage(feeds=[self._view(feed) for feed in found], next=following)

        @api.post("/feeds", status_code=201)
        def add_feed(given: NewFeed) -> FeedView:
            """Poll a feed from now on. A known one stays as it is, and is taken up again if it was stopped."""
            address = feed_address(given.address, self._web, files=False)
            now = self._clock.now()
            [feed] = self._registry.add([(address, given.title)], _BY, now, seed=False)
            return self._view(feed)

        @api.get("/feeds/{feed_id}")
        def get_feed(feed_id: str) -> FeedView:
            """One feed."""
            return self._view(self._known(feed_id))

        @api.delete("/feeds/{feed_id}", status_code=204)
        def remove_feed(feed_id: str) -> None:
            """Poll it no more. Its articles stay."""
            self._registry.remove(self._known(feed_id).id)

        @api.post("/feeds/{feed_id}/poll", status_code=202)
        def poll_feed(feed_id: str) -> FeedView:
            """Make it due now, unless its server wants to be left alone; a poller takes it then."""
            feed = self._known(feed_id)
            self._registry.wake([feed.id], self._clock.now())
            return self._view(self._known(feed_id))

    def _view(self, feed: Feed) -> FeedView:
        return FeedView.of(feed, self._clock.now())

    def _known(self, feed_id: str) -> Feed:
        feed = self._registry.find(feed_id) if feed_id.startswith("feed_") else None
        if feed is None:
            raise HTTPException(404, "there is no such feed")
        return feed

    def _active(self) -> list[tuple[str, str | None]]:
        after, rows = None, list[tuple[str, str | None]]()
        while part := self._registry.feeds(after=after):
            rows += [(feed.address, feed.title) for feed in part if is_address(feed.address)]
            after = part[-1].id
        return rows

    def _import(self, body: bytes) -> Imported:
        good, refused = list[tuple[str, str | None]](), list[Refused]()
        for address, title in read_opml(body):
            try:
                good.append((feed_address(address, self._web, files=False), title))
            except UserError as error:
                refused.append(Refused(address=address, error=str(error)))
        self._registry.add(good, _BY, self._clock.now(), seed=False)
        return Imported(feeds=len(good), refused=refused)


def _checker(token: str) -> Callable[..., None]:
    bearer = HTTPBearer(auto_error=False, description="CLAIMDESK_INGEST_TOKEN")
    expected = token.encode()

    def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        offered = given.credentials.encode("utf-8", "surrogatepass") if given else b""
        if not secrets.compare_digest(offered, expected):
            raise HTTPException(
                401,
                "send the header `Authorization: Bearer <token>` with the token of ingest",
                headers={"WWW-Authenticate": "Bearer"},
            )

    return check


def _check_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise HTTPException(
            415, "send the header `Content-Type: application/json` with the request"
        )


async def _body(request: Request, limit: int) -> bytes:
    """The body, read no further than `limit`."""
    told = f"a request may carry {limit:,} bytes"
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > limit:
        raise HTTPException(413, told)
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise HTTPException(413, told)
        pieces.append(piece)
    return b"".join(pieces)


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """An error as an RFC 9457 problem document."""
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type=PROBLEM, headers=headers)


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(AnyHTTPException)
    def http(_request: Request, error: AnyHTTPException) -> Response:
        return problem(error.status_code, error.detail, dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def wrong(_request: Request, error: RequestValidationError) -> Response:
        rows = (
            f"{'.'.join(map(str, row['loc'][1:])) or row['loc'][0]}: {row['msg']}"
            for row in error.errors()[:5]
        )
        return problem(422, "; ".join(rows), reason="invalid")

    @app.exception_handler(UserError)
    def bad_input(_request: Request, error: UserError) -> Response:
        return problem(422, str(error), reason="invalid")

    @app.exception_handler(NotTaken)
    def not_taken(_request: Request, error: NotTaken) -> Response:
        return problem(422, str(error), reason=error.reason)

    @app.exception_handler(Rejected)
    def rejected(_request: Request, error: Rejected) -> Response:
        return problem(422, str(error), reason=error.reason)

    @app.exception_handler(KeyReused)
    def reused(_request: Request, _error: KeyReused) -> Response:
        told = "this Idempotency-Key came before with another body; give each article its own"
        return problem(422, told, reason="key_reused")

    @app.exception_handler(NotReady)
    def away(_request: Request, error: NotReady) -> Response:
        log.warning("request not served", dependency=error.dependency, error=str(error))
        told = f"the {error.dependency} is away; try again in a moment"
        return problem(503, told, {"Retry-After": "5"})

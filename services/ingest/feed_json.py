"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from services.ingest.entry import Entry, Feed, Markup
from services.ingest.feeds import FeedItems
from services.ingest.guard import MAX_ITEMS
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.runtime.events import describe

_VERSION = "jsonfeed.org/version/1"


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Author(_Lenient):
    name: str | None = None


class _Entry(_Lenient):
    id: str | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    author: _Author | None = None
    authors: list[_Author] = []


class _Feed(_Lenient):
    title: str | None = None
    feed_url: str | None = None
    home_page_url: str | None = None
    language: str | None = None
    author: _Author | None = None
    authors: list[_Author] = []
    items: list[Any] = []


def is_json_feed(value: Any) -> bool:
    """Whether `value` says that it is a JSON Feed."""
    return isinstance(value, dict) and _VERSION in str(value.get("version"))


def parse_json_feed(value: Any) -> tuple[Feed, list[Refusal]]:
    """The feed, and the items that are none. Raises Rejected (`invalid`, `too_many_items`)."""
    try:
        found = _Feed.model_validate(value)
    except ValidationError as error:
        raise Rejected("invalid", describe(error)) from error
    if len(found.items) > MAX_ITEMS:
        raise Rejected("too_many_items", f"more than {MAX_ITEMS:,} items")
    entries, refused = [], []
    for number, row in enumerate(found.items, start=1):
        try:
            entries.append(_entry(_Entry.model_validate(row), _author(found.authors, found.author)))
        except ValidationError as error:
            refused.append(Refusal(f"item {number}", "invalid", describe(error)))
    feed = Feed(
        title=Markup(found.title or ""),
        address=found.feed_url or found.home_page_url,
        language=found.language,
        entries=tuple(entries),
    )
    return feed, refused


def read_json_feed(value: Any, document: Document, options: Options) -> Iterator[Item | Refusal]:
    """The items of a JSON Feed; an item that cannot be used is a Refusal, and the next goes on."""
    feed, refused = parse_json_feed(value)
    for row in refused:
        yield Refusal(f"{document.name} {row.where}", row.reason, row.message)
    yield from FeedItems(document, options, feed, feed.entries).items()


def _entry(row: _Entry, feed_author: str | None) -> Entry:
    contents = (Markup(row.content_html or "", html=True), Markup(row.content_text or ""))
    return Entry(
        id=row.id,
        link=row.url or row.external_url,
        title=Markup(row.title or ""),
        author=_author(row.authors, row.author) or feed_author,
        published=row.date_published,
        updated=row.date_modified,
        contents=contents,
        summaries=(Markup(row.summary or ""),),
    )


def _author(authors: list[_Author], author: _Author | None) -> str | None:
    """All names; 1.0 had one author, 1.1 has a list."""
    named = authors or ([author] if author else [])
    return ", ".join(each.name for each in named if each.name) or None

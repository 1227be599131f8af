"""What a feed says of itself beside its items: its title, how often it changes, where its older items are."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from xml.parsers import expat

import pydantic_core

from services.ingest.addresses import web_address
from services.ingest.decoding import decode_markup, decode_text, without_declaration
from services.ingest.feed_json import is_json_feed
from services.ingest.item import Document, Item, Refusal, Rejected
from services.ingest.text import clean_line

MAX_VALUE = 2_000
"""Characters of one value that are read."""

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_OLDER = ("prev-archive", "next")
"""Relations of a link to older items (RFC 5005): an archive comes before a page."""
_READ = frozenset(("title", "ttl", "updateperiod", "updatefrequency"))
_NUMBER = re.compile(r"\d{1,6}")


@dataclass(frozen=True)
class FeedFacts:
    """`asks` is how long the feed wants to be left alone; `older` where its older items stand; `hub` its WebSub hub."""

    title: str | None = None
    asks: timedelta = timedelta(0)
    older: str | None = None
    hub: str | None = None


@dataclass(frozen=True)
class Reading:
    """A document read: its items, and what it says of itself."""

    rows: list[Item | Refusal]
    facts: FeedFacts


def facts_of(document: Document) -> FeedFacts:
    """What stands before the first item; nothing of what cannot be read. Entities are not expanded."""
    try:
        if document.body.lstrip()[:1] in {b"{", b"["}:
            return _of_json(document)
        text = without_declaration(decode_markup(document.body, document.charset))
        return _Head(text).facts(document.url)
    except Rejected:
        return FeedFacts()


def _of_json(document: Document) -> FeedFacts:
    try:
        value: Any = pydantic_core.from_json(decode_text(document.body))
    except ValueError:
        return FeedFacts()
    if not is_json_feed(value):
        return FeedFacts()
    title, older = value.get("title"), value.get("next_url")
    return FeedFacts(
        title=clean_line(title[:MAX_VALUE]) or None if isinstance(title, str) else None,
        older=_address(older, document.url) if isinstance(older, str) else None,
    )


class _Stop(Exception):
    """The first item begins."""


class _Head:
    """Reads the elements of a feed that stand before its first item."""

    def __init__(self, text: str) -> None:
        self._values: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._room = 0
        parser = expat.ParserCreate("utf-8")
        parser.EntityDeclHandler = self._stop
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        with suppress(_Stop, expat.ExpatError):  # what was read before stands
            parser.Parse(text.encode("utf-8", "replace"), True)

    def facts(self, base: str | None) -> FeedFacts:
        """What was found; links are relative to `base`."""
        older = next((self._links[name] for name in _OLDER if name in self._links), None)
        return FeedFacts(
            title=clean_line(self._values.get("title")) or None,
            asks=max(_minutes(self._values.get("ttl")), self._period()),
            older=_address(older, base),
            hub=_address(self._links.get("hub"), base),
        )

    def _period(self) -> timedelta:
        period = _PERIODS.get(self._values.get("updateperiod", "").strip().lower())
        if period is None:
            return timedelta(0)
        return period / (_number(self._values.get("updatefrequency")) or 1)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if local in {"item", "entry"}:
            raise _Stop
        self._path.append(local)
        self._text, self._room = [], MAX_VALUE
        if local == "link" and "href" in attributes:
            for relation in attributes.get("rel", "").lower().split():
                self._links.setdefault(relation, attributes["href"])

    def _end(self, _name: str) -> None:
        local = self._path.pop()
        # The title of an image or of a text box is not the feed's.
        if local in _READ and len(self._path) <= 2 and self._path[-1:] != ["image"]:
            self._values.setdefault(local, "".join(self._text))

    def _characters(self, text: str) -> None:
        if self._room > 0 and self._path and self._path[-1] in _READ:
            self._text.append(text[: self._room])
            self._room -= len(text)

    def _stop(self, *_: object) -> None:
        raise _Stop


def _number(text: str | None) -> int:
    found = _NUMBER.fullmatch((text or "").strip())
    return int(found[0]) if found else 0


def _minutes(text: str | None) -> timedelta:
    return timedelta(minutes=_number(text))


def _address(href: str | None, base: str | None) -> str | None:
    try:
        return web_address(urljoin(base or "", href)) if href else None
    except ValueError:
        return None

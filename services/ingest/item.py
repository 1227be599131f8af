"""One article as a source gave it, before it has an identity here."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Item:
    """An article to be. `text` is clean; `guid` is unique within `source`.

    `revision` is only what the source itself says; `published_at` keeps the zone it came with, which
    tells the publisher's day. `not_before` is the end of an embargo;
    `partial` is set when the text seems to be only the article's beginning or summary. `notes` say what was assumed or left out, `where` is the place it was
    read from, for messages.
    """

    source: str
    guid: str
    text: str
    title: str = ""
    url: str | None = None
    byline: str | None = None
    publisher: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    revision: int | None = None
    withdrawn: str | None = None
    not_before: datetime | None = None
    partial: bool = False
    notes: tuple[str, ...] = ()
    where: str = ""


class Rejected(Exception):
    """An item or a document that cannot become an article: `reason` is a short code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Refusal:
    """A rejection with its place: the file, address or line."""

    where: str
    reason: str
    message: str


@dataclass(frozen=True)
class Document:
    """Bytes with a name: what `claimdesk ingest` was given, or what a feed's server answered.

    `origin` is what the document is known by when nothing in it names it: a file's absolute address.
    `media_type` and `charset` are what the server said, if it said anything; `kind` is set where the
    reader is known already.
    """

    name: str
    body: bytes
    origin: str | None = None
    url: str | None = None
    media_type: str | None = None
    charset: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Options:
    """What a person or the settings say about everything in a document.

    `source` replaces what the document says; `published_at` fills in where it says nothing. `feed` is what a
    feed is known by: the address that it was first asked at.
    """

    source: str | None = None
    published_at: datetime | None = None
    feed: str | None = None

"""RSS and Atom: from a document to items, with an identity for each."""

import re
from calendar import timegm
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from services.ingest.dates import read_date
from services.ingest.decoding import decode_markup, without_declaration
from services.ingest.guard import check_feed
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.markup import html_to_text, looks_like_html
from services.ingest.text import clean, clean_line
from services.runtime.ids import content_hash

Entry = Mapping[str, Any]

_CLOSED = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|feed|RDF)\s*>", re.IGNORECASE)
_ITEM_TAG = re.compile(r"<(/?)(?:[\w.-]{1,40}:)?(?:item|entry)\b[^<>]*>", re.IGNORECASE)
_BARE = "it says nothing of itself"


def read_feed(document: Document, options: Options) -> Iterator[Item | Refusal]:
    """The items of a feed in the order they stand there, an item that cannot be used as a Refusal.

    A document that ends in the middle gives its whole items and then a Refusal (`incomplete`).
    Raises Rejected when the document as a whole is refused: see `guard`, and `not_a_feed`, `no_items`,
    `not_text`.
    """
    text = without_declaration(decode_markup(document.body, document.charset))
    malformed = check_feed(text)
    parsed = _parse(text, document.url)
    cut = malformed if malformed and not _CLOSED.search(text) else None
    if not parsed.get("version") and not parsed["entries"]:
        why = f" ({malformed})" if malformed else ""
        raise Rejected("not_a_feed", f"neither RSS nor Atom{why}")
    if not parsed["entries"] and (malformed or not parsed["feed"]):
        raise Rejected(
            "no_items", f"no item was found, and it is no whole feed ({malformed or _BARE})"
        )
    if cut and parsed["entries"] and not _last_item_ends(text):
        parsed["entries"].pop()  # half an article is none
    yield from _Feed(document, options, parsed, malformed).items()
    if cut:
        told = f"the feed ends in the middle ({cut}); what stands after that is missing"
        yield Refusal(document.name, "incomplete", told)


def _last_item_ends(text: str) -> bool:
    signs = _ITEM_TAG.findall(text)
    return bool(signs) and signs[-1] == "/"


def _parse(text: str, url: str | None) -> Any:
    import feedparser

    # Bodies become plain text here, so feedparser need not sanitise them: that is most of its time.
    headers = {"content-type": "application/xml; charset=utf-8"}
    if url:
        headers["content-location"] = url
    return feedparser.parse(
        text.encode("utf-8", "replace"),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


class _Feed:
    """A parsed feed on its way to items."""

    def __init__(
        self, document: Document, options: Options, parsed: Entry, malformed: str | None
    ) -> None:
        self._entries: list[Entry] = parsed["entries"]
        self._feed: Entry = parsed["feed"]
        self._where, self._published_at = document.name, options.published_at
        self._source = (
            options.source
            or document.url
            or _own_address(self._feed)
            or document.origin
            or document.name
        )
        self._notes = (
            (f"the feed is not well-formed ({malformed}); read leniently",) if malformed else ()
        )
        counts = Counter(_guid(entry) for entry in self._entries)
        self._reused = {guid for guid, count in counts.items() if count > 1}

    def items(self) -> Iterator[Item | Refusal]:
        given: set[str] = set()
        for number, entry in enumerate(self._entries, start=1):
            where = f"{self._where} item {number}"
            text = _body(entry)
            if not text:
                yield Refusal(where, "empty", "neither content, summary nor title has any text")
                continue
            item = self._item(entry, text, where)
            if item.guid in given:
                yield Refusal(where, "duplicate", f"an earlier item is also {item.guid[:200]!r}")
                continue
            given.add(item.guid)
            yield item

    def _item(self, entry: Entry, text: str, where: str) -> Item:
        notes = list(self._notes)
        guid = self._identity(entry, text, notes)
        published = _date(entry, "published", notes)
        modified = _date(entry, "updated", notes)
        if published is None and modified is None:
            notes.append("published_at: the item has no date")
        feed = self._feed
        publisher = (entry.get("source") or {}).get("title") or feed.get("title")
        return Item(
            source=self._source,
            guid=guid,
            text=text,
            title=_title(entry),
            url=_web(entry.get("link")),
            byline=clean_line(entry.get("author")) or None,
            publisher=clean_line(publisher) or None,
            language=clean_line(feed.get("language")) or None,
            published_at=published or modified or self._published_at,
            modified_at=modified,
            notes=tuple(notes),
            where=where,
        )

    def _identity(self, entry: Entry, text: str, notes: list[str]) -> str:
        """The feed's guid, else the link, else a hash of title and text.

        A guid that several items of one document carry names none of them.
        """
        guid = _guid(entry)
        if guid and guid not in self._reused:
            return guid
        if guid:
            notes.append(f"the guid {guid[:60]!r} is used more than once; told apart by the link")
        return _web(entry.get("link")) or content_hash(f"{_title(entry)}\n{text}")


def _own_address(feed: Entry) -> str | None:
    links = [link for link in feed.get("links") or () if link.get("rel") == "self"]
    return next((_web(link.get("href")) for link in links), None) or _web(feed.get("link"))


def _guid(entry: Entry) -> str | None:
    return clean_line(entry.get("id")) or None


def _title(entry: Entry) -> str:
    detail = entry.get("title_detail") or {}
    return clean_line(_to_text(str(entry.get("title") or ""), detail.get("type")))


def _body(entry: Entry) -> str:
    """The longest of the contents, else the summary, else the title."""
    contents = [
        _to_text(str(row.get("value") or ""), row.get("type")) for row in entry.get("content") or ()
    ]
    detail = entry.get("summary_detail") or {}
    summary = _to_text(str(entry.get("summary") or ""), detail.get("type"))
    return max(contents, key=len, default="") or summary or _title(entry)


def _to_text(value: str, media_type: str | None) -> str:
    if "<" not in value and "&" not in value:
        return clean(value)
    if media_type == "text/plain" and not looks_like_html(value):
        return clean(value)
    return html_to_text(value)


def _date(entry: Entry, name: str, notes: list[str]) -> datetime | None:
    # The plain lookup of a dict: feedparser's own answers "updated" with the publication date.
    given = dict(entry)
    mine: list[str] = []
    field = "published_at" if name == "published" else "modified_at"
    moment = read_date(given.get(name), mine, field)
    parsed = given.get(f"{name}_parsed")
    if moment is None and parsed is not None and 1970 < parsed[0] <= 2100:
        # One of the many other formats that feedparser knows; it gives UTC.
        return datetime.fromtimestamp(timegm(parsed), tz=UTC)
    notes.extend(mine)
    return moment


def _web(value: Any) -> str | None:
    try:
        parts = urlsplit(str(value or "").strip())
    except ValueError:
        return None
    return parts.geturl() if parts.scheme in {"http", "https"} and parts.netloc else None

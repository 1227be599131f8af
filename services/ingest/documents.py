"""From a document of any kind to items: which reader, and how much may come in."""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from urllib.parse import urlsplit

from services.ingest.feeds import read_feed
from services.ingest.files import read_json, read_text
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.pages import read_html

MAX_BYTES = 10_000_000
"""Bytes of one document, after decompression."""

Reader = Callable[[Document, Options], Iterator[Item | Refusal]]

READERS: dict[str, Reader] = {
    "feed": read_feed,
    "html": read_html,
    "json": read_json,
    "text": read_text,
}

SUFFIXES = {
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".jsonl": "json",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
}
"""Kind of a document by its name's end; the content decides for other names, and on the web."""

_LOOKS = (
    (
        "feed",
        re.compile(
            rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:rss|feed|rdf:RDF)\b", re.DOTALL
        ),
    ),
    (
        "html",
        re.compile(
            rb"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
            re.DOTALL | re.IGNORECASE,
        ),
    ),
    ("feed", re.compile(rb"\s*<\?xml\b")),
    ("json", re.compile(rb"\s*[{\[]")),
)


def read_document(document: Document, options: Options) -> Iterator[Item | Refusal]:
    """The items of `document`; what cannot be used is a Refusal, the document as a whole included."""
    if not document.body.strip():
        yield Refusal(document.name, "empty", "there is nothing in it")
        return
    if len(document.body) > MAX_BYTES:
        told = f"{len(document.body):,} bytes; the limit is {MAX_BYTES:,}"
        yield Refusal(document.name, "too_large", told)
        return
    try:
        yield from READERS[kind_of(document)](document, options)
    except Rejected as rejected:
        yield Refusal(document.name, rejected.reason, str(rejected))


def kind_of(document: Document) -> str:
    """A key of READERS."""
    if document.kind:
        return document.kind
    name = urlsplit(document.url).path if document.url else document.name
    by_name = SUFFIXES.get(PurePath(name).suffix.lower())
    if by_name and not document.url:
        return by_name
    head = document.body[:4096].removeprefix(b"\xef\xbb\xbf")
    by_looks = next((kind for kind, looks in _LOOKS if looks.match(head)), None)
    return by_looks or by_name or _by_media_type(document.media_type) or "text"


def _by_media_type(media_type: str | None) -> str | None:
    subtype = (media_type or "").partition("/")[2]
    kinds = {"html": "html", "json": "json", "xml": "feed", "plain": "text"}
    return next((kind for word, kind in kinds.items() if word in subtype), None)

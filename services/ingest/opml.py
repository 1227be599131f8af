"""Lists of feeds as OPML (opml.org), in and out."""

import re
from collections.abc import Iterable
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from services.ingest.decoding import decode_markup, without_declaration
from services.ingest.item import Rejected
from services.ingest.text import clean_line

MAX_FEEDS = 200_000
MAX_BYTES = 50_000_000
MAX_DEPTH = 100
_BARE = re.compile(r"&(?!(?:#\d{1,8}|#x[0-9a-fA-F]{1,8}|\w{1,32});)")
"""An ampersand that begins no entity: many programs write addresses so."""


def read_opml(body: bytes) -> list[tuple[str, str | None]]:
    """Address and title of each feed in the outline, each address once.

    Raises Rejected (`not_opml` with the place, `dtd`, `too_large`, `too_many_items`, `too_deep`, `not_text`).
    """
    if len(body) > MAX_BYTES:
        raise Rejected("too_large", f"{len(body):,} bytes; the limit is {MAX_BYTES:,}")
    outline = _Outline()
    try:
        outline.read(_BARE.sub("&amp;", without_declaration(decode_markup(body))))
    except expat.ExpatError as error:
        raise Rejected("not_opml", f"it is not well-formed: {error}") from error
    if not outline.is_opml:
        raise Rejected("not_opml", "its root is no <opml>")
    return list(outline.feeds.items())


class _Outline:
    def __init__(self) -> None:
        self.feeds: dict[str, str | None] = {}
        self.is_opml = False
        self._depth = 0

    def read(self, text: str) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._entity
        parser.Parse(text.encode("utf-8", "replace"), True)

    def _entity(self, *_: object) -> None:
        raise Rejected("dtd", "it declares entities; they are not expanded")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth == 0:
            self.is_opml = name.lower() == "opml"
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Rejected("too_deep", f"outlines are nested more than {MAX_DEPTH} deep")
        given = {key.lower(): value for key, value in attributes.items()}
        address = given.get("xmlurl", "").strip()
        if name.lower() == "outline" and address:
            title = clean_line(given.get("title") or given.get("text"))[:500]
            self.feeds.setdefault(address, title or None)
            if len(self.feeds) > MAX_FEEDS:
                raise Rejected("too_many_items", f"more than {MAX_FEEDS:,} feeds")

    def _end(self, _name: str) -> None:
        self._depth -= 1


def write_opml(feeds: Iterable[tuple[str, str | None]]) -> Iterable[str]:
    """The lines of an OPML 2.0 document."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
    yield "<head><title>Feeds of Claimdesk</title></head>\n<body>\n"
    for address, title in feeds:
        named = _attribute(title or address)
        yield f'<outline type="rss" text={named} title={named} xmlUrl={_attribute(address)}/>\n'
    yield "</body>\n</opml>\n"


def _attribute(value: str) -> str:
    return quoteattr(clean_line(value))

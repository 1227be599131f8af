"""Bytes to text: by byte-order mark, UTF-8, what is declared, and at last by likelihood."""

import codecs
import re

from services.ingest.item import Rejected

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How a document in UTF-16 begins when it has no mark (XML 1.0, appendix F).
_STARTS = ((b"\x00<\x00", "utf-16-be"), (b"<\x00", "utf-16-le"))
_DECLARED = re.compile(
    rb"""^[^>]{0,200}<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]{1,40})["']"""
    rb"""|<meta[^>]{0,200}\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")

# Text in these is also valid ASCII or UTF-8, so the declaration is believed before UTF-8 is tried.
_SEVEN_BIT = frozenset(("iso2022_jp", "iso2022_jp_2", "iso2022_kr", "hz", "utf-16", "utf-32"))
# Python knows more codecs than text encodings of the web, and some of those would smuggle markup past
# every check that is made on characters.
_REFUSED = frozenset(
    ("utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")
)


def decode_markup(body: bytes, charset: str | None = None) -> str:
    """The text of an XML or HTML document; `charset` is what the server said.

    Valid UTF-8 is believed before a declaration that says otherwise: chance does not make it, wrong
    declarations are common. Raises Rejected (`not_text`) for what has no readable encoding.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _decode(body[len(mark) :], encoding)
    for start, encoding in _STARTS:
        if body.startswith(start):
            return _decode(body, encoding)
    found = _DECLARED.search(body[:2048])
    named = (found[1] or found[2]).decode("ascii") if found else None
    declared = [codec for name in (named, charset) if name and (codec := _codec(name))]
    order = [name for name in declared if name in _SEVEN_BIT] + ["utf-8", *declared]
    for codec in order:
        try:
            return body.decode(codec)
        except UnicodeDecodeError:
            continue
    return _guess(body)


def decode_text(body: bytes) -> str:
    """Plain text, which must be UTF-8. Raises Rejected (`not_utf8`) with the place."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Rejected("not_utf8", "the file is UTF-16; save it as UTF-8")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise Rejected(
            "not_utf8",
            f"byte {error.start} (line {line}) is not UTF-8; save the file as UTF-8",
        ) from error


def without_declaration(text: str) -> str:
    """An XML document without its XML declaration, whose encoding no longer holds."""
    return _XML_DECLARATION.sub("", text, count=1)


def _codec(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if info.name in _REFUSED or not info._is_text_encoding:  # noqa: SLF001 - bytes-to-bytes codecs
        return None
    # On the web, Latin 1 and ASCII mean its superset of Windows (WHATWG Encoding, section 4.2).
    return "cp1252" if info.name in {"iso8859-1", "ascii"} else info.name


def _decode(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise Rejected("not_text", f"byte {error.start} is not {encoding}") from error


def _guess(body: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(body[:200_000]).best()
    if best is None:
        raise Rejected("not_text", "no encoding makes text of it")
    return body.decode(best.encoding, errors="replace")

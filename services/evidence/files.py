"""Files of evidence to rows: what a file is, its content says; its name only where that leaves it open."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from services.evidence import objects, tables
from services.evidence.fields import is_known
from services.evidence.line import Line
from services.evidence.markup import looks_like_html
from services.evidence.opening import Opened, decoded_start, opened, whole_text
from services.evidence.pages import MOST, page
from services.evidence.statements import NOTHING, Given, statement
from services.runtime.errors import UserError


class Format(StrEnum):
    """What a file of evidence can be."""

    JSON_LINES = "json lines"
    JSON = "json"
    TABLE = "table"
    PAGE = "page"
    TEXT = "text"


_NAMES: Mapping[str, Format] = {
    **dict.fromkeys((".jsonl", ".ndjson"), Format.JSON_LINES),
    **dict.fromkeys((".csv", ".tsv"), Format.TABLE),
}
"""Names that are believed: a broken first line must not make another format of the file."""

_NOT_OURS = (
    (b"PK\x03\x04", "a zip archive (or an office document): unpack it, or save it as text"),
    (b"%PDF", "a PDF: save its text, and load that"),
    (b"\xd0\xcf\x11\xe0", "an old office document: save it as text"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_TEXT_BYTES = 32 * 1024 * 1024
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)


class Reading(NamedTuple):
    """The rows of a file, and how many of its bytes were read so far."""

    lines: Iterator[Line]
    done: Callable[[], int]


@contextmanager
def reading(path: Path, given: Given = NOTHING) -> Iterator[Reading]:
    """The rows of `path`, perhaps gzipped, read as a stream except for single pages and texts.

    `given` is for texts and pages. Raises UserError, also while reading, for a file that cannot be read.
    """
    with opened(path) as file:
        yield Reading(_READERS[format_of(path, file.start)](file, given), file.done)


def read_rows(path: Path, given: Given = NOTHING) -> Iterator[Line]:
    """All rows of `path`; see `reading`."""
    with reading(path, given) as found:
        yield from found.lines


def check(paths: Sequence[Path]) -> int:
    """The bytes of all files. Raises UserError for the first that is nothing we can read."""
    for path in paths:
        with opened(path) as file:
            format_of(path, file.start)
    return sum(path.stat().st_size for path in paths)


def format_of(path: Path, start: bytes) -> Format:
    """What the file is. Raises UserError with the remedy when it is nothing for us."""
    if not start.strip():
        raise UserError(f"{path}: the file is empty")
    for mark, what in _NOT_OURS:
        if start.startswith(mark):
            raise UserError(f"{path}: it is {what}")
    text = decoded_start(start).lstrip("\ufeff \t\r\n")
    if _FEED.search(text[:2_000]):
        raise UserError(f"{path}: it is a feed: `claimdesk ingest` reads those")
    name = path.name.lower().removesuffix(".gz")
    for ending, named in _NAMES.items():
        if name.endswith(ending):
            return named
    if text[:1] in "{[":
        return _json_format(text)
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise UserError(f"{path}: it is neither text nor JSON, CSV or HTML")
    if looks_like_html(text) and (text[0] == "<" or name.endswith((".html", ".htm", ".xhtml"))):
        return Format.PAGE
    return Format.TABLE if _is_table(text) else Format.TEXT


def _json_format(text: str) -> Format:
    """Lines when the first one is a whole object and others follow."""
    first, _, rest = text.partition("\n")
    try:
        whole = isinstance(json.loads(first), Mapping)
    except (ValueError, RecursionError):
        whole = False
    return Format.JSON_LINES if whole and rest.strip() else Format.JSON


def _is_table(text: str) -> bool:
    """Whether the first line has at least two headings of ours."""
    header = text.split("\n", 1)[0]
    cells = header.split(tables.delimiter_of(header))
    return sum(is_known(cell.strip().strip('"')) for cell in cells) > 1


def _table(file: Opened, given: Given) -> Iterator[Line]:
    del given
    return tables.rows(file)


def _json(file: Opened, given: Given) -> Iterator[Line]:
    del given
    return objects.document(file)


def _json_lines(file: Opened, given: Given) -> Iterator[Line]:
    del given
    return objects.lines(file)


def _page(file: Opened, given: Given) -> Iterator[Line]:
    charset = _CHARSET.search(file.start[:4_000].decode("latin-1"))
    return page(whole_text(file, MOST, charset[1] if charset else None), given)


def _text(file: Opened, given: Given) -> Iterator[Line]:
    return statement(whole_text(file, _TEXT_BYTES), given)


_READERS: Mapping[Format, Callable[[Opened, Given], Iterator[Line]]] = {
    Format.JSON_LINES: _json_lines,
    Format.JSON: _json,
    Format.TABLE: _table,
    Format.PAGE: _page,
    Format.TEXT: _text,
}

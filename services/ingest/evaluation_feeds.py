"""How the feed readers do: against feeds that carry their expected result, and against feedparser."""

import ast
import re
import time
from calendar import timegm
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zipfile import ZipFile, is_zipfile

from pydantic_core import from_json

from services.ingest.dates import read_date
from services.ingest.decoding import decode_markup, without_declaration
from services.ingest.entry import Entry, Feed, Markup
from services.ingest.feed_json import parse_json_feed
from services.ingest.feed_lenient import read_lenient
from services.ingest.feeds import byline_of, parse_feed
from services.ingest.item import Document, Options, Refusal, Rejected
from services.ingest.markup import words_of
from services.ingest.sandbox import Sandbox
from services.ingest.text import clean_line
from services.runtime.errors import UserError

FEEDS_DEFINITIONS = (
    "case: a file with its expectation (a Python expression) in a comment; nothing of it is run",
    "checks: comparisons of one field with a literal in expectations, for the fields that ingest keeps",
    "right: the field equals the expected value, both as text (markup and entities resolved), dates as moments",
    "feedparser: the same comparison on the result of feedparser alone, with its defaults",
    "broken: files that the reading process did not survive, or took more than 30 seconds for",
)
_EXPECTED = re.compile(r"Expect:\s*(.*?)\s*-->", re.DOTALL)
_HEADER = re.compile(r"^Header:\s*([\w-]+):\s*(.*?)\s*$", re.MULTILINE)
_BASE = "http://127.0.0.1:8097/"  # where the cases expect to be served from

_FIELDS = {
    ("entries", "title"): "title",
    ("entries", "title_detail", "value"): "title",
    ("entries", "link"): "link",
    ("entries", "id"): "id",
    ("entries", "guid"): "id",
    ("entries", "author"): "author",
    ("entries", "author_detail", "name"): "author name",
    ("entries", "published"): "published",
    ("entries", "published_parsed"): "published",
    ("entries", "updated"): "updated",
    ("entries", "updated_parsed"): "updated",
    ("feed", "title"): "feed title",
    ("feed", "title_detail", "value"): "feed title",
}


@dataclass(frozen=True)
class Check:
    """One comparison of an expectation: `path` in feedparser's result, which field that is, its value."""

    path: tuple[str | int, ...]
    name: str
    expected: Any


@dataclass
class Agreement:
    """Right answers of the product and of feedparser, for one field."""

    total: int = 0
    ours: int = 0
    feedparser: int = 0


@dataclass
class CaseFigures:
    """`agreement` by whether the case is well-formed and by field; `misses` are ours only."""

    files: int = 0
    broken: list[str] = field(default_factory=list)
    agreement: dict[tuple[str, str], Agreement] = field(default_factory=dict)
    misses: list[tuple[str, str, str, str]] = field(default_factory=list)


@dataclass
class RealFigures:
    """Feeds without an expectation: how long each reader took, and where they differ, by field."""

    files: int = 0
    entries: int = 0
    well_formed: int = 0
    seconds: float = 0.0
    feedparser_seconds: float = 0.0
    differences: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str, str, str]] = field(default_factory=list)


def read_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each feed in a folder or a zip file, in the order of their names.

    Raises UserError when `path` is neither.
    """
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(path)), file.read_bytes()
        return
    if not is_zipfile(path):
        raise UserError(f"{path} is neither a folder nor a zip file")
    with ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/"):
                yield name, archive.read(name)


def expectation_of(body: bytes) -> str | None:
    """The expression in the first comment of a case."""
    try:
        found = _EXPECTED.search(decode_markup(body))
    except Rejected:
        return None
    return found[1] if found else None


def checks_of(expectation: str) -> list[Check]:
    """The comparisons of an expectation that are about a field that ingest keeps."""
    try:
        tree = ast.parse(expectation, mode="eval").body
    except (SyntaxError, ValueError):
        return []
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return [check for part in parts if (check := _check(part))]


def _check(part: ast.expr) -> Check | None:
    if (
        not isinstance(part, ast.Compare)
        or len(part.ops) != 1
        or not isinstance(part.ops[0], ast.Eq)
    ):
        return None
    path = _path(part.left)
    name = _FIELDS.get(tuple(step for step in path if isinstance(step, str)))
    if name is None:
        return None
    try:
        return Check(path, name, ast.literal_eval(part.comparators[0]))
    except ValueError:
        return None


def _path(node: ast.expr) -> tuple[str | int, ...]:
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=value, attr=name):
            return (*_path(value), name)
        case ast.Subscript(value=value, slice=ast.Constant(value=str() | int() as step)):
            return (*_path(value), step)
    return ()


def evaluate_cases(files: Sequence[tuple[str, bytes]]) -> CaseFigures:
    """Every file read in the sandbox; fields compared with the expectation where there is one."""
    figures = CaseFigures(files=len(files))
    with Sandbox() as sandbox:
        for name, body in files:
            kind = "json" if name.endswith(".json") else "feed"
            rows = sandbox.read(Document(name, body, kind=kind), Options())
            if any(isinstance(row, Refusal) and row.reason in _BROKEN for row in rows):
                figures.broken.append(name)
    for name, body in files:
        _compare_case(name, body, checks_of(expectation_of(body) or ""), figures)
    return figures


_BROKEN = frozenset(("too_slow", "parser_died"))


def _compare_case(name: str, body: bytes, checks: list[Check], figures: CaseFigures) -> None:
    if not checks:
        return
    url, charset = _served(body)
    feed, malformed = _parsed(name, body, url, charset)
    theirs = _feedparser(body, url)
    group = "malformed" if malformed else "well-formed"
    for check in checks:
        row = figures.agreement.setdefault((group, check.name), Agreement())
        expected = _plain(check.name, check.expected)
        ours = _ours(feed, check)
        row.total += 1
        row.ours += ours == expected
        row.feedparser += _plain(check.name, _at(theirs, check.path)) == expected
        if ours != expected:
            figures.misses.append((name, check.name, str(expected), str(ours)))


def _parsed(
    name: str, body: bytes, url: str | None, charset: str | None
) -> tuple[Feed | None, str | None]:
    try:
        if name.endswith(".json"):
            return parse_json_feed(from_json(body))[0], None
        return parse_feed(without_declaration(decode_markup(body, charset)), url)
    except (Rejected, ValueError) as refused:
        return None, str(refused)


def _served(body: bytes) -> tuple[str | None, str | None]:
    """The address and the encoding that the case says it came with; most were files."""
    headers = {key.lower(): value for key, value in _HEADER.findall(body[:2048].decode("latin-1"))}
    charset = headers.get("content-type", "").partition("charset=")[2].strip("\"' ") or None
    served = "content-location" in headers or _BASE.encode() in body
    return urljoin(_BASE, headers.get("content-location", "")) if served else None, charset


def _feedparser(body: bytes, url: str | None) -> Any:
    import feedparser

    headers = {"content-type": "application/xml"} | ({"content-location": url} if url else {})
    return feedparser.parse(body, response_headers=headers)


def _at(found: Any, path: Sequence[str | int]) -> Any:
    try:
        for step in path:
            found = found[step]
    except (KeyError, IndexError, TypeError):
        return None
    return found


def _ours(feed: Feed | None, check: Check) -> Any:
    if feed is None:
        return None
    if check.name == "feed title":
        return clean_line(words_of(feed.title))
    number = next(step for step in check.path if isinstance(step, int))
    try:
        return field_of(feed.entries[number], check.name)
    except IndexError:
        return None


def field_of(entry: Entry, name: str) -> Any:
    """A field as it becomes an article's: text without markup, dates as moments in UTC."""
    match name:
        case "title":
            return clean_line(words_of(entry.title))
        case "author name":
            return byline_of(entry.author) or ""
        case "published" | "updated":
            return _moment(entry.published if name == "published" else entry.updated)
    return clean_line(getattr(entry, name))


def _plain(name: str, value: Any) -> Any:
    """An expected value as `field_of` gives it."""
    if name in {"published", "updated"}:
        return _moment(value)
    if name.endswith("title"):
        return clean_line(words_of(Markup(str(value or ""))))
    return clean_line(value)


def _moment(value: Any) -> datetime | None:
    if value and not isinstance(value, str):
        return datetime.fromtimestamp(timegm(value), tz=UTC)
    moment = read_date(value, [])
    return moment.astimezone(UTC) if moment else None


def evaluate_real(files: Sequence[tuple[str, bytes]]) -> RealFigures:
    """Each feed by the product's reader and by feedparser, with its defaults, one after the other."""
    figures = RealFigures(files=len(files))
    for name, body in files:
        started = time.perf_counter()
        try:
            text = without_declaration(decode_markup(body))
            feed, malformed = parse_feed(text, None)
        except Rejected as rejected:
            figures.examples.append((name, "refused", rejected.reason, str(rejected)))
            continue
        figures.seconds += time.perf_counter() - started
        started = time.perf_counter()
        _feedparser(body, None)
        figures.feedparser_seconds += time.perf_counter() - started
        figures.well_formed += malformed is None
        if feed is not None:
            _compare_real(name, feed, read_lenient(text, None) or Feed(), figures)
    return figures


_COMPARED = ("title", "link", "id", "author", "published", "updated", "text")


def _compare_real(name: str, ours: Feed, theirs: Feed, figures: RealFigures) -> None:
    figures.entries += len(ours.entries)
    if len(ours.entries) != len(theirs.entries):
        figures.differences["entries"] += 1
        told = (str(len(theirs.entries)), str(len(ours.entries)))
        figures.examples.append((name, "entries", *told))
        return
    for number, (mine, other) in enumerate(zip(ours.entries, theirs.entries, strict=True), start=1):
        for each in _COMPARED:
            left, right = _compared(other, each), _compared(mine, each)
            if left != right:
                figures.differences[each] += 1
                figures.examples.append((f"{name} item {number}", each, str(left), str(right)))


def _compared(entry: Entry, name: str) -> Any:
    if name != "text":
        return field_of(entry, name)
    return max(map(words_of, (*entry.contents, *entry.summaries)), key=len, default="")

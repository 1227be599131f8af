"""Article files: plain text, JSON articles and JSON lines."""

from collections.abc import Iterable, Iterator
from typing import Any

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.ingest.dates import read_date
from services.ingest.decoding import decode_text
from services.ingest.feed_json import is_json_feed, read_json_feed
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.markup import html_to_text, looks_like_html
from services.ingest.ninjs import is_ninjs, read_ninjs
from services.ingest.pages import FILES
from services.ingest.text import clean, clean_line
from services.runtime.events import describe
from services.runtime.ids import content_hash


class JsonArticle(BaseModel):
    """An article as a file or a pusher gives it; fields that are not named here are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: str | None = None
    guid: str | None = None
    source: str | None = None
    url: str | None = None
    title: str | None = None
    byline: str | None = None
    publisher: str | None = None
    published_at: str | None = None
    modified_at: str | None = None
    language: str | None = None
    revision: int | None = Field(None, ge=1)
    text: str


MAX_GARBAGE = 20
"""Lines in a row that are no JSON, after which what follows is taken for something else."""
_GARBAGE = frozenset(("not_json", "not_utf8"))

_ONE = TypeAdapter(JsonArticle)


def read_text(document: Document, options: Options) -> Iterator[Item | Refusal]:
    """One article of plain UTF-8 text. Raises Rejected (`not_utf8`)."""
    notes: list[str] = []
    text = _plain(decode_text(document.body), notes)
    if options.published_at is None:
        notes.append("published_at: the file has no date; give one with --published-at")
    yield Item(
        source=options.source or FILES,
        guid=document.url or document.origin or content_hash(text),
        text=text,
        url=document.url,
        published_at=options.published_at,
        notes=tuple(notes),
        where=document.name,
    )


def read_json(document: Document, options: Options) -> Iterator[Item | Refusal]:
    """One article or ninjs item, a list of them, JSON lines, or a JSON Feed.

    A bad article is a Refusal and the next goes on.

    Raises Rejected (`not_utf8`, `not_json`).
    """
    text = decode_text(document.body)
    try:
        parsed = pydantic_core.from_json(text)
    except ValueError as error:
        if "\n" not in text.strip() or _is_one_object(text):
            raise Rejected("not_json", str(error)) from error
        yield from until_garbage(_lines(text, document, options), document.name)
        return
    if is_json_feed(parsed):
        yield from read_json_feed(parsed, document, options)
        return
    rows = parsed if isinstance(parsed, list) else [parsed]
    for number, row in enumerate(rows, start=1):
        where = f"{document.name} item {number}" if isinstance(parsed, list) else document.name
        origin = None if isinstance(parsed, list) else document.origin
        yield _article(row, where, origin, options)


def _is_one_object(text: str) -> bool:
    """Whether `text` was meant as one object over several lines, and not as JSON lines."""
    first = text.lstrip()[:1_000].partition("\n")[0].strip()
    return first in {"{", "["} or (
        first.startswith(('{ "', '{"')) and first.endswith((",", "{", "["))
    )


def _lines(text: str, document: Document, options: Options) -> Iterator[Item | Refusal]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{document.name} line {number}"
        try:
            row = pydantic_core.from_json(line)
        except ValueError as error:
            yield Refusal(where, "not_json", str(error))
            continue
        yield _article(row, where, None, options)


def until_garbage(rows: Iterable[Item | Refusal], name: str) -> Iterator[Item | Refusal]:
    """`rows` of JSON lines; many in a row that are no JSON end them, with one Refusal (`no_json_lines`)."""
    run = 0
    for row in rows:
        yield row
        run = run + 1 if isinstance(row, Refusal) and row.reason in _GARBAGE else 0
        if run == MAX_GARBAGE:
            told = f"{run} lines in a row are no JSON, the last of them {row.where}; the rest was not read"
            yield Refusal(name, "no_json_lines", told)
            return


def _article(row: Any, where: str, origin: str | None, options: Options) -> Item | Refusal:
    if is_ninjs(row):
        try:
            return read_ninjs(row, where, options)
        except Rejected as rejected:
            return Refusal(where, rejected.reason, str(rejected))
    try:
        given = _ONE.validate_python(row)
    except ValidationError as error:
        return Refusal(where, "invalid", describe(error))
    notes: list[str] = []
    text = _plain(given.text, notes)
    url = clean_line(given.url) or None
    published = read_date(given.published_at, notes) or options.published_at
    if published is None and not notes:
        notes.append("published_at: the article has no date")
    return Item(
        source=options.source or clean_line(given.source) or FILES,
        guid=clean_line(given.guid) or clean_line(given.id) or url or origin or content_hash(text),
        text=text,
        title=clean_line(given.title),
        url=url,
        byline=clean_line(given.byline) or None,
        publisher=clean_line(given.publisher) or None,
        language=given.language,
        published_at=published,
        modified_at=read_date(given.modified_at, notes, "modified_at"),
        revision=given.revision,
        notes=tuple(notes),
        where=where,
    )


def _plain(text: str, notes: list[str]) -> str:
    if looks_like_html(text):
        notes.append("the text was HTML; its words were taken")
        return html_to_text(text)
    return clean(text)

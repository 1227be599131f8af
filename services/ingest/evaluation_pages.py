"""How well article pages are read: against pages whose text and metadata are known."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from services.ingest.dates import read_date
from services.ingest.evaluation_feeds import read_files
from services.ingest.item import Document, Item, Options
from services.ingest.sandbox import Sandbox
from services.ingest.text import clean_line
from services.runtime.errors import UserError

PAGES_DEFINITIONS = (
    "text F1: harmonic mean of precision and recall over the bag of four words in a row, lower case, mean over pages",
    "published: the same moment, to the minute; day: the same day on the publisher's clock",
    "title: word F1 of at least one half; exact title: the same words, whatever the marks",
    "byline: the same names in any order, of the pages that have one",
)
_WORD = re.compile(r"\w+")
_HALF = 0.5
_NAMED = re.compile(r"(?P<outlet>.+?)_\d{4}_\d{2}_\d{2}\.html\.gz")


@dataclass(frozen=True)
class Expected:
    """What a page says, as its annotators took it."""

    text: str
    title: str
    published: datetime | None
    authors: tuple[str, ...]


@dataclass(frozen=True)
class PageResult:
    """One page; `published` to `byline` are right or not."""

    page: str
    precision: float
    recall: float
    f1: float
    published: bool
    day: bool
    title: bool
    exact_title: bool
    byline: bool | None
    found: Item | None
    expected: Expected


def read_pages(path: Path) -> Iterator[tuple[str, bytes, Expected]]:
    """Pages with what is expected of them: `OUTLET.json` has one object a page, in the order of their dates.

    Raises UserError when there are no pages, or pages and objects do not match.
    """
    files = dict(read_files(path))
    pages: dict[str, list[str]] = {}
    for name in files:
        if found := _NAMED.fullmatch(PurePosixPath(name).name):
            folder = str(PurePosixPath(name).parent / found["outlet"])
            pages.setdefault(folder, []).append(name)
    if not pages:
        raise UserError(f"{path}: no page is named like OUTLET_2025_06_03.html.gz")
    for outlet, names in sorted(pages.items()):
        if f"{outlet}.json" not in files:
            raise UserError(f"{outlet}.json is not there: it holds what is expected of {names[0]}")
        expected = json.loads(files[f"{outlet}.json"]).values()
        for name, row in zip_longest(sorted(names), expected):
            if name is None or row is None:
                raise UserError(f"{outlet}.json: {len(expected)} objects for {len(names)} pages")
            yield name, gzip.decompress(files[name]), _expected(row)


def _expected(row: dict[str, Any]) -> Expected:
    body = row["body"]
    parts = [
        part
        for section in body["sections"]
        for part in (*section["headline"], *section["paragraphs"])
    ]
    return Expected(
        text="\n".join((*body["summary"], *parts)),
        title=row.get("title") or "",
        published=read_date(row.get("publishing_date"), []),
        authors=tuple(row.get("authors") or ()),
    )


def evaluate_pages(path: Path) -> list[PageResult]:
    """Every page read in the sandbox, as the product reads it."""
    with Sandbox() as sandbox:
        results = []
        for name, body, expected in read_pages(path):
            rows = sandbox.read(Document(name, body, kind="html"), Options())
            found = next((row for row in rows if isinstance(row, Item)), None)
            results.append(_result(name, found, expected))
        return results


def _result(name: str, found: Item | None, expected: Expected) -> PageResult:
    precision, recall, f1 = overlap(found.text if found else "", expected.text)
    published = found.published_at if found else None
    return PageResult(
        name,
        precision,
        recall,
        f1,
        _minute(published) == _minute(expected.published),
        _day(published) == _day(expected.published),
        _common(found.title if found else "", expected.title) >= _HALF,
        _words(found.title if found else "") == _words(expected.title),
        _same_names(found, expected.authors) if expected.authors else None,
        found,
        expected,
    )


def overlap(found: str, expected: str) -> tuple[float, float, float]:
    """Precision, recall and F1 over the bags of four words in a row."""
    one, other = _grams(found), _grams(expected)
    both = sum((one & other).values())
    precision, recall = both / max(1, one.total()), both / max(1, other.total())
    return precision, recall, 2 * both / max(1, one.total() + other.total())


def _grams(text: str) -> Counter[tuple[str, ...]]:
    words = _words(text)
    return Counter(zip(words, words[1:], words[2:], words[3:], strict=False))


def _words(text: str) -> list[str]:
    return _WORD.findall(clean_line(text).lower())


def _common(found: str, expected: str) -> float:
    one, other = Counter(_words(found)), Counter(_words(expected))
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def _minute(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(second=0, microsecond=0) if moment else None


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None


def _same_names(found: Item | None, authors: tuple[str, ...]) -> bool:
    given = (found.byline or "").split(",") if found else []
    return {tuple(_words(name)) for name in given} == {tuple(_words(name)) for name in authors}

"""Measures of dates: sentences whose expressions of time and their values are known."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError
from spacy.language import Language

from schemas.base import Span
from schemas.claim import DateMention
from services.extract.dates import Reference, resolve_article
from services.extract.dates_interval import parse_iso
from services.extract.evaluation import Found, Ratio, match
from services.extract.sentences import Layout, parse
from services.runtime.errors import UserError

DATES_DEFINITIONS = (
    "An expression is found when an extracted one shares a character with it; pairs are formed one to one, the largest share (Jaccard index of characters) first. A text without any counts too: what is extracted there lowers precision.",
    "A date is right when it is found and both values mean the same first and last day; F1 is over all dates of all texts.",
    "Flags are the expressions that contradict themselves (a weekday that is another day): found are those extracted with a conflict.",
)


class _Date(BaseModel):
    text: str | None = None
    span: Span | None = None
    value: str
    conflict: bool = False


class _Row(BaseModel):
    text: str
    published_at: datetime | None = None
    dates: list[_Date]
    split: str = "all"


@dataclass(frozen=True)
class DateMiss:
    """An annotated or extracted date without its like; none stands for nothing there."""

    text: str
    wanted: str | None
    got: str | None


@dataclass(frozen=True)
class DateFigures:
    """What was measured on one split."""

    texts: int
    expressions: Found
    dates: Found
    flags: Found
    misses: tuple[DateMiss, ...]


def evaluate_dates(path: Path, nlp: Language) -> dict[str, DateFigures]:
    """Figures for each split of `path`: JSON lines of {text, published_at, dates: [{text or span, value, conflict?}], split?}.

    Raises UserError naming the file and the line that cannot be read.
    """
    rows = list(_read(path))
    splits: dict[str, _Tally] = defaultdict(_Tally)
    layouts = (Layout.of(row.text) for row, _ in rows)
    for (row, gold), (_, doc) in zip(rows, parse(layouts, nlp), strict=True):
        published = row.published_at.date() if row.published_at is not None else None
        splits[row.split].add(row, gold, resolve_article(doc, Reference(published)))
    return {name: splits[name].figures() for name in sorted(splits)}


def _read(path: Path) -> Iterator[tuple[_Row, list[Span]]]:
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                row = _Row.model_validate_json(line)
                for one in row.dates:
                    parse_iso(one.value)
                yield row, _spans(row)
    except (OSError, ValueError, ValidationError) as error:
        raise UserError(
            f"{path}, line {number}: not readable as sentences with dates: {error}"
        ) from error


def _spans(row: _Row) -> list[Span]:
    """Where the dates stand; one told by its words is the next place that has them. Raises ValueError."""
    spans: list[Span] = []
    after = 0
    for one in row.dates:
        span = one.span
        if span is None:
            if not one.text:
                raise ValueError("a date needs its text or its span")
            start = row.text.index(one.text, after)
            span = (start, start + len(one.text))
        spans.append(span)
        after = span[1]
    return spans


class _Tally:
    """Counts that grow text by text."""

    def __init__(self) -> None:
        self._texts = self._gold = self._found = self._hits = self._right = 0
        self._gold_flags = self._found_flags = self._flags = 0
        self._misses: list[DateMiss] = []

    def add(self, row: _Row, spans: Sequence[Span], found: Sequence[DateMention]) -> None:
        """Take in one text."""
        pairs = match(
            [frozenset(range(*span)) for span in spans],
            [frozenset(range(*one.span)) for one in found],
            0.0,
        )
        self._texts += 1
        self._gold += len(spans)
        self._found += len(found)
        self._hits += len(pairs)
        self._gold_flags += sum(one.conflict for one in row.dates)
        self._found_flags += sum(one.conflict is not None for one in found)
        for number, gold in enumerate(row.dates):
            got = found[pairs[number]] if number in pairs else None
            self._flags += gold.conflict and got is not None and got.conflict is not None
            if got is not None and parse_iso(got.value) == parse_iso(gold.value):
                self._right += 1
            else:
                self._misses.append(DateMiss(row.text, gold.value, got.value if got else None))
        spurious = set(range(len(found))) - set(pairs.values())
        self._misses += [DateMiss(row.text, None, found[one].value) for one in sorted(spurious)]

    def figures(self) -> DateFigures:
        """The counts as ratios."""
        return DateFigures(
            self._texts,
            Found(Ratio(self._hits, self._found), Ratio(self._hits, self._gold)),
            Found(Ratio(self._right, self._found), Ratio(self._right, self._gold)),
            Found(Ratio(self._flags, self._found_flags), Ratio(self._flags, self._gold_flags)),
            tuple(self._misses),
        )

"""Dates that a sentence names, as partial ISO dates that can be compared."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NUMBER = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)}
_MONTH = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_DATE = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_MONTH})\b\.?(?:,?\s+(?P<y1>\d{{4}})\b)?|"
    rf"\b(?P<m2>{_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,?\s+(?P<y2>\d{{4}})\b)?|"
    rf"\b(?P<m3>{_MONTH})\.?,?\s+(?:of\s+)?(?P<y3>\d{{4}})\b|"
    r"\b(?P<y4>\d{4})-(?P<m4>\d{2})-(?P<d4>\d{2})\b|"
    r"(?<![\w.,$€£/-])(?P<y5>1[5-9]\d\d|20\d\d)(?![\w%]|[.,]\d|-\d)",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"(?<![\w.,$€£/-])(?:(?:between|from)\s+)?(?P<first>1[5-9]\d\d|20\d\d)(?:\s*[-–]\s*|\s+(?:and|to|until)\s+)"
    r"(?P<last>1[5-9]\d\d|20\d\d)(?![\w%]|[.,]\d|-\d)",
    re.IGNORECASE,
)
# Dates that say when something was told, what it is measured against, or only a limit: no date of the fact.
_ASIDE = re.compile(
    r"\b(?:than|compared (?:with|to)|versus|up from|down from|above|below|before|after|until|by|over)"
    r"(?:\s+(?:in|of|the|those|that|mid|late|early|on|end))*\s*$|"
    r"\b(?:report(?:ed|s)?|said|says|announced|according to (?:a|the|its)|estimated|published|"
    r"updated|wrote)\s+(?:in|on|of|a|its)?\s*$",
    re.IGNORECASE,
)
_ASIDE_LONG = 40  # characters before a date that are looked at
_DIGIT = re.compile(r"\d")  # every date has one: most sentences need no second look
_LONGEST = 4_000


class Day(NamedTuple):
    """A date as far as it is known: any part may be none. `last` is the last year of a span of years."""

    year: int | None
    month: int | None = None
    day: int | None = None
    last: int | None = None

    def fits(self, other: "Day") -> bool:
        """Whether both can be the same moment or period: no part that both know differs.

        A span of years is a period of its own: a year within it is another one.
        """
        if (self.last or other.last) and self.last != other.last:
            return False
        return all(
            mine is None or its is None or mine == its
            for mine, its in zip(self, other, strict=True)
        )

    def as_precise(self, other: "Day") -> bool:
        """Whether it has every part that the other one has."""
        return all(
            mine is not None for mine, its in zip(self, other, strict=True) if its is not None
        )

    def finer(self, other: "Day") -> bool:
        """Whether it has every part that the other one has, and more."""
        return self.as_precise(other) and not other.as_precise(self)

    def __str__(self) -> str:
        month = _MONTHS[self.month - 1].capitalize() if self.month else ""
        whole = " ".join(str(part) for part in (self.day, month, self.year) if part)
        return f"{whole} to {self.last}" if self.last else whole


class Found(NamedTuple):
    """A date and where it stands; `aside` when it is not the date of what the sentence tells."""

    day: Day
    span: tuple[int, int]
    aside: bool = False


def find_dates(text: str) -> list[Found]:
    """The days, months, years and spans of years that `text` names."""
    text = text[:_LONGEST]
    if not _DIGIT.search(text):
        return []
    spans = [
        Found(Day(int(one["first"]), last=int(one["last"])), one.span(), _aside(text, one.start()))
        for one in _YEARS.finditer(text)
        if int(one["first"]) < int(one["last"])
    ]
    single = [
        Found(day, one.span(), _aside(text, one.start()))
        for one in _DATE.finditer(text)
        if (day := _day(one)) is not None
        and not any(span[0] <= one.start() < span[1] for _, span, _ in spans)
    ]
    return sorted([*spans, *single], key=lambda one: one.span)


def _aside(text: str, start: int) -> bool:
    return _ASIDE.search(text[max(0, start - _ASIDE_LONG) : start]) is not None


def _day(found: re.Match[str]) -> Day | None:
    parts = found.groupdict()
    year, month, day = (
        next((parts[f"{kind}{n}"] for n in range(1, 6) if parts.get(f"{kind}{n}")), None)
        for kind in "ymd"
    )
    number = None if month is None else _month(month)
    if (number is not None and not 1 <= number <= 12) or (day and not 1 <= int(day) <= 31):
        return None
    return Day(int(year) if year else None, number, int(day) if day else None)


def _month(name: str) -> int:
    return int(name) if name.isdigit() else _NUMBER[name[:3].lower()]


def from_iso(value: str) -> list[Day]:
    """The dates of a resolved expression: `2021-03-10`, `2021-03`, `2021`; of an interval what both ends share."""
    ends = [_parts(end) for end in value.split("/")]
    if not all(ends):
        return []
    first, last = ends[0], ends[-1]
    shared: list[int | None] = []
    for mine, its in zip(first, last, strict=True):
        if mine != its:
            break
        shared.append(mine)
    return [Day(*shared)] if shared and shared[0] is not None else []


def _parts(iso: str) -> tuple[int | None, int | None, int | None] | tuple[()]:
    if not re.fullmatch(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", iso):
        return ()
    numbers = [int(part) for part in iso.split("-")]
    return (
        numbers[0],
        numbers[1] if len(numbers) > 1 else None,
        numbers[2] if len(numbers) > 2 else None,
    )


def agree(ours: Iterable[Day], theirs: Iterable[Day]) -> bool | None:
    """Whether some date of one side fits one of the other; none when a side names no date."""
    ours, theirs = list(ours), list(theirs)
    if not ours or not theirs:
        return None
    if any(one.fits(other) for one in ours for other in theirs):
        return True
    return _spanned(ours, theirs) or _spanned(theirs, ours)


def _spanned(spans: Iterable[Day], days: Sequence[Day]) -> bool:
    """Whether both ends of a span of years are named one by one: "between PISA 2018 and PISA 2022"."""
    return any(
        span.last and all(any(day.year == end for day in days) for end in (span.year, span.last))
        for span in spans
    )

"""Dates as publishers write them, to ISO 8601."""

import re
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = "|".join((*(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS), "sept"))
_MONTH_NUMBER = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)}

_ISO = re.compile(r"\b(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)")
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b\.?,?\s+(\d{{4}})\b", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(\d{{4}})\b", re.IGNORECASE
)
_MONTH_ONLY = re.compile(rf"\b({_MONTH})\b\.?,?\s+(\d{{4}})\b", re.IGNORECASE)
_YEARS = range(1000, 2101)
_LONGEST = 200  # characters that are looked at: a date stands near the start of its field


def to_iso(text: str) -> str | None:
    """The date in `text` as a day, a month or a year in ISO 8601; none when there is none.

    Reads what fact-checkers publish: `2020-10-07 20:05`, `26 May 2015`, `stated on October 22, 2019 in
    a mailer.:`. A time of day is dropped. An impossible date is none, never moved to a possible one;
    `07/10/2020` is none as well, because nothing says which part is the month.
    """
    text = text[:_LONGEST]
    if found := _DAY_FIRST.search(text):
        return _iso(found[3], _month(found[2]), found[1])
    if found := _MONTH_FIRST.search(text):
        return _iso(found[3], _month(found[1]), found[2])
    if found := _MONTH_ONLY.search(text):
        return _iso(found[2], _month(found[1]), None)
    if found := _ISO.search(text):
        return None if _is_slashed(text, found) else _iso(found[1], found[2], found[3])
    return None


def _is_slashed(text: str, found: re.Match[str]) -> bool:
    """Whether the year is the tail of something like 07/10/2020."""
    return found.start() > 0 and text[found.start() - 1] in "/.-"


def _month(name: str) -> int:
    return _MONTH_NUMBER[name[:3].lower()]


def _iso(year: str, month: str | int | None, day: str | None) -> str | None:
    if int(year) not in _YEARS:
        return None
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        return None
    if day is None:
        return f"{year}-{int(month):02d}"
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None

"""The pieces that patterns for expressions of time are built from.

Every pattern is a fixed sequence of bounded parts, so that scanning is linear in the text. A
pattern's group `x` is the expression itself; words around it that only show what it is stay outside.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.extract.calendar_words import (
    COUNT_WORDS,
    FULL_MONTHS,
    FULL_WEEKDAYS,
    MONTHS,
    WEEKDAYS,
)
from services.extract.dates_context import Context
from services.extract.dates_interval import Interval

Match = re.Match[str]
Resolve = Callable[[Match, Context], Interval | None]


@dataclass(frozen=True)
class Rule:
    """A pattern, what it means, and the clue without which it need not be tried."""

    clue: str
    pattern: re.Pattern[str]
    resolve: Resolve


def either(words: Iterable[str]) -> str:
    """The words as titles and in capitals; never lower case ("may", "march" are other words)."""
    both = {word.title() for word in words} | {word.upper() for word in words}
    return rf"(?:{'|'.join(sorted(both, key=lambda word: (-len(word), word)))})"


S = r"(?:[ \t\xa0]{1,2}\n?|\n)"
"""White space within a paragraph."""
FULL_MONTH = rf"(?:{either(FULL_MONTHS)}\b)"
MONTH = rf"(?:{FULL_MONTH}|{either(MONTHS.keys() - set(FULL_MONTHS))}\b\.?)"
FULL_WEEKDAY = rf"(?:{either(FULL_WEEKDAYS)}\b)"
WEEKDAY = rf"(?:{FULL_WEEKDAY}|{either(WEEKDAYS.keys() - set(FULL_WEEKDAYS))}\b\.?)"
DAY = r"(?:(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\w%])(?!\.\d))"
YEAR = r"(?:(?:1[5-9]|20|21)\d\d(?![\w%])(?![.,]\d))"
DASH = r"(?:[-–—]|[ \xa0](?:[-–—]|to|until|till|through)[ \xa0])"
COUNT = rf"(?:\d{{1,4}}|{'|'.join(sorted(COUNT_WORDS, key=lambda word: (-len(word), word)))})"
UNIT = r"(?:(?P<unit>day|week|fortnight|month|quarter|year|decade|century|centurie)s?\b)"
YEAR_BESIDE = (
    rf"(?:,?{S}(?:of{S})?(?P<year>{YEAR})"
    rf"|,?{S}(?:of{S})?(?:the{S})?(?P<which>last|this|next|that|same){S}year\b)"
)
"""A year told beside a day or month: ", 2020", "last year", "of that year"."""


def rule(clue: str, pattern: str, resolve: Resolve, flags: int = 0) -> Rule:
    """A rule whose match starts at a word, and not within a number, a sum or an address."""
    return Rule(clue, re.compile(r"(?<![\w.,/$£€–-])" + pattern, flags), resolve)


def group(match: Match, name: str) -> str:
    """The text of group `name`, or of its twin `name2` in the other branch, or nothing."""
    groups = match.groupdict()
    return groups.get(name) or groups.get(f"{name}2") or ""


def place(match: Match, name: str) -> int:
    """Where that group starts."""
    return match.start(name if match.groupdict().get(name) else f"{name}2")


def count(word: str) -> int:
    """A number in figures or words; an absent one is 1."""
    return int(word) if word.isdigit() else COUNT_WORDS[word.lower() or "a"]


def unit_of(match: Match) -> str:
    """The singular unit of time in the match."""
    unit = match["unit"].lower()
    return "century" if unit == "centurie" else unit


def month_of(word: str) -> int:
    """1..12."""
    return MONTHS[word.rstrip(".").lower()]


def day_of(word: str) -> int:
    """The number of "5", "05" or "5th"."""
    return int(word.rstrip("sthndrSTHNDR"))

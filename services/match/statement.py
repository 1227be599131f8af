"""A sentence as match compares it: terms, names, numbers, dates, polarity, speaker."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.match.dates import Day, find_dates
from services.match.numbers import Number, find_numbers
from services.match.polarity import is_negated

_NAME = re.compile(r"\b[^\W\d_a-z][\w’'.]*")
_LONGEST = 4_000  # characters that are searched: a claim is a sentence or two


@dataclass(frozen=True)
class Statement:
    """What a claim says, or what an item of evidence is about.

    `author` holds the terms of whoever published or said it: that a report names its own publisher
    makes it no report on something else.
    """

    text: str
    terms: frozenset[str]
    names: frozenset[str]
    numbers: tuple[Number, ...]
    days: tuple[Day, ...]
    negated: bool
    speaker: str | None = None
    author: frozenset[str] = frozenset()


def parse(
    text: str,
    terms: Sequence[str],
    names: Sequence[str],
    *,
    speaker: str | None = None,
    days: Iterable[Day] = (),
    author: Sequence[str] = (),
) -> Statement:
    """The statement in `text`, whose index terms are `terms`, and those of its names `names`.

    `days` are dates that were resolved elsewhere ("last year"); they stand beside those in the text.
    """
    found = find_dates(text)
    return Statement(
        text=text,
        terms=frozenset(terms),
        names=frozenset(names),
        numbers=tuple(find_numbers(text, [one.span for one in found])),
        days=tuple(dict.fromkeys([*(one.day for one in found), *days])),
        negated=is_negated(text),
        speaker=speaker,
        author=frozenset(author),
    )


def names_in(text: str) -> str:
    """The words of `text` with a capital, dates left out, joined for the analysis.

    The first word of a sentence may be no name; it then counts as one, which is harmless: it is a
    content word of the claim like any other.
    """
    text = text[:_LONGEST]
    for one in reversed(find_dates(text)):
        text = f"{text[: one.span[0]]} {text[one.span[1] :]}"
    return " ".join(_NAME.findall(text))

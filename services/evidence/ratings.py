"""Publishers' ratings on one scale: the one table of words, and what a numeric scale says."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from schemas.evidence import Evidence, Finding

_TABLE = Path(__file__).with_name("ratings.csv")
_ANYBODY = "*"
_PLAIN = re.compile(r"[\W_]+")
_HEAD = re.compile(r"[.:;!–—]")
_LONGEST = 200  # characters of a rating that are looked at
_STEPS = (
    (0.875, Finding.TRUE),
    (0.625, Finding.MOSTLY_TRUE),
    (0.375, Finding.MIXED),
    (0.125, Finding.MOSTLY_FALSE),
    (0.0, Finding.FALSE),
)
"""The least share of the scale for each finding: a scale of five falls on its five steps."""

_QUALIFIED = frozenset({Finding.TRUE, Finding.MOSTLY_TRUE})


class Rated(NamedTuple):
    """What a rating says; `known` is false for one that nobody has mapped yet."""

    finding: Finding | None
    known: bool


class Scale(NamedTuple):
    """A rating in numbers, as a ClaimReview gives it."""

    value: float
    worst: float = 1.0
    best: float = 5.0


def rated(rating: str, publisher: str) -> Rated:
    """The finding of `rating` by `publisher`, which is a host or an address.

    A publisher's own line goes before everybody's; a line without a finding is known to say nothing about
    truth ("Full Flop"). A rating with an explanation ("False: the photo is from 2012") counts by its first
    words, unless those affirm, since what follows an affirmation is mostly what is wrong with it.
    """
    table, host = _table(), host_of(publisher)
    whole = _plain(rating)
    for name in (*_parents(host), _ANYBODY):
        if (name, whole) in table:
            return Rated(table[name, whole], known=True)
    head = _plain(_HEAD.split(rating[:_LONGEST], maxsplit=1)[0])
    finding = table.get((_ANYBODY, head))
    if finding is None or finding in _QUALIFIED:
        return Rated(None, known=not whole)
    return Rated(finding, known=True)


def tally(items: Iterable[Evidence], *, every: bool = False) -> Counter[tuple[str, str, str]]:
    """How often each (publisher, rating, finding) occurs: those that nobody mapped yet, or `every` one."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for item in items:
        if not item.rating or item.withdrawn is not None:
            continue
        by = host_of(item.url or "") or item.publisher or ""
        if every or (item.finding is None and not rated(item.rating, by).known):
            counts[by, item.rating, item.finding or ""] += 1
    return counts


def on_scale(scale: Scale) -> Finding | None:
    """The finding of a number; none when it lies outside of its scale, as -1 does, or the scale has no length.

    `best` may be below `worst`: the names say which end is true, not the order of the numbers.
    """
    if scale.best == scale.worst:
        return None
    share = (scale.value - scale.worst) / (scale.best - scale.worst)
    if not 0 <= share <= 1:
        return None
    return next(finding for least, finding in _STEPS if share >= least)


def host_of(address: str) -> str:
    """The host of an address in lower case without `www.`; of a bare host itself; `address` if it is none."""
    if "/" not in address:
        return address.removeprefix("www.")
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _parents(host: str) -> Iterator[str]:
    """`factcheck.afp.com`, `afp.com`: a publisher's line also holds for what is below its host."""
    parts = host.split(".")
    for start in range(max(len(parts) - 1, 1)):
        yield ".".join(parts[start:])


def _plain(text: str) -> str:
    """The words alone, in lower case: "Half-True!" and "half true" are one rating."""
    text = unicodedata.normalize("NFC", text[:_LONGEST]).casefold()
    return _PLAIN.sub(" ", text).strip()


@cache
def _table() -> Mapping[tuple[str, str], Finding | None]:
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        return {
            (row["host"], _plain(row["rating"])): Finding(row["finding"])
            if row["finding"]
            else None
            for row in csv.DictReader(stream)
        }

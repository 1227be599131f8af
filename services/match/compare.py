"""A claim beside a piece of evidence, slot by slot: what agrees, what differs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from services.match.dates import Day, agree
from services.match.numbers import Number
from services.match.statement import Statement

SAME_CLAUSE = 0.4
"""Share of a claim's content that a clause of the text must hold to speak of the same."""


@dataclass(frozen=True)
class Difference:
    """The two values of a slot that cannot both be right."""

    slot: str
    here: str
    there: str


@dataclass(frozen=True)
class Comparison:
    """Slots of both sides; none where a side has no value, or where both can be right."""

    shared: frozenset[str]
    names_shared: frozenset[str]
    names_here: frozenset[str]
    numbers: bool | None
    dates: bool | None
    differences: tuple[Difference, ...]
    speaker: bool | None


def compare(claim: Statement, evidence: Statement) -> Comparison:
    """Compare a claim with what the evidence is about."""
    numbers, number_pair = compare_numbers(claim.numbers, evidence.numbers)
    dates = agree(claim.days, evidence.days)
    differences = []
    if number_pair:
        differences.append(Difference("number", number_pair[0].text, number_pair[1].text))
    if dates is False:
        differences.append(Difference("date", _days(claim.days), _days(evidence.days)))
    return Comparison(
        shared=claim.terms & evidence.terms,
        names_shared=claim.names & evidence.known,
        names_here=claim.names - evidence.known,
        numbers=numbers,
        dates=dates,
        differences=tuple(differences),
        speaker=_same_speaker(claim.speaker, evidence.speaker),
    )


def compare_numbers(
    ours: Sequence[Number], theirs: Sequence[Number]
) -> tuple[bool | None, tuple[Number, Number] | None]:
    """Whether the numbers agree, and the first pair that does not.

    Where one number agrees, another one only speaks against it if it names the same unit: "children
    under five" is no other figure for "five million". A figure that one of the claim's equals is no
    other value of another: "rose to 12 per cent from 11" is not at odds with "was 12 per cent".
    """
    left = [
        mine
        for mine in ours
        if not any(mine.same(one) and not mine.kinds_differ(one) for one in theirs)
    ]
    agreed = len(left) < len(ours)
    open_ones = [
        one
        for one in theirs
        if not any(mine.same(one) and not mine.kinds_differ(one) for mine in ours)
    ]
    for mine in left:
        for one in open_ones:
            if mine.differs(one) and (mine.alike(one) or (not agreed and mine.comparable(one))):
                return False, (mine, one)
    return (True, None) if agreed else (None, None)


def _days(days: Sequence[Day]) -> str:
    """The days, without those that another one tells more exactly."""
    exact = [day for day in days if not any(day.fits(its) and its.finer(day) for its in days)]
    return ", ".join(str(day) for day in exact)


def _same_speaker(ours: str | None, theirs: str | None) -> bool | None:
    """Whether one name holds the other's last word; none when a side names nobody."""
    if not ours or not theirs:
        return None
    mine, its = _words(ours), _words(theirs)
    return bool(mine and its) and (mine[-1] in its or its[-1] in mine)


def _words(name: str) -> list[str]:
    return [word.strip(".,'’").lower() for word in name.split(",", maxsplit=1)[0].split()]


def confirmed(
    claim: Statement,
    evidence: Statement,
    keys: frozenset[str],
    background: Statement,
    slots: Iterable[str],
) -> frozenset[str]:
    """The slots whose value in the claim stands in the evidence's title and text, said of the same.

    `keys` are the content of the claim; a clause that holds few of them speaks of something else,
    and one that holds the evidence's own value too tells the two apart.
    """
    near = [
        one
        for one in background.clauses
        if len(keys & one.terms) >= min(2, SAME_CLAUSE * len(keys))
    ]
    held: dict[str, Callable[[], bool]] = {
        "number": lambda: any(
            mine.comparable(its) and mine.same(its)
            for mine in claim.numbers
            for one in near
            if not compare_numbers(evidence.numbers, one.numbers)[0]
            for its in one.numbers
        ),
        "date": lambda: any(
            mine.fits(its) and its.as_precise(mine)
            for mine in claim.days
            for one in near
            if not agree(evidence.days, one.days)
            for its in one.days
        ),
    }
    return frozenset(slot for slot in slots if held[slot]())

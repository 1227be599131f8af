"""A claim beside a piece of evidence, slot by slot: what agrees, what differs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from services.match.dates import Day, agree
from services.match.numbers import Number
from services.match.statement import Statement


@dataclass(frozen=True)
class Difference:
    """The two values of a slot that cannot both be right."""

    slot: str
    here: str
    there: str


@dataclass(frozen=True)
class Comparison:
    """Slots of both sides. `confirmed` are the slots whose value here stands in the evidence's text."""

    shared: frozenset[str]
    names_shared: frozenset[str]
    names_here: frozenset[str]
    names_there: frozenset[str]
    numbers: bool | None
    dates: bool | None
    differences: tuple[Difference, ...]
    polarity_differs: bool
    speaker: bool | None
    confirmed: frozenset[str]

    @property
    def names_differ(self) -> bool:
        """Whether each side names somebody or something that the other one does not."""
        return bool(self.names_here and self.names_there)


def compare(
    claim: Statement,
    evidence: Statement,
    *,
    background: Callable[[], Statement] | None = None,
) -> Comparison:
    """Compare a claim with what the evidence is about.

    `background` gives the evidence's title and text; it is only asked when something differs.
    """
    numbers, number_pair = _numbers(claim.numbers, evidence.numbers)
    dates = agree(claim.days, evidence.days)
    differences = []
    if number_pair:
        differences.append(Difference("number", number_pair[0].text, number_pair[1].text))
    if dates is False:
        differences.append(Difference("date", _days(claim.days), _days(evidence.days)))
    names_here = claim.names - evidence.terms
    confirmed: frozenset[str] = frozenset()
    if background and (differences or names_here):
        confirmed = frozenset(_confirmed(claim, background(), differences, names_here))
    return Comparison(
        shared=claim.terms & evidence.terms,
        names_shared=claim.names & evidence.terms,
        names_here=names_here,
        names_there=evidence.names - claim.terms - evidence.author,
        numbers=numbers,
        dates=dates,
        differences=tuple(differences),
        polarity_differs=claim.negated != evidence.negated,
        speaker=_same_speaker(claim.speaker, evidence.speaker),
        confirmed=confirmed,
    )


def _numbers(
    ours: Sequence[Number], theirs: Sequence[Number]
) -> tuple[bool | None, tuple[Number, Number] | None]:
    """Whether the numbers agree, and the first pair that does not.

    Where one number agrees, another one only speaks against it if it names the same unit: "children
    under five" is no other figure for "five million".
    """
    left = [
        mine
        for mine in ours
        if not any(mine.same(one) and not mine.kinds_differ(one) for one in theirs)
    ]
    agreed = len(left) < len(ours)
    for mine in left:
        for one in theirs:
            if mine.alike(one) or (not agreed and mine.comparable(one)):
                return False, (mine, one)
    return (True, None) if agreed else (None, None)


def _days(days: Iterable[Day]) -> str:
    return ", ".join(str(day) for day in days)


def _same_speaker(ours: str | None, theirs: str | None) -> bool | None:
    """Whether one name holds the other's last word; none when a side names nobody."""
    if not ours or not theirs:
        return None
    mine, its = _words(ours), _words(theirs)
    return bool(mine and its) and (mine[-1] in its or its[-1] in mine)


def _words(name: str) -> list[str]:
    return [word.strip(".,'’").lower() for word in name.split(",", maxsplit=1)[0].split()]


def _confirmed(
    claim: Statement,
    background: Statement,
    differences: Iterable[Difference],
    names_here: frozenset[str],
) -> Iterable[str]:
    held: dict[str, Callable[[], bool]] = {
        "number": lambda: any(
            mine.comparable(its) and mine.same(its)
            for mine in claim.numbers
            for its in background.numbers
        ),
        "date": lambda: any(
            mine.fits(its) and _as_precise(its, mine)
            for mine in claim.days
            for its in background.days
        ),
    }
    for difference in differences:
        if held[difference.slot]():
            yield difference.slot
    if names_here and names_here <= background.terms:
        yield "name"


def _as_precise(one: Day, other: Day) -> bool:
    return all(mine is not None for mine, its in zip(one, other, strict=True) if its is not None)

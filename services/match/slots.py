"""A claim beside its evidence, slot by slot: each side's words and value, and how they stand."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from schemas.base import Span
from schemas.evidence import Evidence
from schemas.match import Relation, Slot, SlotValue, Standing
from services.match.dates import Found, find_dates
from services.match.grounds import Grounds
from services.match.numbers import Number, find_numbers
from services.match.opposites import other_event
from services.match.places import Place, find_places, lies_in
from services.match.polarity import cue_of
from services.match.scope import place_of, told_dates
from services.match.statement import Statement

_MOST = 4
"""Values of one slot that are told of a side: a table of figures is not a claim."""
_DECIDES = frozenset({Relation.CONTRADICTS, Relation.CONFLICT})


def slots_of(evidence: Evidence, grounds: Grounds, relation: Relation) -> list[Slot]:
    """The slots in which a side has a value, those that decided the relation marked."""
    claim, other = grounds.whole, grounds.other
    made = [
        *_speaker(claim, evidence, grounds),
        *_polarity(claim, other, grounds, relation),
        *_quantities(claim, other, grounds, relation),
        *_dates(claim, other, grounds, relation),
        *_places(claim, other),
        *_event(claim, other, grounds),
        *_subject(claim, other, grounds),
    ]
    return _with_scope(made, claim, other, grounds, relation)


def _value(text: str, span: Span, value: str | None = None) -> SlotValue:
    words = text[slice(*span)]
    return SlotValue(text=words, value=value or words, span=span)


def _speaker(claim: Statement, evidence: Evidence, grounds: Grounds) -> Iterator[Slot]:
    ours, theirs = claim.speaker, evidence.speaker
    if ours or theirs:
        same = Standing.SAME if grounds.comparison.speaker else Standing.DIFFERS
        yield Slot(
            name="speaker",
            standing=same if ours and theirs else Standing.MISSING,
            claim=SlotValue(text=ours, value=ours) if ours else None,
            evidence=SlotValue(text=theirs, value=theirs) if theirs else None,
        )


def _polarity(
    claim: Statement, other: Statement, grounds: Grounds, relation: Relation
) -> Iterator[Slot]:
    ours, theirs = grounds.negated
    if not (ours or theirs or grounds.polarity_differs):
        return
    if grounds.turned and ours == theirs:
        here, there = (frozenset({term}) for term in grounds.turned)
        slot = _differing("polarity", claim, here, other, there)
        yield slot.model_copy(update={"decided": relation in _DECIDES})
        return
    yield Slot(
        name="polarity",
        standing=Standing.DIFFERS if grounds.polarity_differs else Standing.SAME,
        claim=_denial(claim, ours),
        evidence=_denial(other, theirs),
        decided=grounds.polarity_differs and relation in _DECIDES,
    )


def _denial(statement: Statement, negated: bool) -> SlotValue:
    """The word that denies; none stands where nothing does, or where the sentence around did."""
    span = cue_of(statement.text) if negated else None
    value = "denied" if negated else "affirmed"
    if span is None:
        return SlotValue(text="", value=value)
    return _value(statement.text, span, value)


def _quantities(
    claim: Statement, other: Statement, grounds: Grounds, relation: Relation
) -> Iterator[Slot]:
    ours, theirs = figures(claim.text), figures(other.text)
    left = list(theirs)
    for mine, span in ours[:_MOST]:
        its = _nearest(mine, left)
        if its is None:
            yield Slot(
                name="quantity",
                standing=Standing.MISSING,
                claim=_value(claim.text, span, _number(mine)),
                unit=_unit(mine),
            )
            continue
        left.remove(its)
        standing = _figures_stand(mine, its[0])
        yield Slot(
            name="quantity",
            standing=standing,
            claim=_value(claim.text, span, _number(mine)),
            evidence=_value(other.text, its[1], _number(its[0])),
            unit=_unit(mine) or _unit(its[0]),
            decided=standing is Standing.DIFFERS
            and relation in _DECIDES
            and "number" in grounds.slots,
        )
    for its_number, span in left[:_MOST] if not ours else []:
        yield Slot(
            name="quantity",
            standing=Standing.MISSING,
            evidence=_value(other.text, span, _number(its_number)),
            unit=_unit(its_number),
        )


@lru_cache(maxsize=8_192)
def figures(text: str) -> tuple[tuple[Number, Span], ...]:
    """The numbers of `text` and where they stand."""
    at, found = 0, []
    for number in find_numbers(text, [one.span for one in find_dates(text)]):
        start = text.find(number.text, at)
        if start >= 0:
            at = start + len(number.text)
            found.append((number, (start, at)))
    return tuple(found)


def _nearest(mine: Number, others: Sequence[tuple[Number, Span]]) -> tuple[Number, Span] | None:
    """The figure that it equals, else one of the same unit, else one that cannot be right beside it."""
    equal = [one for one in others if mine.same(one[0]) and not mine.kinds_differ(one[0])]
    alike = [one for one in others if mine.alike(one[0])]
    odd = [one for one in others if mine.comparable(one[0]) and mine.differs(one[0])]
    return next(iter([*equal, *alike, *odd]), None)


def _figures_stand(mine: Number, its: Number) -> Standing:
    if mine.same(its):
        return Standing.SAME
    if mine.differs(its):
        return Standing.DIFFERS
    return Standing.BROADER if mine.bound.value != "none" else Standing.NARROWER


def _number(number: Number) -> str:
    told = (
        f"{number.value:.10g}" if number.top is None else f"{number.value:.10g}/{number.top:.10g}"
    )
    return {"above": f">{told}", "below": f"<{told}"}.get(number.bound.value, told)


def _unit(number: Number) -> str | None:
    return " ".join(sorted(number.units)) or None


def _dates(
    claim: Statement, other: Statement, grounds: Grounds, relation: Relation
) -> Iterator[Slot]:
    here = [(one.day, _date(claim.text, one)) for one in told_dates(claim.text)[:_MOST]]
    here += [
        (day, SlotValue(text=str(day), value=str(day)))
        for day in claim.resolved[:_MOST]
        if not any(day.fits(told) for told, _ in here)
    ]
    there = [(one.day, _date(other.text, one)) for one in told_dates(other.text)[:_MOST]]
    if not here and not there:
        return
    agreed = grounds.comparison.dates
    fitting = next(
        ((mine, its) for day, mine in here for other_day, its in there if day.fits(other_day)), None
    )
    ours, theirs = fitting or (here[0][1] if here else None, there[0][1] if there else None)
    yield Slot(
        name="date",
        standing={True: Standing.SAME, False: Standing.DIFFERS, None: Standing.MISSING}[agreed],
        claim=ours,
        evidence=theirs,
        decided=agreed is False and relation in _DECIDES,
    )


def _date(text: str, found: Found) -> SlotValue:
    return _value(text, found.span, str(found.day))


def _places(claim: Statement, other: Statement) -> Iterator[Slot]:
    ours, theirs = find_places(claim.text), find_places(other.text)
    if not ours and not theirs:
        return
    shared = {one.name for one in ours} & {one.name for one in theirs}
    here = next((one for one in ours if one.name not in shared), None)
    there = next((one for one in theirs if one.name not in shared), None)
    if shared and not (here and there):
        here = next(one for one in ours if one.name in shared)
        there = next(one for one in theirs if one.name == here.name)
    here, there = here or next(iter(ours), None), there or next(iter(theirs), None)
    yield Slot(
        name="place",
        standing=_places_stand(here, there, shared),
        claim=_value(claim.text, here.span, here.name) if here else None,
        evidence=_value(other.text, there.span, there.name) if there else None,
    )


def _places_stand(here: Place | None, there: Place | None, shared: Iterable[str]) -> Standing:
    if here is None or there is None:
        return Standing.MISSING
    if here.name == there.name or here.name in shared or there.name in shared:
        return Standing.SAME
    if lies_in(here.name, there.name):
        return Standing.NARROWER
    return Standing.BROADER if lies_in(there.name, here.name) else Standing.DIFFERS


def _event(claim: Statement, other: Statement, grounds: Grounds) -> Iterator[Slot]:
    if event := other_event(grounds.keys[0], grounds.keys[1], claim.known):
        yield _differing("event", claim, frozenset(event[:1]), other, frozenset(event[1:]))


def _subject(claim: Statement, other: Statement, grounds: Grounds) -> Iterator[Slot]:
    """Names that only one side has, where both name something that the other does not."""
    if grounds.names_here and grounds.names_there:
        yield _differing("subject", claim, grounds.names_here, other, grounds.names_there)


def _differing(
    name: str, claim: Statement, here: frozenset[str], other: Statement, there: frozenset[str]
) -> Slot:
    return Slot(
        name=name,
        standing=Standing.DIFFERS,
        claim=_value(claim.text, place_of(claim.text, here), ", ".join(sorted(here)[:2])),
        evidence=_value(other.text, place_of(other.text, there), ", ".join(sorted(there)[:2])),
    )


def _with_scope(
    made: list[Slot], claim: Statement, other: Statement, grounds: Grounds, relation: Relation
) -> list[Slot]:
    """The slots with the one in which one side is a part of the other, in place of what was told of it before."""
    scope = grounds.scope
    if scope is None:
        return made
    slot = Slot(
        name=scope.slot,
        standing=scope.standing,
        claim=_value(claim.text, scope.here),
        evidence=_value(other.text, scope.there),
        decided=relation.value == scope.standing.value,
    )
    kept = [one for one in made if one.name not in {scope.slot, "subject"}]
    return [*kept, slot]

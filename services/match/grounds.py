"""What there is to say that evidence decides a claim, or does not: the grounds of a relation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from services.match.aliases import canonicals, missing
from services.match.compare import Comparison, compare, confirmed
from services.match.opposites import other_event, turned
from services.match.scope import Scope, met_in, scope_of
from services.match.statement import Clause, Statement
from services.match.surface import surface
from services.match.wordlists import words

_ONCE = words(
    "open launch found establish sign kill adopt ratify peak elect close join leave collapse crash "
    "bear born ban erupt begin start end finish complete enter certify declare abdicate resign arrest "
    "land discover invent publish approve appoint retire overtake introduce eradicate"
)
_OFTEN = words("win visit play meet vote host hold attend travel speak beat score")
_WORLD = words("world worldwide global globally planet earth international")
_ENOUGH = 0.6  # share of the words that two statements about one event have in common


@dataclass(frozen=True)
class Grounds:
    """The claim's clause beside the evidence's.

    `covered` is the share of the claim's content that the evidence holds, `told` the share of the
    evidence's content that the claim holds. `apart` says what makes them two matters: another subject,
    place or event. `denied` tells that the claim names the evidence's value as the wrong one. `scope` is where
    one side is a part of the other. `turned` are two words that say the opposite, `said` is what both say of their
    subjects. `whole` and `other` are both statements as they came; `negated` and `keys`
    are of the clauses that were compared, the claim's first.
    """

    comparison: Comparison
    polarity_differs: bool
    turned: tuple[str, str] | None
    covered: float
    told: float
    measure: frozenset[str]
    said: frozenset[str]
    names_here: frozenset[str]
    names_there: frozenset[str]
    names_shared: bool
    apart: tuple[str, ...]
    once: bool
    denied: bool
    unstated: frozenset[str]
    untold: frozenset[str]
    confirmed: frozenset[str]
    scope: Scope | None
    whole: Statement
    other: Statement
    negated: tuple[bool, bool]
    keys: tuple[frozenset[str], frozenset[str]]

    @cached_property
    def slots(self) -> frozenset[str]:
        """The slots whose values cannot both be right."""
        return frozenset(one.slot for one in self.comparison.differences)


def grounds_of(
    claim: Statement, evidence: Statement, *, background: Callable[[], Statement]
) -> Grounds:
    """The grounds between a claim and what an item is about; `background` gives its title and text."""
    whole, other = claim, evidence
    claim, mine = _focus(claim, evidence.known)
    evidence, its = _focus(evidence, claim.known)
    comparison = compare(claim, evidence)
    beyond = (
        met_in(whole.text)
        | met_in(other.text)
        | evidence.author
        | canonicals(_words(claim.speaker))
    )
    names_here = missing(mine.proper - beyond, evidence.known)
    names_there = missing(its.proper - beyond, claim.known)
    unstated, untold = _unanswered(claim, evidence), _unanswered(evidence, claim)
    slots = [one.slot for one in comparison.differences]
    stated: frozenset[str] = frozenset()
    if slots or unstated or names_here:
        text = background()
        stated = confirmed(claim, evidence, mine.keys, text, {*slots, *unstated})
        stated |= {"name"} if names_here and not missing(names_here, text.known) else frozenset()
    left, its_left = missing(mine.keys, evidence.known), missing(its.keys, claim.known)
    shared = mine.keys - left
    negated = (mine.negated != whole.denied, its.negated != other.denied)
    scope = scope_of(whole, mine, other, its)
    opposite = turned(mine.keys, its.keys)
    return Grounds(
        comparison=comparison,
        polarity_differs=(negated[0] != negated[1]) != (opposite is not None),
        turned=opposite,
        covered=len(shared) / len(mine.keys) if mine.keys else 0.0,
        told=1 - len(its_left) / len(its.keys) if its.keys else 0.0,
        measure=shared - mine.names - its.names - _units(claim) - _WORLD,
        said=shared - mine.names - its.names - mine.subject - its.subject,
        names_here=names_here,
        names_there=names_there,
        names_shared=bool(mine.proper - names_here),
        apart=(
            *_apart(mine, its, names_here, names_there, left, its_left, scoped=scope is not None),
            *_event_apart(mine, its, whole),
        ),
        once=_once(claim, evidence, shared, min(len(mine.keys), len(its.keys))),
        denied=_denied(claim, evidence),
        unstated=unstated,
        untold=untold,
        confirmed=stated,
        scope=scope,
        whole=whole,
        other=other,
        negated=negated,
        keys=(mine.keys, its.keys),
    )


def _focus(statement: Statement, known: frozenset[str]) -> tuple[Statement, Clause]:
    """The statement without the clauses that speak of something else, and the clause that says most of it.

    Polarity, subject and names are those of that clause: "and nobody thought it cheap" denies nothing
    but its own.
    """
    weights = [
        0 if one.contrast else sum(not key[0].isdigit() for key in one.keys & known)
        for one in statement.clauses
    ]
    best = statement.clauses[weights.index(max(weights))]
    kept = tuple(
        one
        for one, weight in zip(statement.clauses, weights, strict=True)
        if weight or one.contrast
    )
    return replace(statement, clauses=kept if max(weights) else statement.clauses), best


def _words(name: str | None) -> list[str]:
    return (name or "").lower().replace(",", " ").split()


def _units(claim: Statement) -> frozenset[str]:
    return frozenset[str]().union(*(number.units for number in claim.numbers))


def _unanswered(one: Statement, other: Statement) -> frozenset[str]:
    """The slots of one side that the other leaves open."""
    numbers = [n for n in one.numbers if not any(n.comparable(its) for its in other.numbers)]
    found = {"number"} if numbers else set()
    return frozenset(found | ({"date"} if one.days and not other.days else set()))


def _denied(claim: Statement, evidence: Statement) -> bool:
    wrong = [one for one in claim.clauses if one.contrast]
    return any(day.fits(its) for one in wrong for day in one.days for its in evidence.days) or any(
        number.comparable(its) and number.same(its)
        for one in wrong
        for number in one.numbers
        for its in evidence.numbers
    )


def _once(claim: Statement, evidence: Statement, shared: frozenset[str], fewer: int) -> bool:
    """Whether both tell of something that happens once, so that two dates cannot both be right."""
    if any(day.last for day in (*claim.days, *evidence.days)) or shared & _OFTEN:
        return False
    plain = not claim.numbers and not evidence.numbers
    return bool(shared & _ONCE) or (plain and len(shared) >= _ENOUGH * fewer)


def _apart(
    mine: Clause,
    its: Clause,
    names_here: frozenset[str],
    names_there: frozenset[str],
    left: frozenset[str],
    its_left: frozenset[str],
    *,
    scoped: bool,
) -> Iterable[str]:
    if scoped:
        pass  # a part and its whole have two names, and are no two matters
    elif names_here and names_there:
        yield f"only this one names {_some(mine, names_here)}, only that one {_some(its, names_there)}"
    elif names_here and _WORLD & its.terms and not _WORLD & mine.terms:
        yield f"that one speaks of the world, this one of {_some(mine, names_here)}"
    elif names_there and _WORLD & mine.terms and not _WORLD & its.terms:
        yield f"this one speaks of the world, that one of {_some(its, names_there)}"
    if (
        not scoped
        and not (names_here and names_there)
        and _other_subject(mine, its, left, its_left)
    ):
        here = mine.subject & left or mine.subject
        there = its.subject & its_left or its.subject
        yield f"this one is about {_some(mine, here)}, that one about {_some(its, there)}"
    if mine.intended != its.intended:
        yield "one tells of an intention, the other of what came to pass"


def _event_apart(mine: Clause, its: Clause, whole: Statement) -> Iterable[str]:
    if event := other_event(mine.keys, its.keys, whole.known):
        here, there = frozenset(event[:1]), frozenset(event[1:])
        yield f"this one tells of “{_some(mine, here)}”, that one of “{_some(its, there)}”"


def _other_subject(
    mine: Clause, its: Clause, left: frozenset[str], its_left: frozenset[str]
) -> bool:
    """Whether one is about something that the other does not name, in the other's place.

    "India overtook China" is not about China, though it names it; but "the Assembly declared smallpox
    eradicated" is about what "smallpox was declared eradicated" is about.
    """
    here, there = mine.subject & left, its.subject & its_left
    if here and there:
        return True
    if mine.passive != its.passive:
        return False
    moved = not mine.subject - missing(mine.subject, its.subject)
    return bool(mine.subject and its.subject and moved and (here or there))


def _some(clause: Clause, terms: frozenset[str]) -> str:
    return ", ".join(surface(clause.text, sorted(terms), 2) or sorted(terms)[:2])

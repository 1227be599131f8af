"""Whether a claim is about a part or a whole of what the evidence covers: a place, a period, a group."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from schemas.base import Span
from schemas.match import Standing
from services.match.aliases import akin, canonical
from services.match.dates import Day, Found, find_dates
from services.match.numbers import Number
from services.match.places import WORLD, Place, find_places, lies_in
from services.match.statement import Clause, Statement
from services.match.surface import span_of
from services.match.wordlists import words

_PART_OF = re.compile(
    r"\b(?:the )?(?:(?:north|south|east|west|north-?east|north-?west|south-?east|south-?west|centre|center|middle|"
    r"capital|old town|suburbs?|outskirts|coast|interior|province|region|district|village|town|city|some|most) "
    r"(?:\w+ )?(?:of|in) |(?:large |some |most )?parts? of |half of )(?:the )?(?:\w+ (?:of|in) )?(?=(?-i:[^\W\d_a-z]))",
    re.IGNORECASE,
)
_GROUPS = tuple(
    (words(wholes), words(parts))
    for wholes, parts in (
        (
            "people person resident inhabitant citizen population",
            "woman man child adult worker pensioner",
        ),
        (
            "people person resident inhabitant citizen population",
            "student nurse teacher driver farmer",
        ),
        (
            "people person resident inhabitant citizen population",
            "doctor immigrant patient youth girl",
        ),
        (
            "people person resident inhabitant citizen population",
            "boy mother father employee miner voter",
        ),
        ("adult", "woman man pensioner worker mother father employee nurse teacher voter"),
        (
            "worker employee staff labourer",
            "nurse teacher driver doctor miner farmer clerk cleaner engineer policeman",
        ),
        ("woman", "mother girl"),
        ("man", "father boy"),
        ("child", "girl boy pupil toddler"),
        ("crime offence", "theft burglary murder robbery fraud rape homicide"),
        ("vehicle", "car lorry truck bus van motorcycle"),
        ("bicycle", "e-bike"),
        ("school", "kindergarten"),
        ("energy", "electricity gas oil coal"),
    )
)
"""Groups and what belongs to them: words for the whole, and for its parts."""
_EVENTS = words(
    "earthquake quake flood fire storm accident crash explosion attack strike election war battle "
    "kill destroy sink elect win lose hurricane eruption match derailment"
)


class Scope(NamedTuple):
    """One slot in which the claim covers less, or more, than the evidence."""

    slot: str
    standing: Standing  # narrower or broader
    here: Span
    there: Span


def scope_of(claim: Statement, mine: Clause, evidence: Statement, its: Clause) -> Scope | None:
    """The slot in which one side is a part of the other; none when they cover the same or other things."""
    found = [*_places(claim, evidence), *_partitives(claim, evidence)]
    if claim.numbers and evidence.numbers and _measured(claim.numbers, evidence.numbers):
        found += _periods(claim, mine, evidence, its)
        found += _groups(claim, mine, evidence, its)
    return found[0] if found else None


def _measured(ours: tuple[Number, ...], theirs: tuple[Number, ...]) -> bool:
    return any(mine.comparable(one) for mine in ours for one in theirs)


def _same_figure(claim: Statement, evidence: Statement) -> bool:
    """Whether one figure stands on both sides: then it is of one matter, told more or less exactly."""
    return any(
        mine.comparable(one) and mine.same(one)
        for mine in claim.numbers
        for one in evidence.numbers
    )


_SETTING = re.compile(
    r"\b(?:meet|met|meeting|gathered|gathering|assembled|convened|speaking|spoke|summit|talks|conference|congress)"
    r"(?: \w+)? (?:in|at) (?:the )?((?-i:[^\W\d_a-z])\w+(?: (?-i:[^\W\d_a-z])\w+){0,3})",
    re.IGNORECASE,
)


def met_in(text: str) -> frozenset[str]:
    """The words of the places where somebody met or spoke: they are no places of what was said there."""
    found = (word for one in _SETTING.finditer(text) for word in one[1].lower().split())
    return frozenset(canonical(word) for word in found)


def _of_the_fact(text: str) -> list[Place]:
    """The places of `text`, but for where somebody met or spoke."""
    settings = [one.span(1) for one in _SETTING.finditer(text)]
    return [
        one
        for one in find_places(text)
        if not any(start <= one.span[0] < end for start, end in settings)
    ]


def _places(claim: Statement, evidence: Statement) -> Iterator[Scope]:
    ours, theirs = _of_the_fact(claim.text), _of_the_fact(evidence.text)
    here, there = _only(ours, theirs), _only(theirs, ours)
    if not _same_figure(claim, evidence):
        here, there = here or _unknown(claim, theirs), there or _unknown(evidence, ours)
    if not here or not there:
        return
    if all(any(lies_in(one.name, other.name) for other in there) for one in here):
        yield Scope("place", Standing.NARROWER, here[0].span, there[0].span)
    elif all(any(lies_in(one.name, other.name) for other in here) for one in there):
        yield Scope("place", Standing.BROADER, here[0].span, there[0].span)


def _only(places: Sequence[Place], others: Sequence[Place]) -> list[Place]:
    known = {place.name for place in others}
    return [place for place in places if place.name not in known]


def _unknown(statement: Statement, others: Sequence[Place]) -> list[Place]:
    """A name after "in" or "at" beside the world: whatever place it is, it lies there."""
    if not any(place.name == WORLD for place in others):
        return []
    found = re.search(
        r"\b(?:in|at) (?:the )?([^\W\d_a-z]\w+(?: [^\W\d_a-z]\w+){0,3})", statement.text
    )
    if found is None or met_in(statement.text) & set(found[1].lower().split()):
        return []
    return [Place(found[1].lower(), found[1], found.span(1))]


@lru_cache(maxsize=8_192)
def _part_of(text: str) -> re.Match[str] | None:
    return _PART_OF.search(text)


def _partitives(claim: Statement, evidence: Statement) -> Iterator[Scope]:
    """The north of X beside X; but not beside the north of Y."""
    here, there = _part_of(claim.text), _part_of(evidence.text)
    if bool(here) == bool(there):
        return
    part = here or there
    text = claim.text if here else evidence.text
    place = re.match(r"(?:the )?([^\W\d_a-z]\w+)", text[part.end() :]) if part else None
    if part is None or place is None:
        return
    other = re.search(rf"\b{re.escape(place[1])}\b", evidence.text if here else claim.text)
    if other is None:
        return
    if here:
        yield Scope("place", Standing.NARROWER, here.span(), other.span())
    else:
        yield Scope("place", Standing.BROADER, other.span(), part.span())


def _periods(claim: Statement, mine: Clause, evidence: Statement, its: Clause) -> Iterator[Scope]:
    """A month of the year, a year of several; not for what happens once, which has one date however told."""
    if (mine.terms | its.terms) & _EVENTS:
        return
    ours, theirs = told_dates(claim.text), told_dates(evidence.text)
    for here in ours:
        for there in theirs:
            if _within(here.day, there.day):
                yield Scope("date", Standing.NARROWER, here.span, there.span)
            elif _within(there.day, here.day) and not _same_figure(claim, evidence):
                yield Scope("date", Standing.BROADER, here.span, there.span)


@lru_cache(maxsize=8_192)
def told_dates(text: str) -> tuple[Found, ...]:
    """The dates of what `text` tells, and where they stand."""
    return tuple(one for one in find_dates(text) if not one.aside)


def _within(part: Day, whole: Day) -> bool:
    if whole.last and not part.last:
        return (
            whole.year is not None
            and part.year is not None
            and whole.year <= part.year <= whole.last
        )
    if part.last or whole.last or part.year is None or part.year != whole.year:
        return False
    finer = (part.month is not None and whole.month is None) or (
        part.day is not None and whole.day is None
    )
    return finer and part.fits(whole)


def _groups(claim: Statement, mine: Clause, evidence: Statement, its: Clause) -> Iterator[Scope]:
    left, its_left = _left(mine, its), _left(its, mine)
    for whole, part in _GROUPS:
        if left & part and its_left & whole:
            yield _spans("group", Standing.NARROWER, claim, left & part, evidence, its_left & whole)
        elif left & whole and its_left & part:
            yield _spans("group", Standing.BROADER, claim, left & whole, evidence, its_left & part)
    if left and not its_left and (head := _restricts(claim, left, its)):
        yield _spans("group", Standing.NARROWER, claim, left, evidence, frozenset({head}))
    elif its_left and not left and (head := _restricts(evidence, its_left, mine)):
        yield _spans("group", Standing.BROADER, claim, frozenset({head}), evidence, its_left)


def _left(one: Clause, other: Clause) -> frozenset[str]:
    return frozenset(
        key for key in one.keys - one.proper if not any(akin(key, known) for known in other.terms)
    )


def _restricts(statement: Statement, left: frozenset[str], other: Clause) -> str | None:
    """The plural noun that all of `left` stand before ("young workers"), or after with "with" or "who"."""
    tokens = [
        (canonical(found[0].lower()), found.span()) for found in _WORD.finditer(statement.text)
    ]
    at = [n for n, (term, _) in enumerate(tokens) if any(akin(term, key) for key in left)]
    if not at or len(at) > 3 or at[-1] - at[0] != len(at) - 1:
        return None
    first, last = tokens[at[0]][1], tokens[at[-1]][1]
    if at[-1] + 1 < len(tokens):
        head, (start, _) = tokens[at[-1] + 1]
        near = not statement.text[last[1] : start].strip(" -")
        if near and _is_group(head) and _known(head, other):
            return head
    before = tokens[max(0, at[0] - 2) : at[0]]
    linked = len(before) == 2 and before[1][0] in {"with", "without", "who", "aged"}
    near = linked and not statement.text[before[1][1][1] : first[0]].strip()
    return before[0][0] if near and _known(before[0][0], other) else None


_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def _is_group(word: str) -> bool:
    return word.endswith("s") or word in {"people", "women", "men", "children", "staff", "police"}


def _known(word: str, other: Clause) -> bool:
    return word.removesuffix("s") in other.terms or any(akin(word, term) for term in other.terms)


def _spans(
    slot: str,
    standing: Standing,
    claim: Statement,
    here: frozenset[str],
    evidence: Statement,
    there: frozenset[str],
) -> Scope:
    return Scope(slot, standing, place_of(claim.text, here), place_of(evidence.text, there))


def place_of(text: str, terms: frozenset[str]) -> Span:
    """Where the first word that is a form of one of `terms` stands; (0, 0) when none does."""
    found = (span for term in terms if (span := span_of(text, term)))
    return min(found, default=(0, 0))

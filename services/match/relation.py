"""How a piece of evidence stands to a claim: by positive grounds, else only related."""

from schemas.evidence import Evidence, EvidenceKind
from schemas.match import Relation
from services.match.grounds import Grounds
from services.match.limits import limits_of
from services.match.parties import word_against_word
from services.match.ratings import Stance, stance_of

SAME = 0.35
"""Below this probability the evidence is background only: related."""

_CHECKED = (EvidenceKind.FACT_CHECK, EvidenceKind.VERDICT)
_SOME, _HALF, _MOST = 0.4, 0.5, 0.6  # shares of content in common that a relation needs


def established(evidence: Evidence) -> Stance:
    """Whether the evidence holds its claim for true: a report does, a fact-check says so by its rating."""
    return stance_of(evidence.finding) if evidence.kind in _CHECKED else Stance.TRUE


def relation_of(evidence: Evidence, grounds: Grounds, probability: float) -> Relation:
    """The relation to the fact that the evidence establishes, not to the words of its claim."""
    if probability < SAME:
        return Relation.RELATED
    relation = _by_slots(evidence, grounds)
    return Relation.RELATED if limits_of(evidence, relation, grounds) else relation


def held_back(evidence: Evidence, grounds: Grounds) -> str | None:
    """Why the relation that the slots give does not hold; none when it does."""
    return limits_of(evidence, _by_slots(evidence, grounds), grounds)


def _by_slots(evidence: Evidence, grounds: Grounds) -> Relation:
    if grounds.apart:
        return Relation.RELATED
    stance = established(evidence)
    if grounds.scope:
        return _to_a_part(grounds) if stance is Stance.TRUE else Relation.RELATED
    relation = _BY_STANCE[stance](grounds)
    denied = relation is Relation.CONTRADICTS and grounds.polarity_differs
    if denied and evidence.kind not in _CHECKED:
        return Relation.CONFLICT if _two_parties(grounds, evidence) else relation
    return relation


def _two_parties(grounds: Grounds, evidence: Evidence) -> bool:
    return word_against_word(grounds.whole, grounds.other, evidence)


def _to_a_part(grounds: Grounds) -> Relation:
    """Narrower or broader when the rest is the same matter."""
    assert grounds.scope is not None
    if min(grounds.covered, grounds.told) < _SOME or max(grounds.covered, grounds.told) < _HALF:
        return Relation.RELATED
    return Relation(grounds.scope.standing.value)


def _to_a_fact(grounds: Grounds) -> Relation:
    if grounds.slots:
        contradicts = not grounds.polarity_differs and _contradicts(grounds)
        return Relation.CONTRADICTS if contradicts else Relation.RELATED
    if grounds.polarity_differs:
        same = min(grounds.covered, grounds.told) >= _HALF
        return Relation.CONTRADICTS if same and not grounds.unstated else Relation.RELATED
    stated = "number" not in grounds.unstated - grounds.confirmed
    named = not grounds.names_here or "name" in grounds.confirmed or grounds.covered >= _MOST
    enough = grounds.covered >= _SOME or grounds.told >= _MOST
    enough = enough and _one_matter(grounds)
    return Relation.SUPPORTS if enough and stated and named else Relation.RELATED


def _one_matter(grounds: Grounds) -> bool:
    """Whether both say something in common of what they are about, and do not only name it."""
    valued = grounds.comparison.numbers or grounds.comparison.dates
    return bool(grounds.said or valued) or min(grounds.covered, grounds.told) >= _MOST


def _contradicts(grounds: Grounds) -> bool:
    """Whether the differing value is of the same thing: same measure, place and period, or one event."""
    if grounds.slots & grounds.confirmed or (grounds.names_here and not grounds.names_shared):
        return False
    if grounds.slots == {"date"}:
        return grounds.once and grounds.covered >= _SOME
    if grounds.slots == {"number"}:
        return bool(grounds.measure) and max(grounds.covered, grounds.told) >= _SOME
    return False  # another figure for another time: 4.9 million in 2022, 4.8 million in 2023


def _to_a_falsehood(grounds: Grounds) -> Relation:
    if grounds.denied:
        return Relation.SUPPORTS
    if grounds.polarity_differs:
        return Relation.SUPPORTS if grounds.told >= _SOME else Relation.RELATED
    if grounds.slots:
        told = grounds.slots <= grounds.confirmed
        return Relation.SUPPORTS if told else Relation.RELATED
    untold = grounds.untold and not grounds.comparison.numbers
    if untold or "name" in grounds.confirmed or grounds.told < _MOST:
        return Relation.RELATED  # what makes it false may be just what the claim does not say
    return Relation.CONTRADICTS


def _to_an_open_question(grounds: Grounds) -> Relation:
    same = not grounds.slots and not grounds.polarity_differs and grounds.told >= _MOST
    return Relation.SAME_CLAIM if same else Relation.RELATED


_BY_STANCE = {
    Stance.TRUE: _to_a_fact,
    Stance.FALSE: _to_a_falsehood,
    Stance.UNCLEAR: _to_an_open_question,
}

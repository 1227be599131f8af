"""How a piece of evidence stands to a claim."""

from schemas.evidence import Evidence, EvidenceKind
from schemas.match import Relation
from services.match.compare import Comparison
from services.match.ratings import Stance, stance_of

SAME = 0.5
"""Below this probability the evidence is background only: related."""

_CHECKED = (EvidenceKind.FACT_CHECK, EvidenceKind.VERDICT)


def established(evidence: Evidence) -> Stance:
    """Whether the evidence holds its claim for true: a report does, a fact-check says so by its rating."""
    return stance_of(evidence.rating) if evidence.kind in _CHECKED else Stance.TRUE


def relation_of(evidence: Evidence, comparison: Comparison, probability: float) -> Relation:
    """The relation to the fact that the evidence establishes, not to the words of its claim."""
    if probability < SAME:
        return Relation.RELATED
    return _BY_STANCE[established(evidence)](comparison)


def _to_a_fact(comparison: Comparison) -> Relation:
    slots = {difference.slot for difference in comparison.differences}
    if slots == {"number", "date"}:
        # Another figure for another time: 4.9 million in 2022, 4.8 million in 2023.
        return Relation.RELATED
    if slots and _about_another(comparison):
        return Relation.RELATED
    if bool(slots) != comparison.polarity_differs:
        return Relation.CONTRADICTS
    return Relation.RELATED if slots else Relation.SUPPORTS


def _about_another(comparison: Comparison) -> bool:
    """Whether another figure or date is likely one for somebody or something else."""
    if comparison.names_differ:
        return True
    nameless = bool(comparison.names_there) and not comparison.names_shared
    return nameless and comparison.dates is not True


def _to_a_falsehood(comparison: Comparison) -> Relation:
    if comparison.polarity_differs:
        return Relation.SUPPORTS
    slots = {difference.slot for difference in comparison.differences}
    if not slots:
        told_apart = comparison.names_differ and "name" in comparison.confirmed
        return Relation.SUPPORTS if told_apart else Relation.CONTRADICTS
    return Relation.SUPPORTS if slots <= comparison.confirmed else Relation.RELATED


def _to_an_open_question(comparison: Comparison) -> Relation:
    return Relation.RELATED if comparison.differences else Relation.SAME_CLAIM


_BY_STANCE = {
    Stance.TRUE: _to_a_fact,
    Stance.FALSE: _to_a_falsehood,
    Stance.UNCLEAR: _to_an_open_question,
}

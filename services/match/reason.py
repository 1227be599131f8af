"""One sentence for the reviewer: what agreed and what differs."""

from schemas.evidence import Evidence, EvidenceKind
from schemas.match import Relation
from services.match.compare import Comparison

_NOUN = {
    EvidenceKind.FACT_CHECK: "Fact-check",
    EvidenceKind.VERDICT: "Verdict",
    EvidenceKind.REPORT: "Report",
    EvidenceKind.OFFICIAL_STATEMENT: "Official statement",
}
_VERB = {
    Relation.SAME_CLAIM: "of the same statement",
    Relation.SUPPORTS: "that supports it",
    Relation.CONTRADICTS: "that contradicts it",
    Relation.RELATED: "on the same subject",
}
_MOST_SHARED = 4


def reason(evidence: Evidence, relation: Relation, comparison: Comparison) -> str:
    """The sentence, e.g. "Report by the WHO that contradicts it; the date differs: 2018 here, 2020 there."."""
    parts = [_opening(evidence, relation), *_agreements(comparison), *_differences(comparison)]
    return "; ".join(parts) + "."


def _opening(evidence: Evidence, relation: Relation) -> str:
    by = evidence.publisher or evidence.speaker
    rated = f", rated {evidence.rating}," if evidence.rating else ""
    return f"{_NOUN[evidence.kind]}{f' by {by}' if by else ''}{rated} {_VERB[relation]}"


def _agreements(comparison: Comparison) -> list[str]:
    found = []
    words = [*_longest(comparison.names_shared), *_longest(comparison.shared)]
    # Figures and years are told as numbers and dates, where it shows whether they agree.
    words = [word for word in dict.fromkeys(words) if not word[0].isdigit()]
    if words:
        found.append(f"both speak of {', '.join(words[:_MOST_SHARED])}")
    if comparison.numbers:
        found.append("the numbers agree")
    if comparison.dates:
        found.append("the dates agree")
    if comparison.speaker:
        found.append("the speaker is the same")
    return found


def _differences(comparison: Comparison) -> list[str]:
    found = []
    for difference in comparison.differences:
        confirmed = (
            " (though its text has the value here)"
            if difference.slot in comparison.confirmed
            else ""
        )
        found.append(
            f"the {difference.slot} differs: {difference.here} here, {difference.there} there{confirmed}"
        )
    if comparison.polarity_differs:
        found.append("one denies what the other says")
    if comparison.names_differ:
        here, there = (_some(names) for names in (comparison.names_here, comparison.names_there))
        found.append(f"only this one names {here}, only that one {there}")
    return found


def _longest(words: frozenset[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _some(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)[:2])

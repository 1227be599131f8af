"""One sentence for the reviewer: what agreed and what differs."""

from schemas.evidence import Evidence, EvidenceKind
from schemas.match import Relation
from services.match.grounds import Grounds

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
    Relation.CONFLICT: "of another party that stands against it",
    Relation.NARROWER: "that covers more than the claim does",
    Relation.BROADER: "that covers a part of what the claim does",
    Relation.RELATED: "on the same subject",
}
_MOST_SHARED = 4


def reason(evidence: Evidence, relation: Relation, grounds: Grounds) -> str:
    """The sentence, e.g. "Report by the WHO that contradicts it; the date differs: 2018 here, 2020 there."."""
    parts = [_opening(evidence, relation), *_agreements(grounds), *_differences(grounds)]
    return "; ".join(parts) + "."


def _opening(evidence: Evidence, relation: Relation) -> str:
    by = evidence.publisher or evidence.speaker
    rated = f", rated {evidence.rating}," if evidence.rating else ""
    return f"{_NOUN[evidence.kind]}{f' by {by}' if by else ''}{rated} {_VERB[relation]}"


def _agreements(grounds: Grounds) -> list[str]:
    comparison, found = grounds.comparison, []
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


def _differences(grounds: Grounds) -> list[str]:
    found = []
    for one in grounds.comparison.differences:
        held = " (though its text has the value here)" if one.slot in grounds.confirmed else ""
        found.append(f"the {one.slot} differs: {one.here} here, {one.there} there{held}")
    if grounds.polarity_differs:
        found.append("one denies what the other says")
    if grounds.denied:
        found.append("this one names that one's value as the wrong one")
    if "number" in grounds.unstated - grounds.confirmed:
        found.append("the figure here is not stated there")
    found += grounds.apart
    if grounds.names_here and not grounds.apart and "name" not in grounds.confirmed:
        found.append(f"only this one names {', '.join(sorted(grounds.names_here)[:2])}")
    return found


def _longest(words: frozenset[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))

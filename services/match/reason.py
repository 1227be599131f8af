"""One sentence for the reviewer: what agreed and what differs."""

from schemas.evidence import Evidence, EvidenceKind
from schemas.match import Relation
from services.match.grounds import Grounds
from services.match.relation import held_back
from services.match.surface import surface

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
    if limit := held_back(evidence, grounds):
        parts.append(limit)
    return "; ".join(parts) + "."


def _opening(evidence: Evidence, relation: Relation) -> str:
    by = evidence.publisher or evidence.speaker
    rated = f", rated {evidence.rating}," if evidence.rating else ""
    return f"{_NOUN[evidence.kind]}{f' by {by}' if by else ''}{rated} {_VERB[relation]}"


def _agreements(grounds: Grounds) -> list[str]:
    comparison, found = grounds.comparison, []
    words = dict.fromkeys([*_longest(comparison.names_shared), *_longest(comparison.shared)])
    told = surface(grounds.whole.text, words, _MOST_SHARED)
    if told:
        found.append(f"both speak of {', '.join(told)}")
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
        found.append(_opposition(grounds))
    if grounds.denied:
        found.append("this one names that one's value as the wrong one")
    if "number" in grounds.unstated - grounds.confirmed:
        told = [
            mine.text
            for mine in grounds.whole.numbers
            if not any(mine.comparable(one) for one in grounds.other.numbers)
        ]
        found.append(f"{_figure(told)} not stated there")
    found += grounds.apart
    if grounds.names_here and not grounds.apart and "name" not in grounds.confirmed:
        told = surface(grounds.whole.text, sorted(grounds.names_here), 2)
        found += [f"only this one names {', '.join(told)}"] if told else []
    return found


def _opposition(grounds: Grounds) -> str:
    if grounds.turned and grounds.negated[0] == grounds.negated[1]:
        here, there = (
            " ".join(surface(side.text, [term], 1)) or term
            for side, term in zip((grounds.whole, grounds.other), grounds.turned, strict=True)
        )
        return f"this one says “{here}”, that one “{there}”"
    return "one denies what the other says"


def _figure(told: list[str]) -> str:
    if not told:
        return "the figure here is"
    return f"{' and '.join(told[:2])} {'is' if len(told) == 1 else 'are'}"


def _longest(words: frozenset[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))

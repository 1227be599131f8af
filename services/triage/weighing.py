"""What a piece of evidence is worth to a reviewer, and how it is named in a sentence."""

from schemas.evidence import EvidenceKind
from schemas.match import Match, Relation
from schemas.quotation import QuoteCheck, QuoteStatus

EVIDENCE_VALUE = {
    Relation.CONTRADICTS: (1.0, "contradicted by"),
    Relation.SAME_CLAIM: (0.8, "the same claim was checked:"),
    Relation.CONFLICT: (0.9, "denied, or asserted, by another party:"),
    Relation.SUPPORTS: (0.4, "supported by"),
    Relation.NARROWER: (0.2, "a part of what is known:"),
    Relation.BROADER: (0.2, "more than what is known:"),
    Relation.RELATED: (0.1, "related:"),
}
"""What evidence of each relation is worth when it is certainly about the claim."""

QUOTATION_VALUE = {
    QuoteStatus.MISATTRIBUTED: 1.0,
    QuoteStatus.EDITED: 1.0,
    QuoteStatus.STITCHED: 0.9,
    QuoteStatus.OUT_OF_CONTEXT: 0.9,
}
"""What it is worth to a reviewer that a quotation is not as it was said; an edit counts when it alters the meaning."""

SPEAKING_RELATIONS = frozenset({Relation.CONTRADICTS, Relation.CONFLICT, Relation.SAME_CLAIM})
"""Relations that alone make a claim worth a look."""

SPEAKING_PROBABILITY = 0.6
"""How likely such evidence must be about the same claim."""


def weigh(match: Match) -> float:
    """From 0 to 1: what the relation is worth times how likely it is about the claim.

    What speaks against a claim comes before what supports it: that is what a reviewer must see first.
    """
    return EVIDENCE_VALUE[match.relation][0] * match.probability


def quotation_value(quotation: QuoteCheck) -> float:
    """From 0 to 1: how much is wrong with a quotation; 0 when nothing is that a reviewer must see."""
    if quotation.status is QuoteStatus.EDITED and not quotation.alters_meaning:
        return 0.0
    return QUOTATION_VALUE.get(quotation.status, 0.0)


def speaks(match: Match) -> bool:
    """Whether this evidence alone is worth a reviewer's look."""
    return match.relation in SPEAKING_RELATIONS and match.probability >= SPEAKING_PROBABILITY


def was_checked(match: Match) -> bool:
    """Whether somebody found the claim worth a check before, and it did not hold."""
    kinds = {EvidenceKind.FACT_CHECK, EvidenceKind.VERDICT}
    return speaks(match) and match.evidence.kind in kinds


def supports(match: Match) -> bool:
    """Whether this evidence stands against other evidence that speaks."""
    return match.relation is Relation.SUPPORTS and match.probability >= SPEAKING_PROBABILITY


def cite(match: Match) -> str:
    """The evidence in a few words: title or claim, shortened, and publisher."""
    title = match.evidence.title or match.evidence.claim
    short = title if len(title) <= 90 else f"{title[:89].rstrip()}…"
    publisher = f" ({match.evidence.publisher})" if match.evidence.publisher else ""
    return f"“{short}”{publisher}"

"""Which claims become a task, and the sentence that tells a reviewer why."""

from collections.abc import Callable, Iterable, Sequence

from schemas.claim import Claim, Kind
from schemas.match import Match, Relation
from schemas.quotation import QuoteCheck
from services.triage.weighing import cite, quotation_value, speaks, supports, weigh

REASONS = {
    Relation.CONTRADICTS: "Prior evidence{by} contradicts it{rated}.",
    Relation.CONFLICT: "Sources are in conflict{by}: one denies what the other asserts.",
    Relation.SAME_CLAIM: "The same claim was checked before{by}{rated}.",
}
"""Relations that make a claim a task whatever its score, and the reason they give."""

NOT_CHECKABLE = frozenset({Kind.OPINION, Kind.DEMAND, Kind.INTENTION})
"""Kinds that nobody can check by themselves; they become tasks only when evidence speaks."""


_LOW = 0.35
"""Below this score "worth checking" would be no reason for a claim that has a better one."""

TELLING = {
    Kind.QUANTITY: "gives a figure",
    Kind.ACCUSATION: "accuses somebody",
}
"""Kinds that are worth a place in the queue whenever somebody is named as saying them, and why: what a claim implies
may matter more than its wording tells."""


Rule = Callable[[Claim, Sequence[Match], QuoteCheck | None, float], str | None]
"""One way into the queue: the reason in words, or none when it does not apply."""


def _evidence(
    _claim: Claim, evidence: Sequence[Match], _quotation: QuoteCheck | None, _least: float
) -> str | None:
    best = max(filter(speaks, evidence), key=weigh, default=None)
    if best is None:
        return None
    item = best.evidence
    other = max(filter(supports, evidence), key=weigh, default=None)
    if best.relation is Relation.CONTRADICTS and other is not None:
        return f"Prior evidence disagrees: {cite(best)} contradicts it, {cite(other)} supports it."
    return REASONS[best.relation].format(
        by=f" by {item.publisher}" if item.publisher else "",
        rated=f" (rated {item.rating.replace('_', ' ')})" if item.rating else "",
    )


def _misquoted(
    _claim: Claim, _evidence: Sequence[Match], quotation: QuoteCheck | None, _least: float
) -> str | None:
    if quotation is None or not quotation_value(quotation):
        return None
    return f"The quotation is not as it was said. {quotation.why}"


def _promise(
    claim: Claim, _evidence: Sequence[Match], _quotation: QuoteCheck | None, _least: float
) -> str | None:
    if claim.kind is not Kind.PROMISE or not claim.due:
        return None
    return f"A promise that can be checked once it falls due on {claim.due}."


def _check_worthy(
    claim: Claim, _evidence: Sequence[Match], _quotation: QuoteCheck | None, least: float
) -> str | None:
    telling = claim.speaker is not None and claim.kind in TELLING
    if claim.kind in NOT_CHECKABLE or claim.check_worthiness < max(least, _LOW if telling else 0.0):
        return None
    return f"Worth checking: the claim scores {claim.check_worthiness:.2f} of 1."


def _telling(
    claim: Claim, _evidence: Sequence[Match], _quotation: QuoteCheck | None, _least: float
) -> str | None:
    if claim.speaker is None or claim.kind not in TELLING:
        return None
    return f"{claim.speaker} {TELLING[claim.kind]}."


RULES: tuple[Rule, ...] = (_evidence, _misquoted, _promise, _check_worthy, _telling)
"""In this order: the first that applies gives the reason. A task that is made anew has no threshold: a low score is
then no reason, where another one applies."""


def reason(
    claims: Iterable[Claim],
    evidence: Sequence[Match],
    threshold: float,
    quotation: QuoteCheck | None = None,
) -> str | None:
    """Why these sightings of one claim make a task; none when they do not.

    `threshold` is the least check-worthiness, 0 to 1.
    """
    seen = sorted(claims, key=lambda claim: (-claim.check_worthiness, claim.id))
    told = (rule(claim, evidence, quotation, threshold) for rule in RULES for claim in seen)
    return next((text for text in told if text), None)

"""One task from many sightings: a function of the set, so that order and repetition do not matter.

The task store keeps the set, and makes the task from it anew whenever something joins.
"""

from collections.abc import Iterable

from schemas.match import Match
from schemas.quotation import QuoteCheck, QuoteStatus
from schemas.task import Sighting, Task
from services.ports.task_store import task_id_of
from services.triage.priority import Case, Totals, prioritise
from services.triage.rules import reason
from services.triage.weighing import quotation_value, weigh

MOST_EVIDENCE = 20
"""Pieces of evidence that a task carries; the weightiest stay."""


_TELLING = list(QuoteStatus)[::-1]
"""Findings on a quotation that weigh alike, from the least telling on: nothing found tells least."""


def build(
    cluster: str,
    sightings: Iterable[Sighting],
    evidence: Iterable[Match],
    threshold: float = 0.0,
    quotations: Iterable[QuoteCheck | None] = (),
    *,
    totals: Totals | None = None,
    otherwise: str | None = None,
) -> Task | None:
    """The task of one cluster; none when no rule makes it one at this `threshold`.

    `totals` are those of all sightings where `sightings` are not all of them. `otherwise` is the reason
    given when no rule gives one.
    """
    seen, found = merge_sightings(sightings), merge_evidence(evidence)
    quotation = gravest(quotations)
    why = reason((sighting.claim for sighting in seen), found, threshold, quotation) or otherwise
    if why is None:
        return None
    claim = seen[0].claim
    times = [s.article.published_at for s in seen if s.article.published_at]
    return Task(
        id=task_id_of(cluster),
        cluster_id=cluster,
        claim=claim,
        sightings=seen,
        evidence=found,
        quotation=quotation,
        priority=prioritise(Case(claim, seen, found, quotation, totals)),
        reason=why,
        due=next((sighting.claim.due for sighting in seen if sighting.claim.due), None),
        first_seen_at=min(times, default=None),
    )


def merge_sightings(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Each place once, the earliest article first; of an article only its latest revision."""
    unique = {
        (s.article.id, s.article.revision, s.claim.id, s.claim.span): s
        for s in sorted(sightings, key=lambda s: s.model_dump_json())
    }
    latest: dict[str, int] = {}
    for article, revision, *_ in unique:
        latest[article] = max(revision, latest.get(article, 0))
    kept = [s for s in unique.values() if s.article.revision == latest[s.article.id]]
    return sorted(kept, key=_reading_order)


def _reading_order(sighting: Sighting) -> tuple[float, str, tuple[int, int], str]:
    published = sighting.article.published_at
    moment = published.timestamp() if published else float("inf")
    return (moment, sighting.article.id, sighting.claim.span, sighting.claim.id)


def merge_evidence(evidence: Iterable[Match]) -> list[Match]:
    """Each item once, in its latest revision and at its likeliest; the weightiest first."""
    best: dict[str, Match] = {}
    for match in sorted(evidence, key=_standing):
        best[match.evidence.id] = match
    return sorted(best.values(), key=_rank)[:MOST_EVIDENCE]


def gravest(quotations: Iterable[QuoteCheck | None]) -> QuoteCheck | None:
    """The finding that a reviewer must see first, whatever their order."""
    return max(filter(None, quotations), key=_gravity, default=None)


def _gravity(quotation: QuoteCheck) -> tuple[float, int, str]:
    return (
        quotation_value(quotation),
        _TELLING.index(quotation.status),
        quotation.model_dump_json(),
    )


def _standing(match: Match) -> tuple[int, float, float, str]:
    return (match.evidence.revision, match.probability, match.score, match.model_dump_json())


def _rank(match: Match) -> tuple[float, float, float, str]:
    return (-weigh(match), -match.probability, -match.score, match.evidence.id)

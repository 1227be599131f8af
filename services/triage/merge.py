"""One task from many sightings: a function of the set, so that order and repetition do not matter."""

from collections.abc import Iterable
from itertools import chain

from schemas.match import Match
from schemas.task import Sighting, Task
from services.runtime.ids import stable_id
from services.triage.priority import Case, prioritise
from services.triage.rules import reason
from services.triage.weighing import weigh

MOST_EVIDENCE = 20
"""Pieces of evidence that a task carries; the weightiest stay."""


def build(
    cluster: str, sightings: Iterable[Sighting], evidence: Iterable[Match], threshold: float = 0.0
) -> Task | None:
    """The task of one cluster; none when no rule makes it one at this `threshold`."""
    seen, found = merge_sightings(sightings), merge_evidence(evidence)
    why = reason((sighting.claim for sighting in seen), found, threshold)
    if why is None:
        return None
    claim = seen[0].claim
    times = [s.article.published_at for s in seen if s.article.published_at]
    return Task(
        id=stable_id("task", cluster),
        cluster_id=cluster,
        claim=claim,
        sightings=seen,
        evidence=found,
        priority=prioritise(Case(claim, seen, found)),
        reason=why,
        due=next((sighting.claim.due for sighting in seen if sighting.claim.due), None),
        first_seen_at=min(times, default=None),
    )


def merge(one: Task, other: Task) -> Task:
    """Both tasks of one cluster as one: all sightings and evidence, and the priority they give together.

    Commutative, associative and idempotent, so that events may come in any order and more than once.
    """
    merged = build(
        one.cluster_id,
        chain(one.sightings, other.sightings),
        chain(one.evidence, other.evidence),
    )
    return merged or one


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


def _standing(match: Match) -> tuple[int, float, float, str]:
    return (match.evidence.revision, match.probability, match.score, match.model_dump_json())


def _rank(match: Match) -> tuple[float, float, float, str]:
    return (-weigh(match), -match.probability, -match.score, match.evidence.id)

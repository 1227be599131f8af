"""What an action rested on, for the audit trail: enough to find again everything that its author saw."""

from collections.abc import Mapping
from typing import Any

from schemas.match import Match
from schemas.task import Sighting, Task
from services.runtime.ids import content_hash


def basis(task: Task, versions: Mapping[str, str]) -> dict[str, Any]:
    """Articles with revision and span, evidence with revision and hash, the priority, and `versions` in force."""
    return {
        "claim": task.claim.id,
        "sightings": [_place(sighting) for sighting in task.sightings],
        "sighting_count": task.sighting_count or len(task.sightings),
        "evidence": [_shown(match) for match in task.evidence],
        "quotation": task.quotation.status.value if task.quotation else None,
        "priority": task.priority.value,
        "versions": dict(versions),
    }


def _place(sighting: Sighting) -> dict[str, Any]:
    article, claim = sighting.article, sighting.claim
    return {
        "article": article.id,
        "revision": article.revision,
        "claim": claim.id,
        "span": list(claim.span),
    }


def _shown(match: Match) -> dict[str, Any]:
    item = match.evidence
    return {
        "id": item.id,
        "revision": item.revision,
        "relation": match.relation.value,
        "probability": match.probability,
        "url": item.url,
        "sha256": content_hash(item.model_dump_json()),
    }

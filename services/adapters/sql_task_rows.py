"""Sightings and evidence of tasks as rows."""

from typing import Any

from schemas.match import Match
from schemas.task import Sighting, Task
from services.language.wording import wording_id
from services.runtime.ids import stable_id
from services.triage.priority import days_off, outlet_of

NO_TIME = 9e15
"""Stands for the time of an article that gives none: after every other."""


def key_of(name: str) -> str:
    """An id of another service as a column holds it: any text of any alphabet, also what a database refuses."""
    return stable_id("key", name)


def sighting_row(task: Task, sighting: Sighting) -> dict[str, Any]:
    """The row of a sighting that came with `task`; `task_id` is that task until it is placed elsewhere."""
    article, claim = sighting.article, sighting.claim
    published = article.published_at
    return {
        "id": stable_id("sighting", article.id, claim.id, *claim.span),
        "task_id": task.id,
        "cluster_id": sighting.own_cluster_id or task.cluster_id,
        "wording": wording_id(claim),
        "claim_id": key_of(claim.id),
        "article_id": key_of(article.id),
        "outlet": key_of(outlet_of(article) or article.id),
        "revision": article.revision,
        "moment": published.timestamp() if published else NO_TIME,
        "start": claim.span[0],
        "worth": claim.check_worthiness,
        "days_off": days_off(sighting),
        "sighting": sighting.model_dump_json(),
        "quotation": task.quotation.model_dump_json() if task.quotation else None,
    }


def evidence_row(task_id: str, match: Match) -> dict[str, Any]:
    """The row of a piece of evidence."""
    return {
        "task_id": task_id,
        "evidence_id": key_of(match.evidence.id),
        "revision": match.evidence.revision,
        "match": match.model_dump_json(),
    }

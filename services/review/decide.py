"""From a reviewer's decision on a task to the verdict that stands for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.task import Task
from schemas.verdict import Rating, Verdict
from services.runtime.errors import UserError
from services.runtime.ids import stable_id

MAX_RATIONALE = 20_000
"""Characters a rationale may have."""


@dataclass(frozen=True)
class Decision:
    """What a reviewer says, under which lease."""

    reviewer: str
    lease: int
    rating: Rating
    rationale: str
    evidence_ids: Sequence[str] = ()


def decide(task: Task, decision: Decision, *, now: datetime, public_url: str | None) -> Verdict:
    """The verdict. Its id is a hash of the decision without the time, so a repeated submit is the same one.

    Raises UserError when the rationale is too long or names evidence that the task does not carry.
    """
    if len(decision.rationale) > MAX_RATIONALE:
        raise UserError(
            f"the rationale has {len(decision.rationale):,} characters; at most {MAX_RATIONALE:,}"
        )
    unknown = sorted(set(decision.evidence_ids) - {match.evidence.id for match in task.evidence})
    if unknown:
        raise UserError(f"task {task.id} carries no evidence {', '.join(unknown)}")
    return Verdict(
        id=_verdict_id(task.id, decision),
        task_id=task.id,
        cluster_id=task.cluster_id,
        claim=task.claim.resolved_text or task.claim.text,
        speaker=task.claim.speaker,
        rating=decision.rating,
        rationale=decision.rationale,
        evidence_ids=list(decision.evidence_ids),
        reviewer=decision.reviewer,
        lease=decision.lease,
        decided_at=now,
        url=f"{public_url.rstrip('/')}/tasks/{task.id}" if public_url else None,
        language=task.sightings[0].article.language,
    )


def _verdict_id(task_id: str, decision: Decision) -> str:
    return stable_id(
        "verdict",
        task_id,
        decision.lease,
        decision.reviewer,
        decision.rating,
        decision.rationale,
        *decision.evidence_ids,
    )

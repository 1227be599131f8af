"""From reviewers' opinions on a task to the verdict that stands for it, and back."""

from collections.abc import Sequence
from datetime import datetime

from schemas.evidence import Finding
from schemas.match import Match, Relation
from schemas.task import Task
from schemas.verdict import Rating, Verdict, VerdictStatus
from services.ports.work import Work
from services.review.workflow import decided
from services.runtime.errors import UserError
from services.runtime.ids import stable_id

LIKELY = 0.6
"""How likely evidence must be about the claim to suggest a rating."""

SAME_WORDS = {
    finding: Rating(finding.value)
    for finding in Finding
    if finding.value in {rating.value for rating in Rating}
} | {Finding.MIXED: Rating.HALF_TRUE, Finding.UNPROVEN: Rating.UNVERIFIABLE}
"""What a fact-check of the same claim suggests by what it found; satire and the misleading suggest nothing."""

SUGGESTS = {Relation.CONTRADICTS: Rating.FALSE, Relation.SUPPORTS: Rating.TRUE}


def check_evidence(task: Task, evidence_ids: Sequence[str]) -> None:
    """Raises UserError when the task does not carry all of this evidence."""
    unknown = sorted(set(evidence_ids) - {match.evidence.id for match in task.evidence})
    if unknown:
        raise UserError(f"task {task.id} carries no evidence {', '.join(unknown)}")


def verdict_of(
    task: Task, work: Work, *, revision: int, now: datetime, public_url: str | None
) -> Verdict:
    """The verdict on a task whose `work` is done. Its id is a hash of the decision without the time."""
    found = decided(work)
    assert found is not None
    return Verdict(
        id=stable_id(
            "verdict",
            task.id,
            work.lease,
            found.reviewer,
            found.rating,
            found.rationale,
            *found.evidence_ids,
        ),
        task_id=task.id,
        cluster_id=task.cluster_id,
        claim=task.claim.resolved_text or task.claim.text,
        speaker=task.claim.speaker,
        rating=found.rating,
        rationale=found.rationale,
        evidence_ids=list(found.evidence_ids),
        reviewer=found.reviewer,
        reviewers=[opinion.reviewer for opinion in work.opinions],
        round=work.round,
        revision=revision,
        lease=work.lease,
        decided_at=now,
        url=f"{public_url.rstrip('/')}/tasks/{task.id}" if public_url else None,
        language=task.sightings[0].article.language,
    )


def withdrawal_of(verdict: Verdict, *, lease: int, now: datetime, reason: str) -> Verdict:
    """What takes `verdict` back. Its id is a hash of which verdict it is, and of the lease number."""
    return verdict.model_copy(
        update={
            "id": stable_id("verdict", verdict.id, VerdictStatus.WITHDRAWN, lease),
            "status": VerdictStatus.WITHDRAWN,
            "revision": verdict.revision + 1,
            "lease": lease,
            "decided_at": now,
            "reason": reason,
        }
    )


def suggestion(task: Task) -> Rating | None:
    """What the weightiest evidence points to, if it is likely about the claim; nobody is shown it as a rating."""
    return next((_suggested(match) for match in task.evidence[:1] if _is_likely(match)), None)


def _is_likely(match: Match) -> bool:
    return match.probability >= LIKELY


def _suggested(match: Match) -> Rating | None:
    if match.relation is not Relation.SAME_CLAIM:
        return SUGGESTS.get(match.relation)
    finding = match.evidence.finding
    return SAME_WORDS.get(finding) if finding else None

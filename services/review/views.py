"""What the desk shows of a task, to scripts and through the API alike; and what it accepts."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.base import Identifier, Model, UtcDatetime
from schemas.claim import Claim
from schemas.match import Match
from schemas.quotation import QuoteCheck
from schemas.task import Priority, Sighting, TaskChange
from schemas.verdict import Rating, Verdict
from services.ports.task_store import State, StoredTask
from services.review.decide import MAX_RATIONALE


class TaskView(Model):
    """A task with its place in the work."""

    id: Identifier
    state: State
    claim: Claim
    speaker: str | None
    reason: str
    priority: Priority
    evidence: list[Match]
    quotation: QuoteCheck | None
    sightings: list[Sighting]
    sighting_count: int
    article_count: int
    changes: list[TaskChange]
    joined_to: Identifier | None
    due: str | None
    first_seen_at: UtcDatetime | None
    cluster_id: Identifier
    lease: int
    reviewer: str | None
    lease_until: UtcDatetime | None
    verdict: Verdict | None

    @classmethod
    def of(cls, stored: StoredTask) -> "TaskView":
        """The view of a stored task."""
        task = stored.task
        return cls(
            id=task.id,
            state=stored.state,
            claim=task.claim,
            speaker=task.claim.speaker,
            reason=task.reason,
            priority=task.priority,
            evidence=task.evidence,
            quotation=task.quotation,
            sightings=task.sightings,
            sighting_count=task.sighting_count or len(task.sightings),
            article_count=task.article_count or 1,
            changes=task.changes,
            joined_to=stored.joined_to,
            due=task.due,
            first_seen_at=task.first_seen_at,
            cluster_id=task.cluster_id,
            lease=stored.lease,
            reviewer=stored.reviewer,
            lease_until=stored.lease_until,
            verdict=stored.verdict,
        )


class TaskPage(Model):
    """A page of tasks, highest priority first. `next` is the cursor of the page after it."""

    tasks: list[TaskView]
    next: str | None
    counts: dict[State, int]


Reviewer = Annotated[
    str,
    # No control characters and no bidi overrides: the name is shown beside other people's words.
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=100,
        pattern=r"^[^\p{Cc}\u202A-\u202E\u2066-\u2069]+$",
    ),
]

Lease = Annotated[int, Field(ge=1, le=2**31 - 1, description="The number that taking it gave")]


class Request(BaseModel):
    """Unknown fields are refused, so that nobody sets what is not theirs to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Request):
    """Who works on the command line; over HTTP it is who signed in."""

    reviewer: Reviewer


class ReleaseRequest(Request):
    """I give it back."""

    lease: Lease


class VerdictRequest(Request):
    """I have decided."""

    lease: Lease
    rating: Rating
    rationale: str = Field(min_length=1, max_length=MAX_RATIONALE)
    evidence_ids: list[Identifier] = Field(default=[], max_length=100)

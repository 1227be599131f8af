"""What the desk shows of a task, to scripts and through the API alike; and what it accepts."""

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.claim import Claim, Kind
from schemas.match import Match, Relation
from schemas.quotation import QuoteCheck
from schemas.task import Priority, Sighting, TaskChange
from schemas.verdict import Verdict
from services.ports.task_store import Filter, StoredTask, Words
from services.ports.work import Draft, Name, Opinion, Stage, State


class TaskView(Model):
    """A task with its place in the work, as far as who asks may know of it."""

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
    snoozed_until: UtcDatetime | None
    reserved_for: str | None
    skill: str | None
    desk: str | None
    deadline: UtcDatetime | None
    round: int
    needs: int = Field(description="Reviewers who must find the same")
    stage: Stage = Field(description="What whoever takes it next does")
    opinions: list[Opinion] = Field(description="Of this round; others' only from the adjudication")
    draft: Draft | None = Field(description="Your own")
    verdict: Verdict | None

    @classmethod
    def of(cls, stored: StoredTask) -> "TaskView":
        """The view of a stored task whose work is reduced to what its reader may know."""
        task, work = stored.task, stored.work
        same = {name: getattr(task, name) for name in _OF_TASK}
        same |= {name: getattr(work, name) for name in _OF_WORK}
        return cls(
            **same,
            speaker=task.claim.speaker,
            sighting_count=task.sighting_count or len(task.sightings),
            article_count=task.article_count or 1,
            joined_to=stored.joined_to,
            reviewer=stored.reviewer,
            opinions=list(work.opinions),
            stage=stored.work.stage,
            draft=work.drafts[0] if work.drafts else None,
            verdict=stored.verdict,
        )


_OF_TASK = (
    "id",
    "claim",
    "reason",
    "priority",
    "evidence",
    "quotation",
    "sightings",
    "changes",
    "due",
    "first_seen_at",
    "cluster_id",
)
_OF_WORK = (
    "state",
    "lease",
    "lease_until",
    "snoozed_until",
    "reserved_for",
    "skill",
    "desk",
    "deadline",
    "round",
    "needs",
)


class TaskPage(Model):
    """A page of tasks in the queue's order. `next` is the cursor of the page after it."""

    tasks: list[TaskView]
    next: str | None
    counts: dict[State, int]


class Request(BaseModel):
    """Unknown fields are refused, so that nobody sets what is not theirs to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Request):
    """Who works on the command line; over HTTP it is who signed in."""

    reviewer: Name


class WhichQuery(Request):
    """Which tasks; every field that is given must hold."""

    state: list[State] = Field(default=[], description="Any of these; all without it")
    text: Words | None = Field(default=None, description="Words of the claim, in any case")
    speaker: Words | None = Field(default=None, description="A part of the speaker's name")
    outlet: Words | None = Field(default=None, description="The whole name of an outlet")
    kind: Kind | None = Field(default=None, description="The kind of claim")
    relation: Relation | None = Field(default=None, description="Some evidence stands so to it")
    desk: Words | None = Field(default=None, description="The desk that it is for")
    language: Words | None = Field(default=None, description="BCP 47; fits every region")
    skill: Words | None = Field(default=None, description="The specialist it needs")
    holder: Words | None = Field(default=None, description="Who holds it, or decided it")
    due_before: UtcDatetime | None = Field(default=None, description="Its deadline is before")

    def filter(self) -> Filter:
        """What is asked of the store."""
        given = self.model_dump(exclude={"state", "cursor", "limit"})
        return Filter(states=tuple(self.state), **given)


class QueueQuery(WhichQuery):
    """A page of them."""

    cursor: str | None = Field(default=None, max_length=2_000, description="`next` of a page")
    limit: int = Field(default=50, ge=1, le=200, description="Tasks on a page")

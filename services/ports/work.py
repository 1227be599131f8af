"""Where a task is in the reviewers' work, and what people can do to it.

Only data: `services.review.workflow` says which action is allowed when, and what it leads to.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.verdict import Rating

MAX_RATIONALE = 20_000
"""Characters a rationale may have."""

Reason = Annotated[str, Field(min_length=1, max_length=1_000)]
Lease = Annotated[int, Field(ge=1, le=2**31 - 1, description="The number that taking it gave")]


class State(StrEnum):
    """Where a task is."""

    OPEN = "open"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    DONE = "done"


class Stage(StrEnum):
    """What whoever takes it next does."""

    FIRST = "first"
    SECOND = "second"
    ADJUDICATION = "adjudication"


class Opinion(Model):
    """What one reviewer found, at which stage."""

    reviewer: Identifier
    stage: Stage
    rating: Rating
    rationale: str = Field(max_length=MAX_RATIONALE)
    evidence_ids: tuple[Identifier, ...] = ()
    lease: Lease
    at: UtcDatetime


class Draft(Model):
    """What a reviewer has so far; nobody else sees it."""

    reviewer: Identifier
    rating: Rating | None = None
    rationale: str = Field(default="", max_length=MAX_RATIONALE)
    evidence_ids: tuple[Identifier, ...] = ()


class Skipped(Model):
    """Somebody passed it over: it is not offered to them again."""

    reviewer: Identifier
    reason: Reason


class Work(Model):
    """Where a task is. `lease` grows with every take and is never reused.

    `holder` has a taken task until `lease_until`; after that it counts as open, and its draft stays.
    `opinions` are those of the round that runs, or ran last; `round` grows when a decided task is opened again.
    """

    state: State = State.OPEN
    needs: Literal[1, 2] = Field(default=1, description="Reviewers who must find the same")
    lease: int = 0
    holder: Identifier | None = None
    lease_until: UtcDatetime | None = None
    opinions: tuple[Opinion, ...] = ()
    drafts: tuple[Draft, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    snoozed_until: UtcDatetime | None = None
    reserved_for: Identifier | None = Field(default=None, description="Handed over to them")
    skill: str | None = Field(default=None, description="The specialist it needs")
    round: int = Field(default=1, ge=1)

    @property
    def stage(self) -> Stage:
        """What whoever takes it next does."""
        if not self.opinions:
            return Stage.FIRST
        return Stage.SECOND if len(self.opinions) < self.needs else Stage.ADJUDICATION

    def at(self, now: datetime) -> "Work":
        """As it counts at that time: a lease or a sleep that has ended leaves it open."""
        ran_out = self.lease_until is not None and self.lease_until <= now
        slept = self.snoozed_until is not None and self.snoozed_until <= now
        if not ((ran_out and self.state is State.TAKEN) or (slept and self.state is State.SNOOZED)):
            return self
        return self.model_copy(update={"state": State.OPEN} | IDLE)


IDLE: dict[str, None] = {"holder": None, "lease_until": None, "snoozed_until": None}
"""What no task has that nobody holds and that does not sleep."""


class Actor(Model):
    """Who acts. An editor may open decided tasks again, and take from others what they hold."""

    name: Identifier
    editor: bool = False
    skills: frozenset[str] = frozenset()


class _Held(Model):
    """Done by whoever holds the task, under the lease's number."""

    lease: Lease


class Take(Model):
    """Hold it for `seconds`; the holder's own take renews the lease under a new number."""

    action: Literal["take"] = "take"
    seconds: float = Field(gt=0, le=86_400)


class Renew(_Held):
    """A heartbeat: the same lease, longer."""

    action: Literal["renew"] = "renew"
    seconds: float = Field(gt=0, le=86_400)


class Release(_Held):
    """Give it back. The draft stays."""

    action: Literal["release"] = "release"


class Save(_Held):
    """Keep what is written so far."""

    action: Literal["save"] = "save"
    rating: Rating | None = None
    rationale: str = Field(default="", max_length=MAX_RATIONALE)
    evidence_ids: tuple[Identifier, ...] = Field(default=(), max_length=100)


class Skip(_Held):
    """Not me; it is offered to others."""

    action: Literal["skip"] = "skip"
    reason: Reason


class Snooze(_Held):
    """Nobody before `until`."""

    action: Literal["snooze"] = "snooze"
    until: UtcDatetime
    reason: Reason


class HandOver(_Held):
    """Only `to` from now on."""

    action: Literal["hand_over"] = "hand_over"
    to: Identifier
    reason: str = Field(default="", max_length=1_000)


class AskSpecialist(_Held):
    """Only somebody with `skill` from now on."""

    action: Literal["ask_specialist"] = "ask_specialist"
    skill: str = Field(min_length=1, max_length=100)
    reason: Reason


class Decide(_Held):
    """My opinion; the verdict when no other is needed."""

    action: Literal["decide"] = "decide"
    rating: Rating
    rationale: str = Field(min_length=1, max_length=MAX_RATIONALE)
    evidence_ids: tuple[Identifier, ...] = Field(default=(), max_length=100)


class Resume(Model):
    """End its sleep, its reservation and its wait for a specialist."""

    action: Literal["resume"] = "resume"
    reason: Reason


class Reopen(Model):
    """Take the verdict back and review it anew; what was found stays in the audit trail."""

    action: Literal["reopen"] = "reopen"
    reason: Reason


Action = Annotated[
    Take
    | Renew
    | Release
    | Save
    | Skip
    | Snooze
    | HandOver
    | AskSpecialist
    | Decide
    | Resume
    | Reopen,
    Field(discriminator="action"),
]
"""Everything that people do to a task."""

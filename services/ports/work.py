"""Where a task is in the reviewers' work, and what people can do to it.

Only data: `services.review.workflow` says which action is allowed when, and what it leads to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from schemas.base import Identifier, Model, UtcDatetime
from schemas.verdict import Rating

MAX_RATIONALE = 20_000
"""Characters a rationale may have."""

NEAR = timedelta(days=2)
"""A task whose deadline is at most so far away comes before all others."""

Name = Annotated[
    str,
    # No control characters and no bidi overrides: the name is shown beside other people's words.
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u202A-\u202E\u2066-\u2069]+$",
    ),
]
"""What a person, a skill or a desk is called."""

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
    desk: str | None = Field(default=None, description="The desk it is assigned to")
    language: str | None = Field(default=None, description="Of its first article, BCP 47")
    deadline: UtcDatetime | None = Field(default=None, description="When it should be decided")
    woken: bool = Field(
        default=False, description="Somebody ended its sleep; it does not start anew"
    )
    known: Rating | None = Field(
        default=None,
        description="A seeded task: what it is known to be. Everybody gets it once, and it is never decided",
    )
    round: int = Field(default=1, ge=1)

    @property
    def stage(self) -> Stage:
        """What whoever takes it next does."""
        if not self.opinions or self.known is not None:
            return Stage.FIRST
        return Stage.SECOND if len(self.opinions) < self.needs else Stage.ADJUDICATION

    def at(self, now: datetime) -> "Work":
        """As it counts at that time: a lease or a sleep that has ended leaves it open."""
        ran_out = self.lease_until is not None and self.lease_until <= now
        slept = self.snoozed_until is not None and self.snoozed_until <= now
        if not ((ran_out and self.state is State.TAKEN) or (slept and self.state is State.SNOOZED)):
            return self
        return self.model_copy(update={"state": State.OPEN} | IDLE)

    def escalated(self, now: datetime) -> bool:
        """Whether its deadline is near or past, and it is not decided."""
        near = self.deadline is not None and self.deadline <= now + NEAR
        return near and self.state is not State.DONE


IDLE: dict[str, None] = {"holder": None, "lease_until": None, "snoozed_until": None}
"""What no task has that nobody holds and that does not sleep."""


class Actor(Model):
    """Who acts. An editor may open decided tasks again, and take from others what they hold."""

    name: Name
    editor: bool = False
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = Field(default=frozenset(), description="BCP 47; empty: all")
    desk: str | None = Field(default=None, description="None: offered the tasks of every desk")


class Refused(Exception):
    """The action is not possible as the task stands; the message says why, for a person."""


class Forbidden(Exception):
    """The action is possible, but not for this person."""


@dataclass(frozen=True)
class Policy:
    """What a desk has settled on: settings that decide about tasks, and what its records name.

    `double_review_at` is the least priority (0 to 1) from which two must find the same; none: one is enough.
    `versions` are the models, indexes and thresholds behind what is shown, for the audit trail.
    """

    double_review_at: float | None = None
    public_url: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


class _Action(Model):
    """Unknown fields are refused, so that nobody sets what is not theirs to set."""

    model_config = ConfigDict(extra="forbid")


class _Held(_Action):
    """Done by whoever holds the task, under the lease's number."""

    lease: Lease


class Take(_Action):
    """Hold it for `seconds`; the holder's own take renews the lease under a new number."""

    action: Literal["take"] = "take"
    seconds: float = Field(default=900, gt=0, le=86_400)


class Renew(_Held):
    """A heartbeat: the same lease, longer."""

    action: Literal["renew"] = "renew"
    seconds: float = Field(default=900, gt=0, le=86_400)


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
    to: Name
    reason: str = Field(default="", max_length=1_000)


class AskSpecialist(_Held):
    """Only somebody with `skill` from now on."""

    action: Literal["ask_specialist"] = "ask_specialist"
    skill: Name
    reason: Reason


class Decide(_Held):
    """My opinion; the verdict when no other is needed."""

    action: Literal["decide"] = "decide"
    rating: Rating
    rationale: str = Field(min_length=1, max_length=MAX_RATIONALE)
    evidence_ids: tuple[Identifier, ...] = Field(default=(), max_length=100)


class Resume(_Action):
    """End its sleep, its reservation and its wait for a specialist."""

    action: Literal["resume"] = "resume"
    reason: Reason


class Reopen(_Action):
    """Take the verdict back and review it anew; what was found stays in the audit trail."""

    action: Literal["reopen"] = "reopen"
    reason: Reason


class Undo(_Action):
    """Take my own opinion back, as long as nobody's follows it. It becomes my draft again."""

    action: Literal["undo"] = "undo"
    reason: Reason


class Assign(_Action):
    """An editor sets its desk, its deadline, or whom it is for; what is not given stays, null takes away."""

    action: Literal["assign"] = "assign"
    desk: Name | None = None
    deadline: UtcDatetime | None = None
    to: Name | None = None


class Seed(_Action):
    """An editor makes it a known task, mixed in to see how often people find what is so; null ends that."""

    action: Literal["seed"] = "seed"
    rating: Rating | None


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
    | Reopen
    | Undo
    | Assign
    | Seed,
    Field(discriminator="action"),
]
"""Everything that people do to a task."""

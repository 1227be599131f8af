"""The store of tasks and verdicts, and the outbox that publishes verdicts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from schemas.base import Model, UtcDatetime
from schemas.claim import Kind
from schemas.cluster_choice import ClusterChoice
from schemas.evidence_change import EvidenceChange
from schemas.match import Relation
from schemas.task import Task
from schemas.verdict import Rating, Verdict
from services.ports.work import Action, Actor, Draft, Stage, State, Work
from services.runtime.ids import stable_id

Words = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")
]
"""What a filter looks for. No database holds a NUL, and no name a control character."""


def task_id_of(cluster_id: str) -> str:
    """The id of the one task of a cluster."""
    return stable_id("task", cluster_id)


def verdict_evidence_id(task_id: str) -> str:
    """The id of the item of evidence that the verdict on a task becomes."""
    return stable_id("ev", "verdict", task_id)


@dataclass(frozen=True)
class StoredTask:
    """A task with its place in the work, and the verdict that stands if it is decided.

    `joined_to` is the task that it was merged into. A task without standing sightings is in no queue.
    """

    task: Task
    work: Work
    verdict: Verdict | None = None
    joined_to: str | None = None

    @property
    def state(self) -> State:
        """Where it is."""
        return self.work.state

    @property
    def lease(self) -> int:
        """The number of the last lease."""
        return self.work.lease

    @property
    def reviewer(self) -> str | None:
        """Who holds a taken task, or whose opinion the verdict follows."""
        return self.verdict.reviewer if self.verdict else self.work.holder

    @property
    def lease_until(self) -> datetime | None:
        """Until when a taken task is held."""
        return self.work.lease_until


class Filter(Model):
    """Which tasks; every field that is given must hold. What a saved view keeps.

    `speaker` and `text` are parts of words in any case; `outlet` is a whole name; `language` fits every region.
    """

    states: tuple[State, ...] = ()
    text: Words | None = None
    speaker: Words | None = None
    outlet: Words | None = None
    kind: Kind | None = None
    relation: Relation | None = Field(default=None, description="Some evidence stands so to it")
    desk: Words | None = None
    language: Words | None = None
    skill: Words | None = None
    holder: Words | None = Field(default=None, description="Who holds it, or decided it")
    due_before: UtcDatetime | None = Field(default=None, description="Its deadline is before that")


EVERYTHING = Filter()


@dataclass(frozen=True)
class Given:
    """An opinion as it was given, for statistics.

    `suggested` is what the evidence beside it pointed to, `known` what a seeded task is known to be. `undone`
    ones were taken back by who gave them.
    """

    task_id: str
    round: int
    stage: Stage
    reviewer: str
    rating: Rating
    suggested: Rating | None
    known: Rating | None
    at: datetime
    undone: bool = False


class Conflict(Exception):
    """The task is not what the caller thinks: taken by another, done, or the lease is stale.

    `current` is the task as it stands, `draft` what the caller had written, which is kept as their draft.
    """

    def __init__(self, message: str, current: StoredTask, draft: Draft | None = None) -> None:
        super().__init__(message)
        self.current, self.draft = current, draft


class UnknownTask(LookupError):
    """There is no task of this id."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"there is no task {task_id}")


class TaskStore(Protocol):
    """Raises NotReady from every method when the database is away.

    A lease or a sleep that has ended counts as open: `page`, `get` and `counts` say so when they are told
    the time, and give what is stored otherwise. Every change that a person makes is in the audit trail, in
    the same transaction.
    """

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def upsert(self, task: Task) -> StoredTask:
        """Add a task, or merge its sightings and evidence into the one of the same id. Idempotent.

        Of two sightings of one claim in one article the later revision stays. A task that is done
        stays done. Sightings go where reviewers' choices put them: what is given back is the task that took
        them. It lists the first sighting and the newest ones, and counts all of them.
        """
        ...

    def take_back(self, article_id: str, revision: int, claim_ids: Sequence[str]) -> None:
        """This revision of the article holds these claims and no others.

        Sightings of its earlier revisions that it no longer holds are gone, also when they come later. A task
        without any left is in no queue.
        """
        ...

    def change_evidence(self, change: EvidenceChange, now: datetime) -> None:
        """An item was revised or withdrawn: earlier revisions of it count no longer, also when they come later.

        Tasks that showed a withdrawn item say why they changed; verdicts that rested on it are withdrawn and
        their tasks open again.
        """
        ...

    def merge(self, task_id: str, into: str, reviewer: str, now: datetime) -> StoredTask:
        """One claim after all: all sightings of `task_id` join `into`, which is given back. Remembered.

        Raises UnknownTask, Conflict when another holds `task_id`, and UserError when it is decided or
        either of them is merged already.
        """
        ...

    def split(
        self, task_id: str, claim_ids: Sequence[str], reviewer: str, now: datetime
    ) -> StoredTask:
        """Two claims after all: these claims and their copies become a task of their own, given back.

        Raises UnknownTask, and UserError when there are no such claims in the task or nothing else.
        """
        ...

    def undo(self, choice_id: str, reviewer: str, now: datetime) -> StoredTask:
        """Take a merge or split back; the task whose sightings return is given back. Raises UserError."""
        ...

    def choices(self) -> list[ClusterChoice]:
        """All merges, splits and undos, oldest first."""
        ...

    def page(
        self,
        where: Filter = EVERYTHING,
        *,
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> tuple[list[StoredTask], str | None]:
        """A page of tasks, those with a near deadline first, then by priority; and the cursor of the next page.

        Raises UserError when `after` is not a cursor of this store.
        """
        ...

    def get(self, task_id: str, *, now: datetime | None = None) -> StoredTask | None:
        """One task, or none."""
        ...

    def act(self, task_id: str, action: Action, actor: Actor, now: datetime) -> StoredTask:
        """Do what `services.review.workflow` says of `action`; the task after it. Idempotent for a decision.

        A decision that settles the task makes its verdict, one that opens it again withdraws it, each with its
        outbox row. Raises UnknownTask, Conflict when the task is not as the caller thinks (what they wrote
        stays as their draft), Forbidden when it is not theirs to do, UserError for what makes no sense.
        """
        ...

    def take_next(
        self, actor: Actor, now: datetime, seconds: float, where: Filter = EVERYTHING
    ) -> StoredTask | None:
        """Take the first task that is offered to them, in the order of `page`; none when there is none.

        Takers who come at the same time get different tasks.
        """
        ...

    def verdicts(self, task_id: str | None = None) -> Iterator[Verdict]:
        """Every verdict and withdrawal there was, of one task or all, oldest first."""
        ...

    def opinions(self) -> Iterator[Given]:
        """Every opinion that was given, oldest first."""
        ...

    def save_view(self, account: str, name: str, where: Filter | None) -> None:
        """Keep a filter under a name of the account's own; none forgets it."""
        ...

    def views(self, account: str) -> dict[str, Filter]:
        """An account's saved filters, by name."""
        ...

    def unpublished(self, limit: int = 100) -> list[Verdict | ClusterChoice]:
        """Verdicts and then choices that the outboxes have not published, each oldest first."""
        ...

    def mark_published(self, ids: Sequence[str]) -> None:
        """They are in the log."""
        ...

    def counts(
        self, where: Filter = EVERYTHING, *, now: datetime | None = None
    ) -> dict[State, int]:
        """Tasks by state; every state is there."""
        ...

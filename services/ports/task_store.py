"""The store of tasks and verdicts, and the outbox that publishes verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from schemas.cluster_choice import ClusterChoice
from schemas.evidence_change import EvidenceChange
from schemas.task import Task
from schemas.verdict import Verdict
from services.runtime.ids import stable_id


def task_id_of(cluster_id: str) -> str:
    """The id of the one task of a cluster."""
    return stable_id("task", cluster_id)


def verdict_evidence_id(task_id: str) -> str:
    """The id of the item of evidence that the verdict on a task becomes."""
    return stable_id("ev", "verdict", task_id)


class State(StrEnum):
    """Where a task is."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


@dataclass(frozen=True)
class StoredTask:
    """A task with its place in the work. `lease` grows with every take and is never reused.

    `reviewer` is who holds a taken task or decided a done one; `lease_until` is set while it is taken.
    `joined_to` is the task that it was merged into. A task without standing sightings is in no queue.
    """

    task: Task
    state: State
    lease: int
    reviewer: str | None
    lease_until: datetime | None
    verdict: Verdict | None
    joined_to: str | None = None


class Conflict(Exception):
    """The task is not what the caller thinks: taken by another, done, or the lease is stale.

    `current` is the task as it stands.
    """

    def __init__(self, message: str, current: StoredTask) -> None:
        super().__init__(message)
        self.current = current


class UnknownTask(LookupError):
    """There is no task of this id."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"there is no task {task_id}")


class TaskStore(Protocol):
    """Raises NotReady from every method when the database is away.

    An expired lease counts as open: `page`, `get` and `counts` say so when they are told the time,
    and give what is stored otherwise.
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

    def change_evidence(self, change: EvidenceChange) -> None:
        """An item was revised or withdrawn: earlier revisions of it count no longer, also when they come later.

        Tasks that showed a withdrawn item say why they changed, and those that were decided with it are open
        again.
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
        *,
        states: Sequence[State] = (),
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> tuple[list[StoredTask], str | None]:
        """A page of tasks by priority, highest first, and the cursor of the next page.

        Raises UserError when `after` is not a cursor of this store.
        """
        ...

    def get(self, task_id: str, *, now: datetime | None = None) -> StoredTask | None:
        """One task, or none."""
        ...

    def take(
        self, task_id: str | None, reviewer: str, now: datetime, seconds: float
    ) -> StoredTask | None:
        """Lease a task (the first open one when `task_id` is none) for `seconds`.

        An expired lease counts as open. None when there is nothing to take or no such task. Raises
        Conflict when another holds it or it is done; the holder's own take renews its lease number.
        """
        ...

    def release(self, task_id: str, reviewer: str, lease: int) -> StoredTask:
        """Give a taken task back. Raises Conflict when `lease` is not the current one, UnknownTask."""
        ...

    def submit(self, verdict: Verdict) -> StoredTask:
        """Decide: one conditional write on state, reviewer and lease, with the outbox row beside it.

        A lease that ran out while nobody else took the task is still good: no work is thrown away.
        The same verdict again changes nothing. Raises Conflict when stale, UnknownTask.
        """
        ...

    def unpublished(self, limit: int = 100) -> list[Verdict | ClusterChoice]:
        """Verdicts and then choices that the outboxes have not published, each oldest first."""
        ...

    def mark_published(self, ids: Sequence[str]) -> None:
        """They are in the log."""
        ...

    def counts(self, *, now: datetime | None = None) -> dict[State, int]:
        """Tasks by state; every state is there."""
        ...

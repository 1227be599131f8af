"""The store of tasks and verdicts, and the outbox that publishes verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from schemas.task import Task
from schemas.verdict import Verdict


class State(StrEnum):
    """Where a task is."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


@dataclass(frozen=True)
class StoredTask:
    """A task with its place in the work. `lease` grows with every take and is never reused.

    `reviewer` is who holds a taken task or decided a done one; `lease_until` is set while it is taken.
    """

    task: Task
    state: State
    lease: int
    reviewer: str | None
    lease_until: datetime | None
    verdict: Verdict | None


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
        stays done.
        """
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

    def unpublished(self, limit: int = 100) -> list[Verdict]:
        """Verdicts that the outbox has not published, oldest first."""
        ...

    def mark_published(self, verdict_ids: Sequence[str]) -> None:
        """They are in the log."""
        ...

    def counts(self, *, now: datetime | None = None) -> dict[State, int]:
        """Tasks by state; every state is there."""
        ...

"""Tasks into the reviewers' queue."""

from collections.abc import Iterable

from schemas.base import Model
from schemas.task import Task
from services.ports.task_store import TaskStore


def handle(task: Task, *, tasks: TaskStore) -> Iterable[Model]:
    """Add the task, or merge it into the one already there; gives no events.

    Idempotent. Raises NotReady when the database is away.
    """
    tasks.upsert(task)
    return ()

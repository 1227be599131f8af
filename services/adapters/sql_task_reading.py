"""Stored tasks from their rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from schemas.task import Task
from schemas.verdict import Verdict
from services.adapters.sql_task_tables import tasks, verdicts
from services.ports.task_store import StoredTask, UnknownTask
from services.ports.work import Policy, State, Work
from services.review.workflow import with_needs


def stored_tasks() -> Select[Any]:
    """All tasks, each with the verdict that stands."""
    decided = (verdicts.c.task_id == tasks.c.id) & (verdicts.c.lease == tasks.c.lease)
    return select(tasks, verdicts.c.verdict).outerjoin(
        verdicts, decided & (tasks.c.state == State.DONE.value)
    )


def to_stored(row: Row[Any], now: datetime | None, policy: Policy) -> StoredTask:
    """A row of `stored_tasks`, as it counts at `now`."""
    work = Work.model_validate_json(row.work)
    return StoredTask(
        task=Task.model_validate_json(row.task),
        work=with_needs(work.at(now) if now else work, row.priority, policy),
        verdict=Verdict.model_validate_json(row.verdict) if row.verdict else None,
        joined_to=row.joined_to,
    )


def find(
    connection: Connection, task_id: str, policy: Policy, now: datetime | None = None
) -> StoredTask | None:
    """One task, or none."""
    row = connection.execute(stored_tasks().where(tasks.c.id == task_id)).one_or_none()
    return to_stored(row, now, policy) if row else None


def existing(
    connection: Connection, task_id: str, policy: Policy, now: datetime | None = None
) -> StoredTask:
    """One task. Raises UnknownTask."""
    found = find(connection, task_id, policy, now)
    if found is None:
        raise UnknownTask(task_id)
    return found


def locked(connection: Connection, task_id: str, policy: Policy) -> StoredTask:
    """One task as it is stored, its row held to the end of the transaction. Raises UnknownTask."""
    query = stored_tasks().where(tasks.c.id == task_id).with_for_update(of=tasks)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownTask(task_id)
    return to_stored(row, None, policy)

"""Tasks, verdicts and the verdicts' outbox in SQL: SQLite and PostgreSQL through one code."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from schemas.task import Task
from schemas.verdict import Verdict
from services.adapters.sql import migrate, reading, upsert_into, writing
from services.adapters.sql_task_tables import MIGRATIONS, outbox, tasks, undecided, verdicts
from services.ports.task_store import Conflict, State, StoredTask, UnknownTask
from services.runtime.errors import UserError
from services.triage.merge import merge

_TaskId = Annotated[str, Field(pattern=r"^[\w.:-]+$")]
_POSITION: TypeAdapter[tuple[FiniteFloat, str]] = TypeAdapter(tuple[FiniteFloat, _TaskId])
"""What a cursor holds: the priority and the id of a page's last task."""


class SqlTaskStore:
    """`services.ports.task_store.TaskStore` over SQLAlchemy Core."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create or upgrade the tables; safe to run from many processes at once."""
        migrate(self._engine, "tasks", MIGRATIONS)

    def upsert(self, task: Task) -> StoredTask:
        """Add or merge, under the row's lock."""
        with writing(self._engine) as connection:
            if not self._add(connection, task):
                self._merge(connection, task)
            return _existing(connection, task.id)

    def _add(self, connection: Connection, task: Task) -> bool:
        row = _content(task) | {"id": task.id, "state": State.OPEN.value, "lease": 0}
        statement = upsert_into(self._engine, tasks).values(row)
        added = connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
        return added.rowcount == 1

    def _merge(self, connection: Connection, task: Task) -> None:
        query = select(tasks.c.task).where(tasks.c.id == task.id).with_for_update()
        stored = Task.model_validate_json(connection.execute(query).scalar_one())
        merged = merge(stored, task)
        if merged != stored:
            connection.execute(update(tasks).where(tasks.c.id == task.id).values(_content(merged)))

    def page(
        self,
        *,
        states: Sequence[State] = (),
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> tuple[list[StoredTask], str | None]:
        """By priority, then id; the cursor is the last row's pair."""
        query = _stored().order_by(tasks.c.priority.desc(), tasks.c.id).limit(limit + 1)
        if states:
            query = query.where(or_(*(_is(state, now) for state in states)))
        if after is not None:
            priority, task_id = _read_cursor(after)
            level = tasks.c.priority == priority
            query = query.where(or_(tasks.c.priority < priority, and_(level, tasks.c.id > task_id)))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        found = [_to_stored(row, now) for row in rows[:limit]]
        cursor = _cursor(rows[limit - 1]) if len(rows) > limit else None
        return found, cursor

    def get(self, task_id: str, *, now: datetime | None = None) -> StoredTask | None:
        """One row."""
        with reading(self._engine) as connection:
            return _find(connection, task_id, now)

    def take(
        self, task_id: str | None, reviewer: str, now: datetime, seconds: float
    ) -> StoredTask | None:
        """Choose and lease in one transaction; two takers never choose the same row."""
        with writing(self._engine) as connection:
            chosen = (
                _lock_next(connection, now)
                if task_id is None
                else _lock(connection, task_id, reviewer, now)
            )
            if chosen is None:
                return None
            connection.execute(
                update(tasks)
                .where(tasks.c.id == chosen)
                .values(
                    state=State.TAKEN.value,
                    reviewer=reviewer,
                    lease=tasks.c.lease + 1,
                    lease_until=now + timedelta(seconds=seconds),
                )
            )
            return _existing(connection, chosen)

    def release(self, task_id: str, reviewer: str, lease: int) -> StoredTask:
        """Back to open, if the lease is the current one."""
        with writing(self._engine) as connection:
            released = connection.execute(
                _held(task_id, reviewer, lease).values(
                    state=State.OPEN.value, reviewer=None, lease_until=None
                )
            )
            current = _existing(connection, task_id)
            if released.rowcount == 0:
                raise _conflict(current)
            return current

    def submit(self, verdict: Verdict) -> StoredTask:
        """One conditional update; the verdict and its outbox row in the same transaction."""
        with writing(self._engine) as connection:
            decided = connection.execute(
                _held(verdict.task_id, verdict.reviewer, verdict.lease).values(
                    state=State.DONE.value, lease_until=None
                )
            )
            if decided.rowcount == 1:
                _record(connection, verdict)
            current = _existing(connection, verdict.task_id)
            if current.verdict is None or current.verdict.id != verdict.id:
                raise _conflict(current)
            return current

    def unpublished(self, limit: int = 100) -> list[Verdict]:
        """In the order of their outbox rows."""
        query = select(verdicts.c.verdict).join(outbox).order_by(outbox.c.seq).limit(limit)
        with reading(self._engine) as connection:
            return [Verdict.model_validate_json(row) for row in connection.scalars(query)]

    def mark_published(self, verdict_ids: Sequence[str]) -> None:
        """The outbox holds only what is owed: a published row goes."""
        with writing(self._engine) as connection:
            connection.execute(delete(outbox).where(outbox.c.verdict_id.in_(verdict_ids)))

    def counts(self, *, now: datetime | None = None) -> dict[State, int]:
        """One pass over the states."""
        columns = [func.count().filter(_is(state, now)) for state in State]
        with reading(self._engine) as connection:
            found = connection.execute(select(*columns).select_from(tasks)).one()
        return dict(zip(State, found, strict=True))


def _content(task: Task) -> dict[str, Any]:
    return {
        "cluster_id": task.cluster_id,
        "priority": task.priority.value,
        "task": task.model_dump_json(),
    }


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(tasks.c.state == State.TAKEN.value, tasks.c.lease_until <= now)


def _is(state: State, now: datetime | None) -> ColumnElement[bool]:
    stored = tasks.c.state == state.value
    if now is None or state is State.DONE:
        return stored
    if state is State.OPEN:
        return or_(stored, _expired(now))
    return and_(stored, tasks.c.lease_until > now)


def _stored() -> Select[Any]:
    return select(tasks, verdicts.c.verdict).outerjoin(verdicts)


def _find(connection: Connection, task_id: str, now: datetime | None = None) -> StoredTask | None:
    row = connection.execute(_stored().where(tasks.c.id == task_id)).one_or_none()
    return _to_stored(row, now) if row else None


def _existing(connection: Connection, task_id: str) -> StoredTask:
    found = _find(connection, task_id)
    if found is None:
        raise UnknownTask(task_id)
    return found


def _to_stored(row: Row[Any], now: datetime | None) -> StoredTask:
    verdict = Verdict.model_validate_json(row.verdict) if row.verdict else None
    expired = now is not None and row.lease_until is not None and row.lease_until <= now
    return StoredTask(
        task=Task.model_validate_json(row.task),
        state=State.OPEN if expired else State(row.state),
        lease=row.lease,
        reviewer=None if expired else row.reviewer,
        lease_until=None if expired else row.lease_until,
        verdict=verdict,
    )


def _lock_next(connection: Connection, now: datetime) -> str | None:
    query = (
        select(tasks.c.id)
        .where(undecided, or_(tasks.c.state == State.OPEN.value, _expired(now)))
        .order_by(tasks.c.priority.desc(), tasks.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return connection.scalar(query)


def _lock(connection: Connection, task_id: str, reviewer: str, now: datetime) -> str | None:
    query = select(tasks.c.id).where(tasks.c.id == task_id).with_for_update()
    if connection.scalar(query) is None:
        return None
    current = _existing(connection, task_id)
    free = current.state is State.OPEN or current.reviewer == reviewer
    ran_out = current.lease_until is not None and current.lease_until <= now
    if current.state is State.DONE or not (free or ran_out):
        raise _conflict(current)
    return task_id


def _held(task_id: str, reviewer: str, lease: int) -> Any:
    return update(tasks).where(
        tasks.c.id == task_id,
        tasks.c.state == State.TAKEN.value,
        tasks.c.reviewer == reviewer,
        tasks.c.lease == lease,
    )


def _record(connection: Connection, verdict: Verdict) -> None:
    connection.execute(
        insert(verdicts).values(
            id=verdict.id,
            task_id=verdict.task_id,
            lease=verdict.lease,
            reviewer=verdict.reviewer,
            decided_at=verdict.decided_at,
            verdict=verdict.model_dump_json(),
        )
    )
    connection.execute(insert(outbox).values(verdict_id=verdict.id))


def _conflict(current: StoredTask) -> Conflict:
    told = {
        State.OPEN: "it is open again: your lease was given back; take it anew",
        State.TAKEN: f"{current.reviewer} holds it under lease {current.lease}",
        State.DONE: f"{current.reviewer} has decided it",
    }
    return Conflict(f"task {current.task.id}: {told[current.state]}", current)


def _cursor(row: Row[Any]) -> str:
    packed = json.dumps([row.priority, row.id]).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[float, str]:
    try:
        packed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        return _POSITION.validate_json(packed)
    except ValueError as error:
        raise UserError(
            "the cursor is not one that a page gave; start from the first page"
        ) from error

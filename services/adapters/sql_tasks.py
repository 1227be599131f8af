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

from schemas.cluster_choice import ClusterChoice
from schemas.evidence_change import EvidenceChange
from schemas.task import Task
from schemas.verdict import Verdict
from services.adapters import sql_task_clusters as clusters
from services.adapters.sql import migrate, reading, writing
from services.adapters.sql_task_content import read_choices
from services.adapters.sql_task_evidence import change_evidence
from services.adapters.sql_task_rows import key_of
from services.adapters.sql_task_sightings import add, take_back
from services.adapters.sql_task_tables import (
    MIGRATIONS,
    choice_outbox,
    choices,
    citations,
    outbox,
    tasks,
    undecided,
    verdicts,
)
from services.ports.task_store import Conflict, State, StoredTask, UnknownTask, task_id_of
from services.runtime.errors import UserError

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
            return _existing(connection, add(self._engine, connection, task))

    def take_back(self, article_id: str, revision: int, claim_ids: Sequence[str]) -> None:
        """The first revision replaces nothing."""
        if revision > 1:
            with writing(self._engine) as connection:
                take_back(self._engine, connection, article_id, revision, claim_ids)

    def change_evidence(self, change: EvidenceChange) -> None:
        """What an item added anew cannot have: an earlier revision."""
        with writing(self._engine) as connection:
            change_evidence(self._engine, connection, change)

    def merge(self, task_id: str, into: str, reviewer: str, now: datetime) -> StoredTask:
        """A choice, and the sightings moved, in one transaction."""
        with writing(self._engine) as connection:
            source, target = _existing(connection, task_id, now), _existing(connection, into, now)
            _check_merge(source, target, reviewer)
            choice = clusters.merge(source.task.cluster_id, target.task.cluster_id, reviewer, now)
            told = f"{reviewer} merged task {task_id} into {into} (choice {choice.id})."
            clusters.apply(self._engine, connection, choice, told)
            return _existing(connection, into)

    def split(
        self, task_id: str, claim_ids: Sequence[str], reviewer: str, now: datetime
    ) -> StoredTask:
        """A choice, and the sightings moved, in one transaction."""
        with writing(self._engine) as connection:
            task = _existing(connection, task_id).task
            choice = clusters.split(connection, task, claim_ids, reviewer, now)
            new = task_id_of(choice.target)
            told = f"{reviewer} split task {new} off {task_id} (choice {choice.id})."
            clusters.apply(self._engine, connection, choice, told)
            return _existing(connection, new)

    def undo(self, choice_id: str, reviewer: str, now: datetime) -> StoredTask:
        """Another choice, and the sightings moved back, in one transaction."""
        with writing(self._engine) as connection:
            choice, made = clusters.undo(connection, choice_id, reviewer, now)
            told = f"{reviewer} undid the {made.kind} {choice_id}."
            clusters.apply(self._engine, connection, choice, told)
            return _existing(connection, task_id_of(made.source))

    def choices(self) -> list[ClusterChoice]:
        """All rows."""
        with reading(self._engine) as connection:
            return read_choices(connection)

    def page(
        self,
        *,
        states: Sequence[State] = (),
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> tuple[list[StoredTask], str | None]:
        """By priority, then id; the cursor is the last row's pair."""
        query = _stored().where(_shown).order_by(tasks.c.priority.desc(), tasks.c.id)
        query = query.limit(limit + 1)
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

    def unpublished(self, limit: int = 100) -> list[Verdict | ClusterChoice]:
        """In the order of their outbox rows."""
        decided = select(verdicts.c.verdict).join(outbox).order_by(outbox.c.seq).limit(limit)
        chosen = select(choices.c.choice).join(choice_outbox).order_by(choice_outbox.c.seq)
        with reading(self._engine) as connection:
            owed: list[Verdict | ClusterChoice] = [
                Verdict.model_validate_json(row) for row in connection.scalars(decided)
            ]
            more = connection.scalars(chosen.limit(limit - len(owed)))
            return owed + [ClusterChoice.model_validate_json(row) for row in more]

    def mark_published(self, ids: Sequence[str]) -> None:
        """The outboxes hold only what is owed: a published row goes."""
        with writing(self._engine) as connection:
            connection.execute(delete(outbox).where(outbox.c.verdict_id.in_(ids)))
            connection.execute(delete(choice_outbox).where(choice_outbox.c.choice_id.in_(ids)))

    def counts(self, *, now: datetime | None = None) -> dict[State, int]:
        """One pass over the states."""
        columns = [func.count().filter(_is(state, now)) for state in State]
        with reading(self._engine) as connection:
            found = connection.execute(select(*columns).select_from(tasks).where(_shown)).one()
        return dict(zip(State, found, strict=True))


_shown = or_(
    tasks.c.sightings > 0, and_(tasks.c.state == State.DONE.value, tasks.c.joined_to.is_(None))
)
"""Tasks that some article stands behind, and those decided, which keep their place when none does any more."""


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
    decided = (verdicts.c.task_id == tasks.c.id) & (verdicts.c.lease == tasks.c.lease)
    return select(tasks, verdicts.c.verdict).outerjoin(
        verdicts, decided & (tasks.c.state == State.DONE.value)
    )


def _find(connection: Connection, task_id: str, now: datetime | None = None) -> StoredTask | None:
    row = connection.execute(_stored().where(tasks.c.id == task_id)).one_or_none()
    return _to_stored(row, now) if row else None


def _existing(connection: Connection, task_id: str, now: datetime | None = None) -> StoredTask:
    found = _find(connection, task_id, now)
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
        joined_to=row.joined_to,
    )


def _lock_next(connection: Connection, now: datetime) -> str | None:
    query = (
        select(tasks.c.id)
        .where(
            undecided, tasks.c.sightings > 0, or_(tasks.c.state == State.OPEN.value, _expired(now))
        )
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
    if current.joined_to is not None:
        raise Conflict(f"task {task_id} was merged into {current.joined_to}: take that", current)
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
    cited = sorted({key_of(name) for name in verdict.evidence_ids})
    if cited:
        rows = [{"evidence_id": one, "task_id": verdict.task_id} for one in cited]
        connection.execute(delete(citations).where(citations.c.task_id == verdict.task_id))
        connection.execute(insert(citations), rows)


def _check_merge(source: StoredTask, target: StoredTask, reviewer: str) -> None:
    for one in (source, target):
        if one.joined_to is not None:
            raise UserError(f"task {one.task.id} was merged into {one.joined_to} before")
    if source.task.id == target.task.id:
        raise UserError(f"task {source.task.id} cannot be merged into itself")
    if source.state is State.DONE and target.state is not State.DONE:
        raise UserError(f"task {source.task.id} is decided: merge {target.task.id} into it instead")
    if source.state is State.TAKEN and source.reviewer != reviewer:
        raise _conflict(source)


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

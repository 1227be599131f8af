"""The queue: which tasks, in which order, and what is offered to whom.

Tasks with a near deadline come first, then the others; both by priority. They are asked for one after the other,
so that either is read from its index.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, FiniteFloat, TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    true,
)

from services.adapters import cursors
from services.adapters.sql_task_reading import stored_tasks
from services.adapters.sql_task_rows import key_of
from services.adapters.sql_task_tables import sightings, tasks, undecided
from services.adapters.sql_task_work import folded
from services.ports.task_store import Filter
from services.ports.work import NEAR, Actor, State
from services.review.workflow import main_language

_FIRST_MOMENT, _LAST_MOMENT = -6e10, 2.5e11  # seconds that a datetime can hold
_TaskId = Annotated[str, Field(pattern=r"^[\w.:-]+$")]
_Moment = Annotated[FiniteFloat, Field(ge=_FIRST_MOMENT, le=_LAST_MOMENT)]
_POSITION: TypeAdapter[tuple[_Moment | None, Literal[0, 1], FiniteFloat, _TaskId]] = TypeAdapter(
    tuple[_Moment | None, Literal[0, 1], FiniteFloat, _TaskId]
)

_SHOWN = or_(
    tasks.c.sightings > 0, and_(tasks.c.state == State.DONE.value, tasks.c.joined_to.is_(None))
)
"""Tasks that some article stands behind, and those decided, which keep their place when none does any more."""


@dataclass(frozen=True)
class _Position:
    """The last row of a page: when deadlines were near, which part it was in, its priority and id."""

    soon: datetime | None
    part: int
    priority: float
    task_id: str


def page(
    connection: Connection, where: Filter, limit: int, after: str | None, now: datetime | None
) -> tuple[list[Row[Any]], str | None]:
    """Rows of `stored_tasks`, and the cursor of the next page. Raises UserError for a cursor of nobody."""
    last = _read_cursor(after) if after is not None else None
    soon = last.soon if last else (now + NEAR if now else None)
    found: list[tuple[int, Row[Any]]] = []
    for number, part in enumerate(_parts(soon)):
        if last and number < last.part:
            continue
        query = stored_tasks().where(part, _SHOWN, matching(where, now)).order_by(*_ORDER)
        if last and number == last.part:
            query = query.where(_behind(last))
        rows = connection.execute(query.limit(limit + 1 - len(found)))
        found += [(number, row) for row in rows]
        if len(found) > limit:
            break
    if len(found) <= limit:
        return [row for _, row in found], None
    of_part, end = found[limit - 1]
    return [row for _, row in found[:limit]], _cursor(soon, of_part, end)


_ORDER = (tasks.c.priority.desc(), tasks.c.id)


def _parts(soon: datetime | None) -> Iterator[ColumnElement[bool]]:
    """What is near its deadline, and everything else."""
    if soon is None:
        yield true() == False  # noqa: E712 - SQL for nothing
        yield true()
        return
    yield and_(undecided, tasks.c.deadline <= soon)
    yield or_(~undecided, tasks.c.deadline.is_(None), tasks.c.deadline > soon)


def _behind(last: _Position) -> ColumnElement[bool]:
    level = tasks.c.priority == last.priority
    return or_(tasks.c.priority < last.priority, and_(level, tasks.c.id > last.task_id))


def counts(connection: Connection, where: Filter, now: datetime | None) -> dict[State, int]:
    """Tasks by state, in one pass."""
    columns = [func.count().filter(_is(state, now)) for state in State]
    query = select(*columns).select_from(tasks).where(_SHOWN, matching(where, now))
    return dict(zip(State, connection.execute(query).one(), strict=True))


def lock_next(
    connection: Connection, actor: Actor, where: Filter, now: datetime
) -> Row[Any] | None:
    """The first task that is offered to them, held to the end of the transaction; others' are passed over."""
    for part in _parts(now + NEAR):
        query: Select[Any] = (
            stored_tasks()
            .where(part, undecided, tasks.c.sightings > 0, _is(State.OPEN, now))
            .where(_offered(actor), matching(where, now))
            .order_by(*_ORDER)
            .limit(1)
            .with_for_update(skip_locked=True, of=tasks)
        )
        found = connection.execute(query).one_or_none()
        if found is not None:
            return found
    return None


def _offered(actor: Actor) -> ColumnElement[bool]:
    """What `services.review.workflow.offered` says of an open task."""
    rules = [~tasks.c.barred.contains(key_of(actor.name), autoescape=True)]
    if not actor.editor:
        mine = tasks.c.reserved_for == actor.name
        rules.append(or_(tasks.c.reserved_for.is_(None), mine))
        rules.append(or_(tasks.c.skill.is_(None), tasks.c.skill.in_(sorted(actor.skills))))
    if actor.desk is not None:
        rules.append(or_(tasks.c.desk.is_(None), tasks.c.desk == actor.desk))
    if actor.languages:
        known = sorted(map(main_language, actor.languages))
        rules.append(or_(tasks.c.language.is_(None), tasks.c.language.in_(known)))
    return and_(*rules)


def _is(state: State, now: datetime | None) -> ColumnElement[bool]:
    stored = tasks.c.state == state.value
    if now is None or state is State.DONE:
        return stored
    if state is State.TAKEN:
        return and_(stored, tasks.c.lease_until > now)
    if state is State.SNOOZED:
        return and_(stored, tasks.c.snoozed_until > now)
    ran_out = and_(tasks.c.state == State.TAKEN.value, tasks.c.lease_until <= now)
    slept = and_(tasks.c.state == State.SNOOZED.value, tasks.c.snoozed_until <= now)
    return or_(stored, ran_out, slept)


def matching(where: Filter, now: datetime | None) -> ColumnElement[bool]:
    """The rows that a filter lets through."""
    given = {name: getattr(where, name) for name in type(where).model_fields}
    rules = [rule(given[name]) for name, rule in _RULES.items() if given[name] is not None]
    if where.states:
        rules.append(or_(*(_is(state, now) for state in where.states)))
    return and_(true(), *rules)


def _has_outlet(name: str) -> ColumnElement[bool]:
    mine = sightings.c.task_id == tasks.c.id
    return exists().where(mine, sightings.c.outlet == key_of(name))


_RULES: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "text": lambda text: tasks.c.words.contains(folded(text), autoescape=True),
    "speaker": lambda name: tasks.c.speaker.contains(folded(name), autoescape=True),
    "outlet": _has_outlet,
    "kind": lambda kind: tasks.c.kind == kind.value,
    "relation": lambda relation: tasks.c.relations.contains(f" {relation.value} "),
    "desk": lambda desk: tasks.c.desk == desk,
    "language": lambda tag: tasks.c.language == main_language(tag),
    "skill": lambda skill: tasks.c.skill == skill,
    "holder": lambda name: tasks.c.reviewer == name,
    "due_before": lambda moment: tasks.c.deadline < moment,
}
"""Each field of a filter, and what it asks of a row."""


def _cursor(soon: datetime | None, part: int, row: Row[Any]) -> str:
    return cursors.write([soon.timestamp() if soon else None, part, row.priority, row.id])


def _read_cursor(cursor: str) -> _Position:
    moment, part, priority, task_id = cursors.read(cursor, _POSITION)
    soon = datetime.fromtimestamp(moment, UTC) if moment is not None else None
    return _Position(soon, part, priority, task_id)

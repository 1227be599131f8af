"""A task made anew from its rows, whenever something joins or leaves it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Engine, Select, delete, func, insert, or_, select, update

from schemas.cluster_choice import ClusterChoice
from schemas.match import Match
from schemas.quotation import QuoteCheck
from schemas.task import Sighting, Task, TaskChange
from services.adapters.sql import upsert_into
from services.adapters.sql_task_rows import evidence_row, key_of
from services.adapters.sql_task_tables import changes, choices, evidence, sightings, standing, tasks
from services.adapters.sql_task_work import content_columns, fresh, plan, work_columns
from services.ports.cluster_choices import Choices
from services.ports.task_store import verdict_evidence_id
from services.ports.work import Work
from services.triage.merge import build, merge_evidence
from services.triage.priority import Totals

NEWEST = 20
"""Sightings that a task lists beside its first: the newest."""

_NO_REASON = "What spoke about it was withdrawn."
_ORDER = (sightings.c.moment, sightings.c.article_id, sightings.c.start, sightings.c.id)


def lock(connection: Connection, task_ids: Iterable[str]) -> None:
    """Hold the rows of these tasks to the end of the transaction, always in one order."""
    query = select(tasks.c.id).where(tasks.c.id.in_(sorted(set(task_ids)))).order_by(tasks.c.id)
    connection.execute(query.with_for_update()).all()


def ensure(engine: Engine, connection: Connection, task: Task) -> None:
    """A row for `task`, without sightings yet, unless there is one."""
    row = {"id": task.id, "cluster_id": task.cluster_id, "sightings": 0} | fresh(task)
    statement = upsert_into(engine, tasks).values(row)
    connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))


def read_choices(connection: Connection) -> list[ClusterChoice]:
    """What reviewers chose, in the order of their time."""
    rows = connection.scalars(select(choices.c.choice))
    found = [ClusterChoice.model_validate_json(row) for row in rows]
    return sorted(found, key=lambda choice: (choice.at, choice.id))


def in_force(connection: Connection) -> Choices:
    """The rule that they make."""
    return Choices.of(read_choices(connection))


def keep_evidence(connection: Connection, task_id: str, found: Sequence[Match]) -> None:
    """Add what was found to what the task has, each item at its best; not its own verdict, nothing withdrawn."""
    ids = [key_of(match.evidence.id) for match in found]
    if not ids:
        return
    least = {
        row.evidence_id: row.least
        for row in connection.execute(select(standing).where(standing.c.evidence_id.in_(ids)))
    }
    mine = (evidence.c.task_id == task_id) & evidence.c.evidence_id.in_(ids)
    stored = {
        row.evidence_id: Match.model_validate_json(row.match)
        for row in connection.execute(select(evidence).where(mine))
    }
    for key, match in zip(ids, found, strict=True):
        own = match.evidence.id == verdict_evidence_id(task_id)
        if not own and match.evidence.revision >= least.get(key, 0):
            known = [stored[key]] if key in stored else []
            (stored[key],) = merge_evidence([*known, match])
    connection.execute(delete(evidence).where(mine))
    if stored:
        connection.execute(
            insert(evidence), [evidence_row(task_id, one) for one in stored.values()]
        )


def refresh(connection: Connection, task_id: str, added: Sequence[TaskChange] = ()) -> None:
    """Make the task anew from its rows; `added` changes are told once, with what they did to its priority.

    The caller holds its lock. A task without sightings keeps what it last said.
    """
    query = select(tasks.c.task, tasks.c.work).where(tasks.c.id == task_id)
    stored = connection.execute(query).one()
    before = Task.model_validate_json(stored.task)
    count, totals = _totals(connection, task_id)
    told = _read_changes(connection, task_id)
    fresh = [change for change in added if change.id not in {one.id for one in told}]
    if totals is None:
        after = before.model_copy(update={"changes": [*told, *fresh]})
    else:
        made = build(
            before.cluster_id,
            _listed(connection, task_id),
            _evidence(connection, task_id),
            quotations=_quotations(connection, task_id),
            totals=totals,
            otherwise=_NO_REASON,
        )
        assert made is not None  # there is always a reason
        counted = {"sighting_count": count, "article_count": totals.articles}
        after = made.model_copy(update=counted)
        moved = {"priority_from": before.priority.value, "priority_to": after.priority.value}
        fresh = [change.model_copy(update=moved) for change in fresh]
        after = after.model_copy(update={"changes": [*told, *fresh]})
    _write_changes(connection, task_id, fresh)
    work = plan(Work.model_validate_json(stored.work), after)
    values = content_columns(after) | work_columns(work) | {"sightings": count}
    connection.execute(update(tasks).where(tasks.c.id == task_id).values(values))


def _totals(connection: Connection, task_id: str) -> tuple[int, Totals | None]:
    row = connection.execute(
        select(
            func.count(),
            func.count(sightings.c.article_id.distinct()),
            func.count(sightings.c.outlet.distinct()),
            func.max(sightings.c.worth),
            func.min(sightings.c.days_off),
        ).where(sightings.c.task_id == task_id)
    ).one()
    return row[0], Totals(row[1], row[2], row[3], row[4]) if row[0] else None


def _listed(connection: Connection, task_id: str) -> list[Sighting]:
    """The first sighting, the one most worth checking, and the newest."""
    mine = select(sightings.c.id, sightings.c.sighting).where(sightings.c.task_id == task_id)
    parts: list[Select[tuple[str, str]]] = [
        mine.order_by(*_ORDER).limit(1),
        mine.order_by(sightings.c.worth.desc(), *_ORDER).limit(1),
        mine.order_by(*(column.desc() for column in _ORDER)).limit(NEWEST),
    ]
    rows = {row.id: row.sighting for part in parts for row in connection.execute(part)}
    return [Sighting.model_validate_json(row) for row in rows.values()]


def _evidence(connection: Connection, task_id: str) -> list[Match]:
    """That of the task and of those merged into it, without their own verdicts."""
    family = select(tasks.c.id).where(or_(tasks.c.id == task_id, tasks.c.joined_to == task_id))
    own = {verdict_evidence_id(member) for member in connection.scalars(family)}
    rows = connection.scalars(select(evidence.c.match).where(evidence.c.task_id.in_(family)))
    found = [Match.model_validate_json(row) for row in rows]
    return [match for match in found if match.evidence.id not in own]


def _quotations(connection: Connection, task_id: str) -> list[QuoteCheck]:
    query = select(sightings.c.quotation).where(
        sightings.c.task_id == task_id, sightings.c.quotation.is_not(None)
    )
    return [
        QuoteCheck.model_validate_json(row)
        for row in connection.scalars(query.distinct().limit(100))
    ]


def _read_changes(connection: Connection, task_id: str) -> list[TaskChange]:
    query = select(changes.c.change).where(changes.c.task_id == task_id).order_by(changes.c.seq)
    return [TaskChange.model_validate_json(row) for row in connection.scalars(query)]


def _write_changes(connection: Connection, task_id: str, fresh: Sequence[TaskChange]) -> None:
    for change in fresh:
        row = {"task_id": task_id, "id": change.id, "change": change.model_dump_json()}
        connection.execute(insert(changes).values(row))

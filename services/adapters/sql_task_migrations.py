"""How the tables of tasks came to be what they are, step by step."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Double,
    ForeignKey,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.schema import AddConstraint, CreateColumn

from schemas.task import Task
from schemas.verdict import Verdict
from services.adapters.sql import Migration, UtcDateTime
from services.adapters.sql_task_rows import evidence_row, key_of, sighting_row
from services.adapters.sql_task_tables import (
    _ID,
    _NUMBER,
    citations,
    evidence,
    meta,
    opinions,
    outbox,
    sightings,
    tasks,
    verdicts,
    views,
)
from services.adapters.sql_task_work import content_columns, plan, work_columns
from services.ports.work import MAX_RATIONALE, Opinion, Stage, State, Work

_BATCH = 500  # tasks read at once

_first = MetaData()
_first_tasks = Table(
    "tasks",
    _first,
    Column("id", _ID, primary_key=True),
    Column("cluster_id", _ID, nullable=False, unique=True),
    Column("priority", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("lease", Integer, nullable=False),
    Column("reviewer", _ID),
    Column("lease_until", UtcDateTime),
    Column("task", Text, nullable=False),
)
_first_verdicts = Table(
    "verdicts",
    _first,
    Column("id", _ID, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), nullable=False, unique=True),
    Column("lease", Integer, nullable=False),
    Column("reviewer", _ID, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("verdict", Text, nullable=False),
)
_first_outbox = Table(
    "verdict_outbox",
    _first,
    Column("seq", _NUMBER, primary_key=True),
    Column("verdict_id", ForeignKey("verdicts.id"), nullable=False, unique=True),
)


_second = MetaData()
_second_tasks = Table(
    "tasks",
    _second,
    Column("id", _ID, primary_key=True),
    Column("cluster_id", _ID, nullable=False, unique=True),
    Column("priority", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("lease", Integer, nullable=False),
    Column("reviewer", _ID),
    Column("lease_until", UtcDateTime),
    Column("task", Text, nullable=False),
    Column("sightings", Integer, nullable=False),
    Column("joined_to", _ID),
)
for _name in (
    "task_sightings",
    "task_articles",
    "task_evidence",
    "task_evidence_standing",
    "task_changes",
    "verdicts",
    "verdict_evidence",
    "verdict_outbox",
    "cluster_choices",
    "cluster_choice_outbox",
):
    meta.tables[_name].to_metadata(_second)  # they are what they were


def _move_sightings_out(connection: Connection) -> None:
    """A task held all its sightings in one text, which was written again for each; now each has a row.

    The tables are made anew, as SQLite cannot take away that a task has one verdict only.
    """
    old = (_first_tasks, _first_verdicts, _first_outbox)
    rows = [connection.execute(select(table)).mappings().all() for table in old]
    for name in ("tasks_queue", "tasks_page"):
        if any(index["name"] == name for index in inspect(connection).get_indexes("tasks")):
            connection.exec_driver_sql(f"DROP INDEX {name}")
    _first.drop_all(connection)
    _second.create_all(connection)
    for row in rows[0]:
        task = Task.model_validate_json(row["task"])
        more = {"sightings": len(task.sightings), "joined_to": None}
        connection.execute(insert(_second_tasks).values(**row, **more))
        seen = [sighting_row(task, one) for one in task.sightings]
        connection.execute(insert(sightings), list({one["id"]: one for one in seen}.values()))
        if task.evidence:
            connection.execute(
                insert(evidence), [evidence_row(task.id, match) for match in task.evidence]
            )
    if rows[1]:
        connection.execute(insert(verdicts), [dict(row) for row in rows[1]])
    for row in sorted(rows[2], key=lambda row: int(row["seq"])):
        connection.execute(insert(outbox).values(verdict_id=row["verdict_id"]))  # numbered anew
    for row in rows[1]:
        cited = map(key_of, Verdict.model_validate_json(row["verdict"]).evidence_ids)
        named = [{"evidence_id": one, "task_id": row["task_id"]} for one in sorted(set(cited))]
        if named:
            connection.execute(insert(citations), named)


def _keep_work_beside(connection: Connection) -> None:
    """The whole work of a task beside it, and columns to filter and order by; opinions; saved views."""
    if connection.dialect.name == "sqlite":
        _make_tasks_anew(connection)
    else:
        _alter_tasks(connection)
    for table in (opinions, views):
        table.create(connection, checkfirst=True)
    last = ""
    while rows := _batch(connection, last):
        for row in rows:
            last = row.id
            task = Task.model_validate_json(row.task)
            values = content_columns(task) | work_columns(_work_of(row, task))
            connection.execute(update(tasks).where(tasks.c.id == row.id).values(values))


def _make_tasks_anew(connection: Connection) -> None:
    # SQLite cannot change what a table must hold. References to it are checked again at the end.
    names = ", ".join(column.name for column in _second_tasks.columns)
    for statement in (
        "PRAGMA defer_foreign_keys = ON",
        f"CREATE TEMP TABLE tasks_before AS SELECT {names} FROM tasks",  # noqa: S608 - our names
        "DROP TABLE tasks",
    ):
        connection.exec_driver_sql(statement)
    tasks.create(connection)
    copy = f"INSERT INTO tasks ({names}) SELECT {names} FROM temp.tasks_before"  # noqa: S608 - our names
    connection.exec_driver_sql(copy)
    connection.exec_driver_sql("DROP TABLE temp.tasks_before")


def _alter_tasks(connection: Connection) -> None:
    there = {column["name"] for column in inspect(connection).get_columns("tasks")}
    for column in tasks.columns:
        if column.name not in there:
            added = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE tasks ADD COLUMN {added}")
    for constraint in tasks.constraints:
        if isinstance(constraint, CheckConstraint):
            connection.exec_driver_sql(
                f"ALTER TABLE tasks DROP CONSTRAINT IF EXISTS {constraint.name}"
            )
            connection.execute(AddConstraint(constraint, isolate_from_table=False))
    for index in tasks.indexes:
        index.create(connection, checkfirst=True)


def _batch(connection: Connection, last: str) -> Sequence[Row[Any]]:
    decided = (verdicts.c.task_id == tasks.c.id) & (verdicts.c.lease == tasks.c.lease)
    query = select(tasks, verdicts.c.verdict).outerjoin(verdicts, decided)
    return connection.execute(
        query.where(tasks.c.id > last).order_by(tasks.c.id).limit(_BATCH)
    ).all()


def _work_of(row: Row[Any], task: Task) -> Work:
    taken, done = row.state == State.TAKEN.value, row.state == State.DONE.value
    work = Work(
        state=State(row.state),
        lease=row.lease,
        holder=row.reviewer if taken else None,
        lease_until=row.lease_until,
        opinions=(_opinion_of(Verdict.model_validate_json(row.verdict)),) if done else (),
    )
    return plan(work, task)


def _opinion_of(verdict: Verdict) -> Opinion:
    return Opinion(
        reviewer=verdict.reviewer,
        stage=Stage.FIRST,
        rating=verdict.rating,
        rationale=verdict.rationale[:MAX_RATIONALE],
        evidence_ids=tuple(verdict.evidence_ids),
        lease=verdict.lease,
        at=verdict.decided_at,
    )


MIGRATIONS: tuple[Migration, ...] = (_first.create_all, _move_sightings_out, _keep_work_beside)
"""Steps of the schema, oldest first."""

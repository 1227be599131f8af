"""The tables of tasks, sightings, verdicts and outboxes. What must always hold, the database itself refuses to break."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
)

from schemas.task import Task
from schemas.verdict import Verdict
from services.adapters.sql import Migration, UtcDateTime
from services.adapters.sql_task_rows import evidence_row, key_of, sighting_row

meta = MetaData()
_ID = String(512)
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

tasks = Table(
    "tasks",
    meta,
    Column("id", _ID, primary_key=True),
    Column("cluster_id", _ID, nullable=False, unique=True),
    Column("priority", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("lease", Integer, nullable=False),
    Column("reviewer", _ID),
    Column("lease_until", UtcDateTime),
    Column("task", Text, nullable=False),
    # How many sightings stand in it. Without any it is in no queue: it was merged, or no article says it now.
    Column("sightings", Integer, nullable=False),
    Column("joined_to", _ID),
    CheckConstraint("priority >= 0 AND priority <= 1", name="tasks_priority"),
    CheckConstraint("lease >= 0", name="tasks_lease"),
    CheckConstraint("sightings >= 0", name="tasks_sightings"),
    # Who and until when, in each state; nothing else is a state.
    CheckConstraint(
        "(state = 'open' AND reviewer IS NULL AND lease_until IS NULL)"
        " OR (state = 'taken' AND reviewer IS NOT NULL AND lease_until IS NOT NULL AND lease > 0)"
        " OR (state = 'done' AND reviewer IS NOT NULL AND lease_until IS NULL AND lease > 0)",
        name="tasks_state",
    ),
)
undecided = tasks.c.state != "done"
Index(
    "tasks_queue",
    tasks.c.priority.desc(),
    tasks.c.id,
    sqlite_where=undecided,
    postgresql_where=undecided,
)
Index("tasks_page", tasks.c.state, tasks.c.priority.desc(), tasks.c.id)
Index("tasks_joined", tasks.c.joined_to)

sightings = Table(
    "task_sightings",
    meta,
    Column("id", _ID, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), nullable=False),
    Column("cluster_id", _ID, nullable=False),  # its own, whatever reviewers chose
    Column("wording", _ID, nullable=False),
    Column("claim_id", _ID, nullable=False),
    Column("article_id", _ID, nullable=False),
    Column("outlet", _ID, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("moment", Double, nullable=False),
    Column("start", Integer, nullable=False),
    Column("worth", Double, nullable=False),
    Column("days_off", Integer),
    Column("sighting", Text, nullable=False),
    Column("quotation", Text),
)
# Totals and the newest sightings of a task come from this index alone, without the texts.
Index(
    "task_sightings_by_task",
    sightings.c.task_id,
    sightings.c.moment,
    sightings.c.article_id,
    sightings.c.start,
    sightings.c.id,
    sightings.c.worth,
    sightings.c.days_off,
    sightings.c.outlet,
)
Index("task_sightings_by_article", sightings.c.article_id, sightings.c.revision)

revisions = Table(
    "task_articles",
    meta,
    Column("article_id", _ID, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("claim_ids", Text, nullable=False),
)
"""The claims of the latest revision of the articles that have more than one: what else they said is gone."""

evidence = Table(
    "task_evidence",
    meta,
    Column("task_id", ForeignKey("tasks.id"), primary_key=True),
    Column("evidence_id", _ID, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("match", Text, nullable=False),
)
Index("task_evidence_by_item", evidence.c.evidence_id)

standing = Table(
    "task_evidence_standing",
    meta,
    Column("evidence_id", _ID, primary_key=True),
    Column("least", BigInteger, nullable=False),
)
"""The least revision of an item that still counts, once one was revised or withdrawn."""

changes = Table(
    "task_changes",
    meta,
    Column("seq", _NUMBER, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), nullable=False),
    Column("id", _ID, nullable=False),
    Column("change", Text, nullable=False),
    UniqueConstraint("task_id", "id", name="task_changes_once"),
)

verdicts = Table(
    "verdicts",
    meta,
    Column("id", _ID, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), nullable=False),
    Column("lease", Integer, nullable=False),
    Column("reviewer", _ID, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("verdict", Text, nullable=False),
    CheckConstraint("lease > 0", name="verdicts_lease"),
    UniqueConstraint("task_id", "lease", name="verdicts_once"),
)

citations = Table(
    "verdict_evidence",
    meta,
    Column("evidence_id", _ID, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), primary_key=True),
)
"""Which tasks were ever decided with an item: they are opened again when it is withdrawn."""

outbox = Table(
    "verdict_outbox",
    meta,
    Column("seq", _NUMBER, primary_key=True),
    Column("verdict_id", ForeignKey("verdicts.id"), nullable=False, unique=True),
)

choices = Table(
    "cluster_choices",
    meta,
    Column("id", _ID, primary_key=True),
    Column("choice", Text, nullable=False),
)

choice_outbox = Table(
    "cluster_choice_outbox",
    meta,
    Column("seq", _NUMBER, primary_key=True),
    Column("choice_id", ForeignKey("cluster_choices.id"), nullable=False, unique=True),
)

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
    meta.create_all(connection)
    for row in rows[0]:
        task = Task.model_validate_json(row["task"])
        more = {"sightings": len(task.sightings), "joined_to": None}
        connection.execute(insert(tasks).values(**row, **more))
        seen = [sighting_row(task, one) for one in task.sightings]
        connection.execute(insert(sightings), list({one["id"]: one for one in seen}.values()))
        if task.evidence:
            connection.execute(
                insert(evidence), [evidence_row(task.id, match) for match in task.evidence]
            )
    for table, found in ((verdicts, rows[1]), (outbox, rows[2])):
        if found:
            connection.execute(insert(table), [dict(row) for row in found])
    for row in rows[1]:
        cited = map(key_of, Verdict.model_validate_json(row["verdict"]).evidence_ids)
        named = [{"evidence_id": one, "task_id": row["task_id"]} for one in sorted(set(cited))]
        if named:
            connection.execute(insert(citations), named)


MIGRATIONS: tuple[Migration, ...] = (_first.create_all, _move_sightings_out)
"""Steps of the schema, oldest first."""

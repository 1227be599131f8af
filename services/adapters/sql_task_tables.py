"""The tables of tasks, verdicts and the outbox. What must always hold, the database itself refuses to break."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from services.adapters.sql import Migration, UtcDateTime

meta = MetaData()

tasks = Table(
    "tasks",
    meta,
    Column("id", String(512), primary_key=True),
    Column("cluster_id", String(512), nullable=False, unique=True),
    Column("priority", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("lease", Integer, nullable=False),
    Column("reviewer", String(512)),
    Column("lease_until", UtcDateTime),
    Column("task", Text, nullable=False),
    CheckConstraint("priority >= 0 AND priority <= 1", name="tasks_priority"),
    CheckConstraint("lease >= 0", name="tasks_lease"),
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

verdicts = Table(
    "verdicts",
    meta,
    Column("id", String(512), primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), nullable=False, unique=True),
    Column("lease", Integer, nullable=False),
    Column("reviewer", String(512), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("verdict", Text, nullable=False),
    CheckConstraint("lease > 0", name="verdicts_lease"),
)

outbox = Table(
    "verdict_outbox",
    meta,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("verdict_id", ForeignKey("verdicts.id"), nullable=False, unique=True),
)

MIGRATIONS: tuple[Migration, ...] = (meta.create_all,)
"""Steps of the schema, oldest first."""

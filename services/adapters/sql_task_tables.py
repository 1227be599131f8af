"""The tables of tasks, sightings, verdicts and outboxes. What must always hold, the database itself refuses to break."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    UniqueConstraint,
)

from services.adapters.sql import UtcDateTime

meta = MetaData()
_ID = String(512)
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

STATES = (
    "(state = 'open' AND reviewer IS NULL AND lease_until IS NULL AND snoozed_until IS NULL)"
    " OR (state = 'taken' AND reviewer IS NOT NULL AND lease_until IS NOT NULL AND lease > 0"
    " AND snoozed_until IS NULL)"
    " OR (state = 'snoozed' AND reviewer IS NULL AND lease_until IS NULL AND snoozed_until IS NOT NULL)"
    " OR (state = 'done' AND reviewer IS NOT NULL AND lease_until IS NULL AND lease > 0"
    " AND snoozed_until IS NULL)"
)
"""What must hold in each state."""

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
    # The whole of the work; what is filtered and ordered by stands in columns as well, written with it.
    Column("work", Text, nullable=False, server_default=""),
    Column("snoozed_until", UtcDateTime),
    Column("deadline", UtcDateTime),
    Column("reserved_for", _ID),
    Column("skill", String(100)),
    Column("desk", String(100)),
    Column("barred", Text, nullable=False, server_default=""),
    Column("language", String(64)),
    Column("kind", String(64), nullable=False, server_default=""),
    Column("speaker", Text, nullable=False, server_default=""),
    Column("words", Text, nullable=False, server_default=""),
    Column("relations", Text, nullable=False, server_default=""),
    CheckConstraint("priority >= 0 AND priority <= 1", name="tasks_priority"),
    CheckConstraint("lease >= 0", name="tasks_lease"),
    CheckConstraint("sightings >= 0", name="tasks_sightings"),
    # Who and until when, in each state; nothing else is a state.
    CheckConstraint(STATES, name="tasks_state"),
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
Index("tasks_order", tasks.c.priority.desc(), tasks.c.id)
Index("tasks_deadline", tasks.c.deadline, sqlite_where=undecided, postgresql_where=undecided)
Index("tasks_joined", tasks.c.joined_to)
# Counting the states reads this alone, without the texts.
Index(
    "tasks_counts",
    tasks.c.state,
    tasks.c.sightings,
    tasks.c.joined_to,
    tasks.c.lease_until,
    tasks.c.snoozed_until,
)

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

opinions = Table(
    "task_opinions",
    meta,
    Column("seq", _NUMBER, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), nullable=False),
    Column("lease", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("reviewer", _ID, nullable=False),
    Column("rating", String(64), nullable=False),
    Column("suggested", String(64)),
    Column("known", String(64)),
    Column("at", UtcDateTime, nullable=False),
    Column("undone", Boolean, nullable=False),
    UniqueConstraint("task_id", "lease", "reviewer", name="task_opinions_once"),
)
"""What everybody ever found, for statistics; the work of a task holds those of its last round only."""

views = Table(
    "saved_views",
    meta,
    Column("account", _ID, primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("filter", Text, nullable=False),
)

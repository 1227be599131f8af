"""What a revised or withdrawn item of evidence does to the tasks that showed it or were decided with it."""

from sqlalchemy import Connection, Engine, delete, select, update

from schemas.evidence_change import Change, EvidenceChange
from schemas.match import Match
from services.adapters.sql import upsert_into
from services.adapters.sql_task_content import lock, refresh
from services.adapters.sql_task_rows import key_of
from services.adapters.sql_task_tables import citations, evidence, standing, tasks
from services.ports.task_store import State
from services.triage.changes import make_change
from services.triage.weighing import cite


def change_evidence(engine: Engine, connection: Connection, change: EvidenceChange) -> None:
    """Drop what no longer counts; say so and open again what leaned on it when it was withdrawn."""
    withdrawn, key = change.change is Change.WITHDRAWN, key_of(change.evidence_id)
    if not _raise_least(engine, connection, key, change.revision + withdrawn):
        return
    gone = (evidence.c.evidence_id == key) & (evidence.c.revision < change.revision + withdrawn)
    rows = connection.execute(select(evidence).where(gone).order_by(evidence.c.task_id)).all()
    cited = select(citations.c.task_id).where(citations.c.evidence_id == key)
    leaning = set(connection.scalars(cited)) if withdrawn else set()
    showing = {row.task_id for row in rows}
    touched = {
        row.joined_to or row.id
        for row in connection.execute(
            select(tasks.c.id, tasks.c.joined_to).where(tasks.c.id.in_(showing | leaning))
        )
    }
    lock(connection, touched | leaning)
    connection.execute(delete(evidence).where(gone))
    opened = _open_again(connection, leaning)
    name = f" {cite(Match.model_validate_json(rows[0].match))}" if rows else ""
    for task_id in sorted(touched | opened):
        why = f"Evidence was {change.change}:{name or f' {change.evidence_id}'}."
        if task_id in opened:
            why += " The verdict leaned on it, so the task is open again."
        refresh(connection, task_id, [make_change(change, why)] if withdrawn else ())


def _raise_least(engine: Engine, connection: Connection, evidence_id: str, least: int) -> bool:
    """Keep the least revision that counts; whether it is a new one."""
    statement = upsert_into(engine, standing).values(evidence_id=evidence_id, least=least)
    written = statement.on_conflict_do_update(
        index_elements=["evidence_id"],
        set_={"least": statement.excluded.least},
        where=statement.excluded.least > standing.c.least,
    ).returning(standing.c.least)
    return connection.scalar(written) is not None


def _open_again(connection: Connection, task_ids: set[str]) -> set[str]:
    """Open the decided ones of these tasks; which those were."""
    decided = tasks.c.id.in_(sorted(task_ids)) & (tasks.c.state == State.DONE.value)
    opened = set(connection.scalars(select(tasks.c.id).where(decided)))
    connection.execute(
        update(tasks)
        .where(tasks.c.id.in_(sorted(opened)))
        .values(state=State.OPEN.value, reviewer=None, lease_until=None)
    )
    return opened

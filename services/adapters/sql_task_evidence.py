"""What a revised or withdrawn item of evidence does to the tasks that showed it or were decided with it."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine, delete, select

from schemas.evidence_change import Change, EvidenceChange
from schemas.match import Match
from services.adapters.sql import upsert_into
from services.adapters.sql_task_content import lock, refresh
from services.adapters.sql_task_rows import key_of
from services.adapters.sql_task_tables import citations, evidence, standing, tasks
from services.ports.work import State
from services.triage.changes import make_change
from services.triage.weighing import cite

_LONGEST = 1_000  # characters of a reason


def change_evidence(
    engine: Engine,
    connection: Connection,
    change: EvidenceChange,
    reopen: Callable[[str, str], None],
) -> None:
    """Drop what no longer counts; say so, and `reopen` (task id, reason) what leaned on it when it was withdrawn."""
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
    opened = _decided(connection, leaning)
    name = f" {cite(Match.model_validate_json(rows[0].match))}" if rows else ""
    for task_id in sorted(opened):
        told = f"Evidence was withdrawn:{name or f' {change.evidence_id}'}. {change.reason or ''}"
        reopen(task_id, told.strip()[:_LONGEST])
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


def _decided(connection: Connection, task_ids: set[str]) -> set[str]:
    done = tasks.c.id.in_(sorted(task_ids)) & (tasks.c.state == State.DONE.value)
    return set(connection.scalars(select(tasks.c.id).where(done)))

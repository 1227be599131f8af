"""What people do to a task, on its locked row: the work, the verdict and its outbox row, the audit event."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from schemas.cluster_choice import ClusterChoice
from schemas.task import Task
from schemas.verdict import Verdict
from services.adapters import sql_audit
from services.adapters.sql_task_rows import key_of
from services.adapters.sql_task_tables import citations, opinions, outbox, tasks, verdicts
from services.adapters.sql_task_work import work_columns
from services.ports.audit_log import Event
from services.ports.task_store import Conflict, StoredTask
from services.ports.work import (
    Action,
    Actor,
    Decide,
    Policy,
    Refused,
    Renew,
    Save,
    State,
    Take,
    Undo,
    Work,
)
from services.review import workflow
from services.review.decide import check_evidence, suggestion, verdict_of, withdrawal_of
from services.review.record import basis

_PRIVATE = (Renew, Save)
"""Actions that tell nobody anything: a heartbeat, and a draft that is its writer's own."""


@dataclass(frozen=True)
class _Deed:
    """An action that was done, with the work before and after it."""

    task: Task
    before: Work
    after: Work
    action: Action
    actor: Actor
    now: datetime


def perform(
    connection: Connection,
    stored: StoredTask,
    action: Action,
    actor: Actor,
    now: datetime,
    policy: Policy,
) -> StoredTask:
    """Do it; the task after it. Raises Conflict when it is refused, Forbidden and UserError."""
    task, before = stored.task, stored.work
    if stored.joined_to is not None and isinstance(action, Take):
        raise Conflict(f"task {task.id} was merged into {stored.joined_to}: take that", stored)
    if isinstance(action, Decide):
        check_evidence(task, action.evidence_ids)
    try:
        after = workflow.act(before, action, actor, now)
    except Refused as refusal:
        kept = workflow.rescued(before, action, actor)
        _write(connection, task.id, before, kept)
        mine = next((one for one in kept.drafts if one.reviewer == actor.name), None)
        current = replace(stored, work=kept.at(now))
        raise Conflict(f"task {task.id}: {refusal}", current, mine) from refusal
    if after == before:
        return stored
    deed = _Deed(task, before, after, action, actor, now)
    _write(connection, task.id, before, after)
    _note_opinion(connection, deed)
    verdict = _settle(connection, deed, policy)
    if not isinstance(action, _PRIVATE):
        _audit(connection, deed, verdict, policy)
    standing = (verdict or stored.verdict) if after.state is State.DONE else None
    needed = workflow.with_needs(after, task.priority.value, policy)
    return replace(stored, work=needed, verdict=standing)


def _write(connection: Connection, task_id: str, before: Work, after: Work) -> None:
    if after != before:
        row = update(tasks).where(tasks.c.id == task_id)
        connection.execute(row.values(work_columns(after)))


def _note_opinion(connection: Connection, deed: _Deed) -> None:
    mine = opinions.c.task_id == deed.task.id
    if isinstance(deed.action, Decide):
        found = next(one for one in deed.after.opinions if one.reviewer == deed.actor.name)
        row = {
            "task_id": deed.task.id,
            "lease": found.lease,
            "round": deed.before.round,
            "stage": found.stage.value,
            "reviewer": found.reviewer,
            "rating": found.rating.value,
            "suggested": suggestion(deed.task),
            "known": deed.before.known,
            "at": found.at,
            "undone": False,
        }
        connection.execute(insert(opinions).values(row))
    if isinstance(deed.action, Undo):
        leases = [one.lease for one in deed.before.opinions if one.reviewer == deed.actor.name]
        gone = update(opinions).where(mine, opinions.c.lease.in_(leases))
        connection.execute(gone.values(undone=True))


def _settle(connection: Connection, deed: _Deed, policy: Policy) -> Verdict | None:
    """The verdict that the action made, or its withdrawal; stored, and owed to the log."""
    was, is_done = deed.before.state is State.DONE, deed.after.state is State.DONE
    if was == is_done:
        return None
    last = _last_verdict(connection, deed.task.id)
    if is_done:
        made = verdict_of(
            deed.task,
            deed.after,
            revision=last.revision + 1 if last else 1,
            now=deed.now,
            public_url=policy.public_url,
        )
    else:
        assert last is not None  # a done task has one
        reason = str(getattr(deed.action, "reason", ""))
        made = withdrawal_of(last, lease=deed.after.lease, now=deed.now, reason=reason)
    _record(connection, made)
    return made


def _last_verdict(connection: Connection, task_id: str) -> Verdict | None:
    query = select(verdicts.c.verdict).where(verdicts.c.task_id == task_id)
    row = connection.scalar(query.order_by(verdicts.c.lease.desc()).limit(1))
    return Verdict.model_validate_json(row) if row else None


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


def _audit(connection: Connection, deed: _Deed, verdict: Verdict | None, policy: Policy) -> None:
    details: dict[str, Any] = deed.action.model_dump(mode="json", exclude={"action"})
    details |= {"lease": deed.after.lease, "round": deed.after.round}
    if isinstance(deed.action, Take | Decide):
        details["basis"] = basis(deed.task, policy.versions)
    if verdict is not None:
        details["verdict"] = {
            "id": verdict.id,
            "revision": verdict.revision,
            "status": verdict.status.value,
            "rating": verdict.rating.value,
            "reviewers": verdict.reviewers,
        }
    event = Event(
        at=deed.now,
        actor=deed.actor.name,
        action=deed.action.action,
        subject=deed.task.id,
        details=details,
    )
    sql_audit.append(connection, [event])


def audit_choice(connection: Connection, choice: ClusterChoice, task_id: str) -> None:
    """A merge, a split, or the undoing of one, in the trail of the task that it was made at."""
    details = choice.model_dump(
        mode="json", include={"id", "source", "target", "undo_of", "claim_ids"}
    )
    event = Event(
        at=choice.at,
        actor=choice.reviewer,
        action=f"cluster_{choice.kind}",
        subject=task_id,
        details=details,
    )
    sql_audit.append(connection, [event])

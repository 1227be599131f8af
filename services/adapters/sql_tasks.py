"""Tasks, verdicts and the outboxes in SQL: SQLite and PostgreSQL through one code."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, delete, insert, select

from schemas.cluster_choice import ClusterChoice
from schemas.evidence_change import EvidenceChange
from schemas.task import Task
from schemas.verdict import Rating, Verdict
from services.adapters import sql_task_clusters as clusters
from services.adapters import sql_task_queue as queue
from services.adapters.sql import migrate, reading, writing
from services.adapters.sql_audit import SqlAuditLog
from services.adapters.sql_task_actions import audit_choice, perform
from services.adapters.sql_task_content import read_choices
from services.adapters.sql_task_evidence import change_evidence
from services.adapters.sql_task_migrations import MIGRATIONS
from services.adapters.sql_task_reading import existing, find, locked, to_stored
from services.adapters.sql_task_sightings import add, take_back
from services.adapters.sql_task_tables import (
    choice_outbox,
    choices,
    opinions,
    outbox,
    verdicts,
    views,
)
from services.ports.task_store import (
    EVERYTHING,
    Conflict,
    Filter,
    Given,
    StoredTask,
    task_id_of,
)
from services.ports.work import Action, Actor, Policy, Reopen, Stage, State, Take
from services.runtime.errors import UserError

SYSTEM = Actor(name="claimdesk", editor=True)
"""Who opens tasks again when what their verdict rested on is withdrawn."""

_LONGEST_NAME = 100  # characters of a saved view's name
_BATCH = 1_000  # rows read at once


class SqlTaskStore:
    """`services.ports.task_store.TaskStore` over SQLAlchemy Core."""

    def __init__(self, engine: Engine, policy: Policy | None = None) -> None:
        self._engine, self._policy = engine, policy or Policy()

    def setup(self) -> None:
        """Create or upgrade the tables, and those of the audit trail; safe from many processes at once."""
        SqlAuditLog(self._engine).setup()
        migrate(self._engine, "tasks", MIGRATIONS)

    def upsert(self, task: Task) -> StoredTask:
        """Add or merge, under the row's lock."""
        with writing(self._engine) as connection:
            return existing(connection, add(self._engine, connection, task), self._policy)

    def take_back(self, article_id: str, revision: int, claim_ids: Sequence[str]) -> None:
        """The first revision replaces nothing."""
        if revision > 1:
            with writing(self._engine) as connection:
                take_back(self._engine, connection, article_id, revision, claim_ids)

    def change_evidence(self, change: EvidenceChange, now: datetime) -> None:
        """What an item added anew cannot have: an earlier revision."""
        with writing(self._engine) as connection:

            def reopen(task_id: str, reason: str) -> None:
                stored = locked(connection, task_id, self._policy)
                perform(connection, stored, Reopen(reason=reason), SYSTEM, now, self._policy)

            change_evidence(self._engine, connection, change, reopen)

    def merge(self, task_id: str, into: str, reviewer: str, now: datetime) -> StoredTask:
        """A choice, and the sightings moved, in one transaction."""
        with writing(self._engine) as connection:
            source = existing(connection, task_id, self._policy, now)
            target = existing(connection, into, self._policy, now)
            _check_merge(source, target, reviewer)
            choice = clusters.merge(source.task.cluster_id, target.task.cluster_id, reviewer, now)
            told = f"{reviewer} merged task {task_id} into {into} (choice {choice.id})."
            clusters.apply(self._engine, connection, choice, told)
            audit_choice(connection, choice, task_id)
            return existing(connection, into, self._policy)

    def split(
        self, task_id: str, claim_ids: Sequence[str], reviewer: str, now: datetime
    ) -> StoredTask:
        """A choice, and the sightings moved, in one transaction."""
        with writing(self._engine) as connection:
            task = existing(connection, task_id, self._policy).task
            choice = clusters.split(connection, task, claim_ids, reviewer, now)
            new = task_id_of(choice.target)
            told = f"{reviewer} split task {new} off {task_id} (choice {choice.id})."
            clusters.apply(self._engine, connection, choice, told)
            audit_choice(connection, choice, task_id)
            return existing(connection, new, self._policy)

    def undo(self, choice_id: str, reviewer: str, now: datetime) -> StoredTask:
        """Another choice, and the sightings moved back, in one transaction."""
        with writing(self._engine) as connection:
            choice, made = clusters.undo(connection, choice_id, reviewer, now)
            told = f"{reviewer} undid the {made.kind} {choice_id}."
            clusters.apply(self._engine, connection, choice, told)
            audit_choice(connection, choice, task_id_of(made.source))
            return existing(connection, task_id_of(made.source), self._policy)

    def choices(self) -> list[ClusterChoice]:
        """All rows."""
        with reading(self._engine) as connection:
            return read_choices(connection)

    def page(
        self,
        where: Filter = EVERYTHING,
        *,
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> tuple[list[StoredTask], str | None]:
        """Read from the indexes of the order."""
        with reading(self._engine) as connection:
            rows, cursor = queue.page(connection, where, limit, after, now)
        return [to_stored(row, now, self._policy) for row in rows], cursor

    def get(self, task_id: str, *, now: datetime | None = None) -> StoredTask | None:
        """One row."""
        with reading(self._engine) as connection:
            return find(connection, task_id, self._policy, now)

    def act(self, task_id: str, action: Action, actor: Actor, now: datetime) -> StoredTask:
        """Everything in one transaction on the locked row. What a refused one wrote is committed as a draft."""
        refused: Conflict | None = None
        with writing(self._engine) as connection:
            stored = locked(connection, task_id, self._policy)
            try:
                return perform(connection, stored, action, actor, now, self._policy)
            except Conflict as conflict:
                refused = conflict
        raise refused

    def take_next(
        self, actor: Actor, now: datetime, seconds: float, where: Filter = EVERYTHING
    ) -> StoredTask | None:
        """Choose and take in one transaction; two takers never choose the same row."""
        with writing(self._engine) as connection:
            chosen = queue.lock_next(connection, actor, where, now)
            if chosen is None:
                return None
            stored = to_stored(chosen, None, self._policy)
            return perform(connection, stored, Take(seconds=seconds), actor, now, self._policy)

    def verdicts(self, task_id: str | None = None) -> Iterator[Verdict]:
        """In pages, by the time of each and then its task and lease."""
        key = (verdicts.c.decided_at, verdicts.c.task_id, verdicts.c.lease)
        query = select(verdicts.c.verdict).order_by(*key)
        if task_id is not None:
            query = query.where(verdicts.c.task_id == task_id)
        for row in self._rows(query):
            yield Verdict.model_validate_json(row.verdict)

    def opinions(self) -> Iterator[Given]:
        """In pages."""
        for row in self._rows(select(opinions).order_by(opinions.c.seq)):
            yield Given(
                task_id=row.task_id,
                round=row.round,
                stage=Stage(row.stage),
                reviewer=row.reviewer,
                rating=Rating(row.rating),
                suggested=Rating(row.suggested) if row.suggested else None,
                known=Rating(row.known) if row.known else None,
                at=row.at,
                undone=row.undone,
            )

    def _rows(self, query: Select[Any]) -> Iterator[Row[Any]]:
        with reading(self._engine) as connection:
            streamed = connection.execution_options(stream_results=True, yield_per=_BATCH)
            yield from streamed.execute(query)

    def save_view(self, account: str, name: str, where: Filter | None) -> None:
        """Replace what the account had under that name."""
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise UserError(f"a saved view needs a name of at most {_LONGEST_NAME} characters")
        with writing(self._engine) as connection:
            mine = (views.c.account == account) & (views.c.name == name)
            connection.execute(delete(views).where(mine))
            if where is not None:
                row = {"account": account, "name": name, "filter": where.model_dump_json()}
                connection.execute(insert(views).values(row))

    def views(self, account: str) -> dict[str, Filter]:
        """By name."""
        query = select(views).where(views.c.account == account).order_by(views.c.name)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {row.name: Filter.model_validate_json(row.filter) for row in rows}

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

    def counts(
        self, where: Filter = EVERYTHING, *, now: datetime | None = None
    ) -> dict[State, int]:
        """One pass over the states."""
        with reading(self._engine) as connection:
            return queue.counts(connection, where, now)


def _check_merge(source: StoredTask, target: StoredTask, reviewer: str) -> None:
    for one in (source, target):
        if one.joined_to is not None:
            raise UserError(f"task {one.task.id} was merged into {one.joined_to} before")
    if source.task.id == target.task.id:
        raise UserError(f"task {source.task.id} cannot be merged into itself")
    if source.state is State.DONE and target.state is not State.DONE:
        raise UserError(f"task {source.task.id} is decided: merge {target.task.id} into it instead")
    if source.state is State.TAKEN and source.reviewer != reviewer:
        told = f"task {source.task.id}: {source.reviewer} holds it under lease {source.lease}"
        raise Conflict(told, source)

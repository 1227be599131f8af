"""Sightings in and out of tasks: what an event brings, and what a later revision of an article takes back."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, func, or_, select

from schemas.task import Task, TaskChange
from services.adapters.sql import upsert_into
from services.adapters.sql_task_content import (
    ensure,
    in_force,
    keep_evidence,
    lock,
    refresh,
)
from services.adapters.sql_task_rows import key_of, sighting_row
from services.adapters.sql_task_tables import revisions, sightings
from services.ports.task_store import task_id_of
from services.runtime.ids import stable_id


def add(engine: Engine, connection: Connection, task: Task) -> str:
    """Store what `task` brings, where reviewers' choices put it; the id of the task that took it."""
    ensure(engine, connection, task)
    lock(connection, [task.id])
    rule = in_force(connection)
    placed = {
        row["id"]: row | {"task_id": task_id_of(rule.place(row["cluster_id"], row["wording"]))}
        for row in (sighting_row(task, sighting) for sighting in task.sightings)
    }
    clusters = {rule.place(row["cluster_id"], row["wording"]) for row in placed.values()}
    for cluster in sorted(clusters):
        ensure(engine, connection, task.model_copy(update=_names(cluster)))
    touched = {task_id_of(cluster) for cluster in clusters}
    lock(connection, touched)
    for row in placed.values():
        if not _is_gone(connection, row["article_id"], row["revision"], row["claim_id"]):
            _store(engine, connection, row)
    keep_evidence(connection, task.id, task.evidence)
    for task_id in sorted(touched):
        refresh(connection, task_id, task.changes)
    return min(touched)


def _names(cluster: str) -> dict[str, str]:
    return {"id": task_id_of(cluster), "cluster_id": cluster}


def _store(engine: Engine, connection: Connection, row: dict[str, object]) -> None:
    """The later revision of a sighting stays; of one revision, the same one whatever the order."""
    statement = upsert_into(engine, sightings).values(row)
    new, old = statement.excluded, sightings.c
    newer = or_(
        new.revision > old.revision,
        (new.revision == old.revision) & (new.sighting > old.sighting),
    )
    kept = {name: new[name] for name in row if name != "id"}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=kept, where=newer)
    )
    in_article = (sightings.c.task_id == row["task_id"]) & (
        sightings.c.article_id == row["article_id"]
    )
    last = connection.scalar(select(func.max(sightings.c.revision)).where(in_article))
    connection.execute(delete(sightings).where(in_article, sightings.c.revision < last))


def _is_gone(connection: Connection, article_id: str, revision: int, claim_id: str) -> bool:
    """Whether a later revision of the article, which has come already, no longer holds the claim."""
    query = select(revisions).where(revisions.c.article_id == article_id)
    known = connection.execute(query).one_or_none()
    return (
        known is not None
        and revision < known.revision
        and claim_id not in json.loads(known.claim_ids)
    )


def take_back(
    engine: Engine,
    connection: Connection,
    article_id: str,
    revision: int,
    claim_ids: Sequence[str],
) -> None:
    """Remove the sightings that this revision of the article no longer holds, from whatever task."""
    article, claims = key_of(article_id), sorted({key_of(name) for name in claim_ids})
    statement = upsert_into(engine, revisions).values(
        article_id=article, revision=revision, claim_ids=json.dumps(claims)
    )
    kept = {name: statement.excluded[name] for name in ("revision", "claim_ids")}
    written = statement.on_conflict_do_update(
        index_elements=["article_id"],
        set_=kept,
        where=statement.excluded.revision > revisions.c.revision,
    ).returning(revisions.c.revision)
    if connection.scalar(written) is None:
        return
    gone = (
        (sightings.c.article_id == article)
        & (sightings.c.revision < revision)
        & sightings.c.claim_id.not_in(claims)
    )
    query = select(sightings.c.task_id).where(gone).distinct()
    touched = sorted(connection.scalars(query))
    lock(connection, touched)
    connection.execute(delete(sightings).where(gone))
    change = TaskChange(
        id=stable_id("change", article_id, revision),
        why=f"Revision {revision} of an article no longer says it.",
    )
    for task_id in touched:
        refresh(connection, task_id, [change])

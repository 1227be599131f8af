"""Merges, splits and their undoing: a choice is kept, and the sightings go where all choices together put them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from schemas.cluster_choice import ChoiceKind, ClusterChoice
from schemas.task import Sighting, Task, TaskChange
from services.adapters.sql_task_content import ensure, in_force, lock, read_choices, refresh
from services.adapters.sql_task_rows import key_of
from services.adapters.sql_task_tables import choice_outbox, choices, evidence, sightings, tasks
from services.ports.task_store import task_id_of
from services.runtime.errors import UserError
from services.runtime.ids import stable_id
from services.triage.merge import build


def merge(source: str, target: str, reviewer: str, now: datetime) -> ClusterChoice:
    """The choice that cluster `source` is the same claim as `target`."""
    return _choice(ChoiceKind.MERGE, source, target, reviewer, now)


def split(
    connection: Connection, task: Task, claim_ids: Sequence[str], reviewer: str, now: datetime
) -> ClusterChoice:
    """The choice that these claims of a task, and their copies, are another claim. Raises UserError."""
    rows = connection.execute(
        select(sightings.c.claim_id, sightings.c.wording).where(sightings.c.task_id == task.id)
    ).all()
    named, there = {key_of(name): name for name in claim_ids}, {row.claim_id for row in rows}
    unknown = sorted(name for key, name in named.items() if key not in there)
    if unknown or not claim_ids:
        raise UserError(
            f"task {task.id} has no sighting of claim {', '.join(unknown) or '(none was named)'}"
        )
    wordings = {row.wording for row in rows if row.claim_id in named}
    if wordings == {row.wording for row in rows}:
        raise UserError(
            f"all sightings of task {task.id} are worded as these claims: nothing would stay in it"
        )
    target = stable_id("cluster", "split", task.cluster_id, now.isoformat(), *sorted(wordings))
    return _choice(
        ChoiceKind.SPLIT,
        task.cluster_id,
        target,
        reviewer,
        now,
        wordings=sorted(wordings),
        claim_ids=sorted(set(claim_ids)),
    )


def undo(
    connection: Connection, choice_id: str, reviewer: str, now: datetime
) -> tuple[ClusterChoice, ClusterChoice]:
    """The undo of a choice, and the choice. Raises UserError when there is none that can be undone."""
    found = {choice.id: choice for choice in read_choices(connection)}
    made = found.get(choice_id)
    if made is None or made.kind is ChoiceKind.UNDO:
        raise UserError(f"there is no merge or split {choice_id}")
    if any(choice.undo_of == choice_id for choice in found.values()):
        raise UserError(f"{choice_id} was undone before")
    undone = _choice(ChoiceKind.UNDO, made.source, made.target, reviewer, now, undo_of=made.id)
    return undone, made


def _choice(
    kind: ChoiceKind, source: str, target: str, reviewer: str, now: datetime, **more: object
) -> ClusterChoice:
    name = stable_id("choice", kind, source, target, reviewer, now.isoformat())
    given = {"kind": kind, "source": source, "target": target, "reviewer": reviewer, "at": now}
    return ClusterChoice.model_validate({"id": name} | given | more)


def apply(engine: Engine, connection: Connection, choice: ClusterChoice, told: str) -> None:
    """Keep the choice with its outbox row, and put every sighting that it concerns where it belongs now."""
    before = in_force(connection)
    connection.execute(insert(choices).values(id=choice.id, choice=choice.model_dump_json()))
    connection.execute(insert(choice_outbox).values(choice_id=choice.id))
    after = in_force(connection)
    named = {choice.source, choice.target}
    clusters = named | {rule.standing(one) for rule in (before, after) for one in named}
    if choice.kind is ChoiceKind.SPLIT:
        _make_task(engine, connection, choice)
    concerned = {task_id_of(cluster) for cluster in clusters}
    lock(connection, concerned)
    _move(connection, concerned)
    _join(connection, concerned)
    change = TaskChange(id=choice.id, why=told, at=choice.at)
    for task_id in sorted(concerned):
        refresh(connection, task_id, [change])


def _make_task(engine: Engine, connection: Connection, choice: ClusterChoice) -> None:
    """The task of a split's new cluster, with the evidence of the one that it comes from."""
    source, target = task_id_of(choice.source), task_id_of(choice.target)
    moving = select(sightings.c.sighting).where(
        sightings.c.task_id == source, sightings.c.wording.in_(choice.wordings)
    )
    seen = [Sighting.model_validate_json(row) for row in connection.scalars(moving.limit(20))]
    made = build(choice.target, seen, (), otherwise="A reviewer split it off another task.")
    assert made is not None  # there is always a reason
    ensure(engine, connection, made)
    family = select(tasks.c.id).where((tasks.c.id == source) | (tasks.c.joined_to == source))
    rows = connection.execute(select(evidence).where(evidence.c.task_id.in_(family))).mappings()
    best = {row["evidence_id"]: dict(row) | {"task_id": target} for row in rows}
    connection.execute(delete(evidence).where(evidence.c.task_id == target))
    if best:
        connection.execute(insert(evidence), list(best.values()))


def _move(connection: Connection, task_ids: Iterable[str]) -> None:
    rule = in_force(connection)
    rows = connection.execute(
        select(
            sightings.c.id, sightings.c.task_id, sightings.c.cluster_id, sightings.c.wording
        ).where(sightings.c.task_id.in_(sorted(task_ids)))
    ).all()
    for row in rows:
        belongs = task_id_of(rule.place(row.cluster_id, row.wording))
        if belongs != row.task_id:
            connection.execute(
                update(sightings).where(sightings.c.id == row.id).values(task_id=belongs)
            )


def _join(connection: Connection, task_ids: Iterable[str]) -> None:
    """Note of each task, and of those merged into it, what they are merged into."""
    rule = in_force(connection)
    ids = sorted(task_ids)
    query = select(tasks.c.id, tasks.c.cluster_id).where(
        tasks.c.id.in_(ids) | tasks.c.joined_to.in_(ids)
    )
    for row in connection.execute(query).all():
        now_in = rule.standing(row.cluster_id)
        joined = None if now_in == row.cluster_id else task_id_of(now_in)
        connection.execute(update(tasks).where(tasks.c.id == row.id).values(joined_to=joined))

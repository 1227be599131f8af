"""Sightings, merges, splits, revisions and late evidence, on SQLite and on PostgreSQL."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import func, insert, select, text

from schemas.claim import Kind
from schemas.cluster_choice import ChoiceKind, ClusterChoice
from schemas.evidence_change import Change, EvidenceChange
from schemas.match import ArticleMatches, ClaimMatches
from schemas.task import Task
from schemas.verdict import Rating, Verdict
from services.adapters import sql_task_migrations as migrations
from services.adapters import sql_task_tables as tables
from services.adapters.sql import make_engine, migrate, reading, writing
from services.adapters.sql_task_content import NEWEST
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.task_store import Conflict, StoredTask, UnknownTask, verdict_evidence_id
from services.ports.work import Actor, State
from services.runtime.errors import UserError
from services.triage.handle import handle
from tests.support.desk import (
    NOW,
    decided,
    make_article,
    make_claim,
    make_match,
    make_task,
    store_at,
    take,
)

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def store(url: str) -> Iterator[SqlTaskStore]:
    with store_at(url) as made:
        yield made


def got(store: SqlTaskStore, task_id: str) -> StoredTask:
    found = store.get(task_id)
    assert found is not None
    return found


def articles(store: SqlTaskStore, task_id: str) -> list[str]:
    return [sighting.article.id for sighting in got(store, task_id).task.sightings]


def change(kind: Change, evidence_id: str = "e1", revision: int = 1) -> EvidenceChange:
    return EvidenceChange(
        evidence_id=evidence_id, change=kind, revision=revision, reason="Retracted.", at=NOW
    )


# Sightings


def test_any_order_of_sightings_makes_one_task(url: str) -> None:
    seen = [
        make_task(article=make_article("a1"), evidence=[make_match("e1", probability=0.7)]),
        make_task(article=make_article("a2", published_at=None), evidence=[make_match("e2")]),
        make_task(make_claim(check_worthiness=0.4), make_article("a1", revision=2)),
    ]
    results = set()
    with store_at(url) as store:
        for order in permutations([*seen, seen[0]]):
            with writing(store._engine) as connection:
                for table in reversed(tables.meta.sorted_tables):
                    connection.execute(table.delete())
            for task in order:
                store.upsert(task)
            results.add(got(store, seen[0].id).task.model_dump_json())
    (only,) = results
    task = Task.model_validate_json(only)
    assert [(s.article.id, s.article.revision) for s in task.sightings] == [("a1", 2), ("a2", 1)]
    assert [match.evidence.id for match in task.evidence] == ["e2", "e1"]


def test_a_claim_with_many_copies_lists_the_first_and_the_newest_and_counts_all(
    store: SqlTaskStore,
) -> None:
    for number in range(60):
        when = NOW + timedelta(minutes=number)
        outlet = make_article(f"a{number:02}", published_at=when, publisher=f"Outlet {number % 30}")
        store.upsert(make_task(article=outlet))
    task = got(store, make_task().id).task
    assert (task.sighting_count, task.article_count) == (60, 60)
    listed = [sighting.article.id for sighting in task.sightings]
    assert listed == ["a00", *(f"a{number:02}" for number in range(60 - NEWEST, 60))]
    assert "30 outlets" in next(p.why for p in task.priority.parts if p.name == "sightings")


def test_one_more_sighting_writes_one_row_and_not_all(store: SqlTaskStore) -> None:
    sizes = []
    for number in range(80):
        store.upsert(make_task(article=make_article(f"a{number}")))
        with reading(store._engine) as connection:
            sizes.append(connection.scalar(select(func.length(tables.tasks.c.task))))
    assert sizes[79] <= sizes[40] + 10  # the counts may take another digit


def test_tables_of_the_first_version_are_taken_over(url: str) -> None:
    engine = make_engine(url)
    migrate(engine, "tasks", migrations.MIGRATIONS[:1])
    old = make_task(article=make_article("a1"), evidence=[make_match("e1")])
    row = {"id": old.id, "cluster_id": old.cluster_id, "priority": old.priority.value}
    held = {"state": "done", "lease": 1, "reviewer": "ann", "task": old.model_dump_json()}
    verdict = Verdict(
        id="v1",
        task_id=old.id,
        cluster_id=old.cluster_id,
        claim=old.claim.text,
        rating=Rating.FALSE,
        rationale="No.",
        evidence_ids=["e1"],
        reviewer="ann",
        lease=1,
        decided_at=NOW,
    )
    with writing(engine) as connection:
        connection.execute(insert(migrations._first_tasks).values(**row, **held))
        connection.execute(
            insert(migrations._first_verdicts).values(
                id=verdict.id,
                task_id=old.id,
                lease=1,
                reviewer="ann",
                decided_at=NOW,
                verdict=verdict.model_dump_json(),
            )
        )
        connection.execute(insert(migrations._first_outbox).values(verdict_id=verdict.id))
    engine.dispose()
    with store_at(url) as store:
        taken_over = got(store, old.id)
        assert (taken_over.state, taken_over.verdict) == (State.DONE, verdict)
        assert store.unpublished() == [verdict]
        store.upsert(make_task(article=make_article("a2")))
        assert articles(store, old.id) == ["a1", "a2"]
        store.change_evidence(change(Change.WITHDRAWN), NOW)
        assert got(store, old.id).state is State.OPEN


# A later revision of an article


def test_a_claim_that_a_later_revision_drops_loses_its_sighting(store: SqlTaskStore) -> None:
    dropped, kept = make_task(make_claim("It fell")), make_task(make_claim("It rose"))
    for task in (dropped, kept):
        store.upsert(task)
    store.take_back("a1", 2, [kept.claim.id])
    assert [stored.task.id for stored in store.page()[0]] == [kept.id]
    assert store.counts()[State.OPEN] == 1
    assert take(store).task.id == kept.id
    assert store.take_next(Actor(name="ann"), NOW, 60) is None
    left = got(store, dropped.id).task
    assert left.changes[-1].why == "Revision 2 of an article no longer says it."


def test_a_dropped_claim_that_comes_late_stays_out(store: SqlTaskStore) -> None:
    task = make_task()
    store.take_back("a1", 2, [])
    store.upsert(task)
    assert store.page()[0] == []
    store.upsert(make_task(article=make_article("a2")))
    assert articles(store, task.id) == ["a2"]


def test_other_articles_keep_the_claim_and_an_older_list_changes_nothing(
    store: SqlTaskStore,
) -> None:
    for name in ("a1", "a2"):
        store.upsert(make_task(article=make_article(name, revision=3)))
    store.take_back("a1", 2, [])
    assert articles(store, make_task().id) == ["a1", "a2"]
    store.take_back("a1", 4, [])
    store.take_back("a1", 3, [make_claim().id])
    assert articles(store, make_task().id) == ["a2"]


def test_a_decided_task_keeps_its_place_when_no_article_says_it_any_more(
    store: SqlTaskStore,
) -> None:
    task = make_task()
    store.upsert(task)
    decided(store, task.id)
    store.take_back("a1", 2, [])
    assert [stored.state for stored in store.page()[0]] == [State.DONE]


# Merges and splits


def two(store: SqlTaskStore) -> tuple[Task, Task]:
    one = make_task(make_claim("It cost 12 million"), make_article("a1"), [make_match("e1")])
    other = make_task(make_claim("12 million it cost"), make_article("a2"), [make_match("e2")])
    for task in (one, other):
        store.upsert(task)
    return one, other


def test_a_merge_moves_everything_and_holds_for_what_comes(store: SqlTaskStore) -> None:
    one, other = two(store)
    merged = store.merge(other.id, one.id, "rita", NOW)
    assert merged.task.id == one.id
    assert articles(store, one.id) == ["a1", "a2"]
    assert {match.evidence.id for match in merged.task.evidence} == {"e1", "e2"}
    assert [stored.task.id for stored in store.page()[0]] == [one.id]
    assert got(store, other.id).joined_to == one.id
    again = store.upsert(make_task(make_claim("12 million it cost"), make_article("a3")))
    assert again.task.id == one.id
    assert articles(store, one.id) == ["a1", "a2", "a3"]
    assert "rita merged task" in again.task.changes[-1].why
    with pytest.raises(Conflict, match="was merged into"):
        take(store, "ann", other.id)


def test_an_undone_merge_puts_everything_back_also_what_came_meanwhile(
    store: SqlTaskStore,
) -> None:
    one, other = two(store)
    before = got(store, one.id).task.priority
    store.merge(other.id, one.id, "rita", NOW)
    # What match emits once it knows of the merge: the cluster of the merge, and the claim's own.
    late = make_task(make_claim("12 million it cost"), make_article("a3"))
    sighting = late.sightings[0].model_copy(update={"own_cluster_id": other.cluster_id})
    placed = {"id": one.id, "cluster_id": one.cluster_id, "sightings": [sighting]}
    store.upsert(late.model_copy(update=placed))
    (choice,) = store.choices()
    undone = store.undo(choice.id, "rita", LATER)
    assert undone.task.id == other.id
    assert articles(store, one.id) == ["a1"]
    assert articles(store, other.id) == ["a2", "a3"]
    assert got(store, one.id).task.priority == before
    assert got(store, other.id).joined_to is None
    with pytest.raises(UserError, match="undone before"):
        store.undo(choice.id, "rita", LATER)


def test_a_split_takes_out_a_claim_and_its_copies_and_can_be_undone(store: SqlTaskStore) -> None:
    one, other = two(store)
    store.merge(other.id, one.id, "rita", NOW)
    store.upsert(make_task(make_claim("12 million it cost"), make_article("a3")))
    part = store.split(one.id, [other.claim.id], "rita", LATER)
    assert part.task.id not in {one.id, other.id}
    assert articles(store, part.task.id) == ["a2", "a3"]
    assert articles(store, one.id) == ["a1"]
    assert part.task.evidence
    again = store.upsert(make_task(make_claim("12 million it cost"), make_article("a4")))
    assert again.task.id == part.task.id
    chosen = store.choices()[-1]
    assert chosen.kind is ChoiceKind.SPLIT
    store.undo(chosen.id, "rita", LATER + timedelta(minutes=1))
    assert articles(store, one.id) == ["a1", "a2", "a3", "a4"]
    assert [stored.task.id for stored in store.page()[0]] == [one.id]


def test_merges_follow_each_other_and_are_undone_one_by_one(store: SqlTaskStore) -> None:
    one, other = two(store)
    third = make_task(make_claim("The cost: 12 million"), make_article("a3"))
    store.upsert(third)
    store.merge(other.id, one.id, "rita", NOW)
    store.merge(one.id, third.id, "rita", LATER)
    assert articles(store, third.id) == ["a1", "a2", "a3"]
    first, second = store.choices()
    store.undo(first.id, "rita", LATER + timedelta(minutes=1))
    assert articles(store, third.id) == ["a1", "a3"]
    assert articles(store, other.id) == ["a2"]
    store.undo(second.id, "rita", LATER + timedelta(minutes=2))
    assert [articles(store, task.id) for task in (one, third)] == [["a1"], ["a3"]]


def test_choices_go_out_after_verdicts_until_they_are_published(store: SqlTaskStore) -> None:
    one, other = two(store)
    store.merge(other.id, one.id, "rita", NOW)
    verdict = decided(store, one.id)
    owed = store.unpublished()
    assert owed[0] == verdict
    assert isinstance(owed[1], ClusterChoice)
    assert store.unpublished(limit=1) == [verdict]
    store.mark_published([one.id for one in owed])
    assert store.unpublished() == []
    assert len(store.choices()) == 1


def test_what_cannot_be_merged_or_split_is_refused_and_changes_nothing(
    store: SqlTaskStore,
) -> None:
    one, other = two(store)
    with pytest.raises(UnknownTask):
        store.merge("nobody", one.id, "rita", NOW)
    with pytest.raises(UserError, match="into itself"):
        store.merge(one.id, one.id, "rita", NOW)
    take(store, "ann", other.id)
    with pytest.raises(Conflict, match="ann holds it"):
        store.merge(other.id, one.id, "rita", NOW)
    decided(store, other.id)
    with pytest.raises(UserError, match="is decided: merge"):
        store.merge(other.id, one.id, "rita", NOW)
    with pytest.raises(UserError, match="no sighting of claim x"):
        store.split(one.id, ["x"], "rita", NOW)
    with pytest.raises(UserError, match="nothing would stay"):
        store.split(one.id, [one.claim.id], "rita", NOW)
    with pytest.raises(UserError, match="no merge or split"):
        store.undo("x", "rita", NOW)
    assert store.choices() == []


# Late evidence


def late(task: Task, evidence_id: str = "e9") -> Task:
    row = ClaimMatches(claim=task.claim, matches=[make_match(evidence_id)])
    cause = EvidenceChange(evidence_id=evidence_id, change=Change.ADDED, at=NOW)
    event = ArticleMatches(article=make_article(), claims=[row], because=[cause])
    (made,) = handle(event, threshold=0.0)
    return made


def test_late_evidence_joins_and_says_what_it_did_to_the_priority(store: SqlTaskStore) -> None:
    task = make_task()
    before = store.upsert(task).task.priority.value
    for _ in range(2):
        after = store.upsert(late(task)).task
        (told,) = after.changes
        assert told.why.startswith("New evidence: contradicted by")
        assert (told.priority_from, told.priority_to) == (before, after.priority.value)
        assert after.priority.value > before


def test_withdrawn_evidence_leaves_its_tasks_also_when_it_comes_late(store: SqlTaskStore) -> None:
    task = make_task(evidence=[make_match("e1"), make_match("e2", probability=0.5)])
    before = store.upsert(task).task.priority.value
    for _ in range(2):
        store.change_evidence(change(Change.WITHDRAWN), NOW)
        store.upsert(task)  # delivered again, with the item that was withdrawn since
        after = got(store, task.id).task
        assert [match.evidence.id for match in after.evidence] == ["e2"]
        (told,) = after.changes
        assert told.why == (
            "Evidence was withdrawn: “What the bridge cost (e1)” (Audit Office). Retracted."
        )
        assert told.priority_to is not None
        assert told.priority_to < before


def test_a_task_decided_with_withdrawn_evidence_is_open_again(store: SqlTaskStore) -> None:
    task = make_task(evidence=[make_match("e1"), make_match("e2")])
    store.upsert(task)
    first = decided(store, task.id, "e1")
    store.change_evidence(change(Change.WITHDRAWN, "e2"), NOW)
    assert got(store, task.id).state is State.DONE
    store.change_evidence(change(Change.WITHDRAWN, "e1"), NOW)
    opened = got(store, task.id)
    assert (opened.state, opened.verdict, opened.reviewer) == (State.OPEN, None, None)
    assert "open again" in opened.task.changes[-1].why
    second = decided(store, task.id)
    assert second.lease > first.lease
    assert got(store, task.id).verdict == second
    issued, withdrawn, anew = store.unpublished()
    assert (issued, anew) == (first, second)
    assert isinstance(withdrawn, Verdict)
    assert (withdrawn.status, withdrawn.revision, second.revision) == ("withdrawn", 2, 3)
    assert "What the bridge cost (e1)" in str(withdrawn.reason)


def test_a_revised_item_counts_only_in_its_latest_revision(store: SqlTaskStore) -> None:
    old = make_match("e1")
    newer = old.model_copy(
        update={"why": "new", "evidence": old.evidence.model_copy(update={"revision": 2})}
    )
    store.upsert(make_task(evidence=[old]))
    store.change_evidence(change(Change.REVISED, revision=2), NOW)
    assert store.upsert(make_task(evidence=[old])).task.evidence == []
    assert store.upsert(make_task(evidence=[newer])).task.evidence == [newer]


def test_an_opinion_stays_a_task_when_what_spoke_about_it_is_withdrawn(
    store: SqlTaskStore,
) -> None:
    task = make_task(make_claim(kind=Kind.OPINION), evidence=[make_match("e1")])
    store.upsert(task)
    store.change_evidence(change(Change.WITHDRAWN), NOW)
    assert got(store, task.id).task.reason == "What spoke about it was withdrawn."


def test_a_tasks_own_verdict_is_no_evidence_for_it(store: SqlTaskStore) -> None:
    one, other = two(store)
    own = make_match(verdict_evidence_id(one.id))
    assert "ev_" in own.evidence.id
    stored = store.upsert(make_task(one.claim, make_article("a5"), [own]))
    assert [match.evidence.id for match in stored.task.evidence] == ["e1"]
    elsewhere = store.upsert(make_task(other.claim, make_article("a6"), [own]))
    assert own.evidence.id in {match.evidence.id for match in elsewhere.task.evidence}


@pytest.mark.parametrize("name", ["'; DROP TABLE tasks; --", "nul \x00", "🗳" * 500])
def test_ids_of_any_text_are_taken(store: SqlTaskStore, name: str) -> None:
    task = make_task(make_claim(id=name), make_article(name), [make_match(name)])
    store.upsert(task)
    store.change_evidence(change(Change.WITHDRAWN, name), NOW)
    assert got(store, task.id).task.evidence == []
    store.take_back(name, 2, [])
    assert store.page()[0] == []
    with reading(store._engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM tasks")) == 1
    assert json.loads(got(store, task.id).task.model_dump_json())["claim"]["id"] == name

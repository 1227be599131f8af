"""What people do to tasks, as it is stored: double review, sleep, deadlines, filters, undo, records, bad days."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from schemas.claim import Kind
from schemas.match import Relation
from schemas.task import Task
from schemas.verdict import Rating, Verdict, VerdictStatus
from services.adapters import sql_task_migrations as migrations
from services.adapters import sql_task_tables as tables
from services.adapters.sql import make_engine, migrate, reading, writing
from services.adapters.sql_audit import SqlAuditLog
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.audit_log import Entry, verify
from services.ports.task_store import Conflict, Filter
from services.ports.work import (
    Actor,
    Assign,
    Decide,
    Forbidden,
    HandOver,
    Policy,
    Release,
    Renew,
    Reopen,
    Resume,
    Save,
    Seed,
    State,
    Take,
    Undo,
)
from services.review.planning import PROMISE_TIME
from services.runtime.errors import NotReady, UserError
from tests.support.desk import (
    NOW,
    decide,
    decided,
    make_article,
    make_claim,
    make_match,
    make_task,
    make_tasks,
    postgresql_schema,
    store_at,
    take,
)

ANN, BOB, CID = (Actor(name=name) for name in ("ann", "bob", "cid"))
EDITH = Actor(name="edith", editor=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(url: str) -> Iterator[SqlTaskStore]:
    with store_at(url) as made:
        yield made


def trail(store: SqlTaskStore, subject: str | None = None) -> list[Entry]:
    return list(SqlAuditLog(store._engine).entries(subject=subject))


def ids(store: SqlTaskStore, where: Filter, now: datetime = NOW) -> list[str]:
    return [stored.task.id for stored in store.page(where, now=now)[0]]


# Double review


def test_what_matters_most_is_found_by_two_and_the_verdict_names_both(url: str) -> None:
    low, high = make_task(make_claim("Low", check_worthiness=0.1)), make_task()
    with store_at(url, Policy(double_review_at=high.priority.value)) as store:
        for task in (low, high):
            store.upsert(task)
        assert decide(store, take(store, "ann", low.id)).state is State.DONE
        first = decide(store, take(store, "ann", high.id))
        assert (first.state, first.verdict, store.unpublished()[1:]) == (State.OPEN, None, [])
        with pytest.raises(Forbidden, match="another person"):
            take(store, "ann", high.id)
        assert store.take_next(ANN, NOW, 60) is None
        verdict = decide(store, take(store, "bob")).verdict
        assert verdict is not None
        assert (verdict.reviewer, verdict.reviewers) == ("ann", ["ann", "bob"])


def test_two_who_differ_are_settled_by_a_third(url: str) -> None:
    with store_at(url, Policy(double_review_at=0.0)) as store:
        store.upsert(make_task())
        decide(store, take(store, "ann"), rating=Rating.TRUE)
        decide(store, take(store, "bob"), rating=Rating.FALSE)
        assert [store.take_next(actor, NOW, 60) for actor in (ANN, BOB)] == [None, None]
        verdict = decide(store, take(store, "cid"), rating=Rating.HALF_TRUE).verdict
        assert verdict is not None
        assert (verdict.reviewer, verdict.rating) == ("cid", Rating.HALF_TRUE)
        assert verdict.reviewers == ["ann", "bob", "cid"]


def test_a_seeded_task_goes_to_everybody_once_and_is_never_decided(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    with pytest.raises(Forbidden):
        store.act(make_task().id, Seed(rating=Rating.TRUE), ANN, NOW)
    store.act(make_task().id, Seed(rating=Rating.TRUE), EDITH, NOW)
    for name in ("ann", "bob", "cid"):
        assert decide(store, take(store, name)).state is State.OPEN
    assert [store.take_next(actor, NOW, 60) for actor in (ANN, BOB, CID)] == [None] * 3
    assert store.unpublished() == []
    assert [one.known for one in store.opinions()] == [Rating.TRUE] * 3


# Taken back


def test_a_verdict_that_is_taken_back_is_withdrawn_and_a_new_one_is_a_higher_revision(
    store: SqlTaskStore,
) -> None:
    store.upsert(make_task())
    first = decided(store, make_task().id)
    opened = store.act(make_task().id, Reopen(reason="A new source."), ANN, NOW + HOUR)
    assert (opened.state, opened.verdict) == (State.OPEN, None)
    second = decided(store, make_task().id)
    issued, withdrawn, corrected = store.unpublished()
    assert (issued, corrected) == (first, second)
    assert isinstance(withdrawn, Verdict)
    assert withdrawn.status is VerdictStatus.WITHDRAWN
    assert (withdrawn.reason, withdrawn.decided_at) == ("A new source.", NOW + HOUR)
    revisions = [verdict.revision for verdict in store.verdicts(make_task().id)]
    assert sorted(revisions) == [1, 2, 3]
    assert first.lease < withdrawn.lease < second.lease
    assert (second.round, second.revision) == (2, 3)


def test_an_opinion_that_is_undone_is_a_draft_again(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    decide(store, take(store), "Too quick.")
    with pytest.raises(Conflict, match="you have given no opinion"):
        store.act(make_task().id, Undo(reason="?"), BOB, NOW)
    undone = store.act(make_task().id, Undo(reason="Wrong button."), ANN, NOW)
    assert (undone.state, undone.work.drafts[0].rationale) == (State.OPEN, "Too quick.")
    assert [one.undone for one in store.opinions()] == [True]
    assert [entry.action for entry in trail(store)] == ["take", "decide", "undo"]


# Sleep, deadlines, order


def promise(due: str = "2024-06-01", **fields: Any) -> Task:
    claim = make_claim("We will open it by June", kind=Kind.PROMISE, due=due)
    return make_task(claim, **fields)


def test_a_promise_sleeps_until_it_is_due(store: SqlTaskStore) -> None:
    task, due = promise(), datetime(2024, 6, 1, tzinfo=UTC)
    stored = store.upsert(task)
    assert (stored.state, stored.work.snoozed_until) == (State.SNOOZED, due)
    assert store.take_next(ANN, NOW, 60) is None
    assert store.counts(now=NOW)[State.SNOOZED] == 1
    assert store.counts(now=due)[State.OPEN] == 1
    assert not stored.work.escalated(due)
    assert stored.work.escalated(due + PROMISE_TIME)
    assert take(store, "ann", now=due).state is State.TAKEN


def test_evidence_that_speaks_wakes_a_promise(store: SqlTaskStore) -> None:
    store.upsert(promise())
    seen_again = promise(article=make_article("a2"), evidence=[make_match()])
    assert store.upsert(seen_again).state is State.OPEN


def test_a_promise_that_somebody_woke_stays_awake(store: SqlTaskStore) -> None:
    store.upsert(promise())
    store.act(promise().id, Resume(reason="It opened early."), ANN, NOW)
    assert store.upsert(promise(article=make_article("a2"))).state is State.OPEN


def test_a_near_deadline_comes_first_and_pages_keep_the_order(store: SqlTaskStore) -> None:
    tasks = sorted(make_tasks(5), key=lambda task: task.id)
    for task in tasks:
        store.upsert(task)
    late, far = tasks[3], tasks[4]
    store.act(late.id, Assign(deadline=NOW + HOUR), EDITH, NOW)
    store.act(far.id, Assign(deadline=NOW + 100 * HOUR), EDITH, NOW)
    expected = [late.id, *(task.id for task in tasks[:3]), far.id]
    seen, cursor = store.page(limit=2, now=NOW)
    while cursor:
        # The clock goes on while somebody reads: what became urgent meanwhile waits for the next first page.
        page, cursor = store.page(limit=2, after=cursor, now=NOW + 99 * HOUR)
        seen += page
    assert [stored.task.id for stored in seen] == expected
    assert take(store).task.id == late.id
    assert ids(store, Filter(), NOW + 99 * HOUR)[:2] == sorted([late.id, far.id])


def test_what_is_handed_over_or_for_another_desk_is_offered_to_them_only(
    store: SqlTaskStore,
) -> None:
    one, other = make_tasks(2)
    for task in (one, other):
        store.upsert(task)
    held = take(store, "ann", one.id)
    store.act(one.id, HandOver(lease=held.lease, to="bob"), ANN, NOW)
    store.act(other.id, Assign(desk="city"), EDITH, NOW)
    city = Actor(name="dot", desk="city")
    assert store.take_next(Actor(name="eve", desk="sport"), NOW, 60) is None
    german = Actor(name="eve", languages=frozenset({"de-AT"}))
    assert store.take_next(german, NOW, 60) is None
    assert take(store, "bob").task.id in {one.id, other.id}
    taken = store.take_next(city, NOW, 60)
    assert (taken.task.id if taken else None) in {other.id, None}


# Filters and views


def test_every_filter_keeps_what_it_names(store: SqlTaskStore) -> None:
    plain = make_task()
    claim = make_claim("Die Brücke STÜRZTE ein", speaker="Jörg Öl", kind=Kind.EVENT)
    article = make_article("a9", publisher="Tageblatt", language="de-AT")
    special = make_task(claim, article, [make_match(relation=Relation.SUPPORTS)])
    for task in (plain, special):
        store.upsert(task)
    store.act(special.id, Assign(desk="city", deadline=NOW + HOUR), EDITH, NOW)
    take(store, "bob", special.id)
    found = [
        Filter(text="stürzte EIN"),
        Filter(speaker="ÖL"),
        Filter(outlet="Tageblatt"),
        Filter(kind=Kind.EVENT),
        Filter(relation=Relation.SUPPORTS),
        Filter(desk="city"),
        Filter(language="de"),
        Filter(holder="bob"),
        Filter(due_before=NOW + 2 * HOUR),
        Filter(states=(State.TAKEN,)),
        Filter(states=(State.TAKEN, State.DONE), text="brücke", desk="city"),
    ]
    for where in found:
        assert ids(store, where) == [special.id], where
        assert sum(store.counts(where, now=NOW).values()) == 1
    nothing = [
        Filter(text="100%"),
        Filter(speaker="_"),
        Filter(text="'; --"),
        Filter(outlet="Tage"),
        Filter(kind=Kind.EVENT, desk="sport"),
        Filter(skill="law"),
        Filter(due_before=NOW),
    ]
    for where in nothing:
        assert ids(store, where) == [], where
    with pytest.raises(ValidationError):
        Filter(text="\x00")
    assert store.take_next(ANN, NOW, 60, Filter(kind=Kind.EVENT)) is None
    assert store.take_next(ANN, NOW, 60, Filter(kind=plain.claim.kind)) is not None


def test_views_are_each_accounts_own(store: SqlTaskStore) -> None:
    mine = Filter(states=(State.OPEN,), speaker="lind", due_before=NOW)
    store.save_view("ann", "Lind", Filter())
    store.save_view("ann", "Lind", mine)
    store.save_view("bob", "all", Filter())
    assert store.views("ann") == {"Lind": mine}
    store.save_view("ann", "Lind", None)
    assert store.views("ann") == {}
    assert store.views("bob") == {"all": Filter()}
    for name in ("", " ", "x" * 101, "a\x00b"):
        with pytest.raises(UserError, match="needs a name"):
            store.save_view("ann", name, mine)


# Records


def test_from_a_verdict_back_to_everything_that_it_rested_on(url: str) -> None:
    policy = Policy(versions={"pipeline": "p 1", "match_model": "m 2"})
    with store_at(url, policy) as store:
        task = make_task(article=make_article(revision=3), evidence=[make_match("e1")])
        store.upsert(task)
        verdict = decided(store, task.id, "e1")
        entry = trail(store, task.id)[-1]
        assert (entry.actor, entry.action, entry.details["verdict"]["id"]) == (
            "ann",
            "decide",
            verdict.id,
        )
        basis = entry.details["basis"]
        place = {"article": "a1", "revision": 3, "claim": task.claim.id}
        assert basis["sightings"] == [place | {"span": list(task.claim.span)}]
        (shown,) = basis["evidence"]
        assert (shown["id"], shown["revision"], len(shown["sha256"])) == ("e1", 1, 64)
        assert basis["versions"] == policy.versions
        assert entry.details["rationale"] == verdict.rationale
        assert verify(trail(store)).problem is None


def test_drafts_and_heartbeats_are_nobodys_business_and_choices_are_on_record(
    store: SqlTaskStore,
) -> None:
    one, other = make_tasks(2)
    for task in (one, other):
        store.upsert(task)
    held = take(store, "ann", one.id)
    store.act(one.id, Save(lease=held.lease, rationale="secret so far"), ANN, NOW)
    store.act(one.id, Renew(lease=held.lease), ANN, NOW)
    store.merge(other.id, one.id, "ann", NOW)
    assert [entry.action for entry in trail(store)] == ["take", "cluster_merge"]
    assert "secret" not in json.dumps([entry.details for entry in trail(store)])


def test_what_is_refused_is_not_on_record_and_changes_nothing_but_the_draft(
    store: SqlTaskStore,
) -> None:
    store.upsert(make_task(evidence=[make_match()]))
    held = take(store)
    before = store.get(held.task.id)
    forged = Decide(lease=7, rating=Rating.TRUE, rationale="Forged.")
    for actor in (ANN, BOB):
        with pytest.raises(Conflict) as told:
            store.act(held.task.id, forged, actor, NOW)
        assert told.value.draft is None  # nobody ever held lease 7
    with pytest.raises(UserError, match="carries no evidence x"):
        decide(store, held, evidence=["x"])
    assert store.get(held.task.id) == before
    assert [entry.action for entry in trail(store)] == ["take"]


# Bad days


def test_a_clock_that_jumps_loses_no_lease_number_and_no_draft(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    held = take(store, "ann")
    store.act(held.task.id, Save(lease=1, rationale="so far"), ANN, NOW)
    ahead = take(store, "bob", now=NOW + HOUR)
    assert (ahead.lease, ahead.lease_until) == (2, NOW + HOUR + timedelta(seconds=60))
    # Back again: the lease ends later than meant, and an editor can end it before.
    with pytest.raises(Conflict, match="bob holds it"):
        take(store, "cid", ahead.task.id)
    mine = store.act(ahead.task.id, Take(), EDITH, NOW)
    assert (mine.lease, mine.reviewer) == (3, "edith")
    store.act(ahead.task.id, Release(lease=3), EDITH, NOW)
    again = take(store, "ann", ahead.task.id)
    assert again.lease == 4
    assert [draft.rationale for draft in again.work.drafts] == ["so far"]
    assert verify(trail(store)).problem is None


def test_a_database_that_goes_in_the_middle_of_a_submit_loses_nothing(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    held = take(store)
    engine = store._engine
    dialect = engine.dialect
    commit, moments = dialect.do_commit, iter(["before", "after"])

    def broken(connection: Any) -> None:
        moment = next(moments, None)
        if moment != "before":
            commit(connection)
        if moment is not None:
            raise OperationalError("COMMIT", {}, Exception(f"gone {moment} the commit"), True)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dialect, "do_commit", broken)
        with pytest.raises(NotReady, match="gone before"):
            decide(store, held)
        with pytest.raises(NotReady, match="gone after"):
            decide(store, held)
    done = decide(store, held)  # as a client does that had no answer
    assert done.state is State.DONE
    assert store.unpublished() == [done.verdict]
    assert len(list(store.opinions())) == 1
    assert [entry.action for entry in trail(store)] == ["take", "decide"]


@pytest.mark.postgresql
def test_a_server_that_ends_the_connection_before_the_commit(
    require: Callable[[str], str],
) -> None:
    server = require("CLAIMDESK_TEST_POSTGRESQL")
    other = make_engine(server)
    with postgresql_schema(server) as url, store_at(url) as store:
        store.upsert(make_task())
        held = take(store)

        def end(connection: Any) -> None:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            with writing(other) as ending:
                ending.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

        event.listen(store._engine, "commit", end)
        with pytest.raises(NotReady):
            decide(store, held)
        event.remove(store._engine, "commit", end)
        untouched = store.get(held.task.id)
        assert untouched is not None
        assert (untouched.state, store.unpublished()) == (State.TAKEN, [])
        assert decide(store, held).state is State.DONE
        assert len(trail(store)) == 2
    other.dispose()


# The tables of before


def test_tables_of_the_second_version_are_taken_over(url: str) -> None:
    engine = make_engine(url)
    migrate(engine, "tasks", migrations.MIGRATIONS[:2])
    states: dict[str, dict[str, Any]] = {
        "open": {"lease": 2},
        "taken": {"lease": 1, "reviewer": "ann", "lease_until": NOW + HOUR},
        "done": {"lease": 3, "reviewer": "ann"},
    }
    seen = [make_task(make_claim(f"It was {state}")) for state in states]
    table = migrations._second_tasks
    with writing(engine) as connection:
        for task, (state, held) in zip(seen, states.items(), strict=True):
            row = {"id": task.id, "cluster_id": task.cluster_id, "state": state, "sightings": 1}
            content = {"priority": task.priority.value, "task": task.model_dump_json()}
            connection.execute(table.insert().values(row | content | held))
        verdict = Verdict(
            id="v1",
            task_id=seen[2].id,
            cluster_id=seen[2].cluster_id,
            claim="x",
            rating=Rating.TRUE,
            reviewer="ann",
            lease=3,
            decided_at=NOW,
        )
        row = verdict.model_dump(include={"id", "task_id", "lease", "reviewer", "decided_at"})
        given = row | {"verdict": verdict.model_dump_json()}
        connection.execute(tables.verdicts.insert().values(given))
    engine.dispose()
    with store_at(url) as store:
        page = {one.task.id: one for one in store.page()[0]}
        assert [page[task.id].state.value for task in seen] == list(states)
        assert [page[task.id].lease for task in seen] == [2, 1, 3]
        assert page[seen[1].id].reviewer == "ann"
        assert page[seen[2].id].verdict == verdict
        assert ids(store, Filter(text="IT WAS OPEN")) == [seen[0].id]
        opened = store.act(seen[2].id, Reopen(reason="r"), ANN, NOW)
        assert opened.state is State.OPEN
        assert [one.revision for one in store.unpublished() if isinstance(one, Verdict)] == [2]
        with reading(store._engine) as connection:
            if store._engine.dialect.name == "sqlite":
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []

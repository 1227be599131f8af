"""What every task store promises, on SQLite and on PostgreSQL."""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import exc, text
from sqlalchemy.engine import make_url

from schemas.match import Relation
from schemas.task import Task
from services.adapters.sql import make_engine, migrate, reading, versions, writing
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.task_store import Conflict, Filter, UnknownTask
from services.ports.work import Actor, Release, State
from services.runtime.errors import NotReady, UserError
from tests.support.desk import (
    NOW,
    decide,
    make_article,
    make_claim,
    make_match,
    make_task,
    make_tasks,
    sqlite_url,
    store_at,
    take,
)

LATER = NOW + timedelta(seconds=61)


@pytest.fixture
def store(url: str) -> Iterator[SqlTaskStore]:
    with store_at(url) as made:
        yield made


def counted(task: Task) -> Task:
    """The task as the store gives it: with how many sightings it has."""
    articles = {sighting.article.id for sighting in task.sightings}
    totals = {"sighting_count": len(task.sightings), "article_count": len(articles)}
    return task.model_copy(update=totals)


def test_upsert_twice_is_upsert_once(store: SqlTaskStore) -> None:
    task = make_task(evidence=[make_match()])
    first = store.upsert(task)
    assert store.upsert(task) == first
    assert store.get(task.id) == first
    assert first.task == counted(task)
    assert (first.state, first.lease, first.reviewer) == (State.OPEN, 0, None)


def test_sightings_in_any_order_make_one_task(store: SqlTaskStore) -> None:
    one = make_task(article=make_article("a1"), evidence=[make_match("e1")])
    article = make_article("a2", publisher="Another Paper")
    two = make_task(article=article, evidence=[make_match("e2", probability=0.7)])
    assert one.id == two.id
    store.upsert(two)
    merged = store.upsert(one).task
    assert [sighting.article.id for sighting in merged.sightings] == ["a1", "a2"]
    assert [match.evidence.id for match in merged.evidence] == ["e1", "e2"]
    assert merged.priority.value > one.priority.value
    assert len(store.page()[0]) == 1


def test_a_later_revision_replaces_its_sighting_and_a_late_old_one_does_not(
    store: SqlTaskStore,
) -> None:
    old = make_task(article=make_article(revision=1))
    new = make_task(make_claim(check_worthiness=0.6), make_article(revision=2))
    for task in (old, new, old):
        current = store.upsert(task).task
    assert [sighting.article.revision for sighting in current.sightings] == [2]
    assert current.claim.check_worthiness == 0.6


def test_a_decided_task_stays_decided_when_it_is_seen_again(store: SqlTaskStore) -> None:
    task = make_task()
    store.upsert(task)
    done = decide(store, take(store))
    again = store.upsert(make_task(article=make_article("a2")))
    assert (again.state, again.verdict) == (State.DONE, done.verdict)
    assert len(again.task.sightings) == 2


def test_text_of_any_kind_survives(store: SqlTaskStore) -> None:
    hostile = "'; DROP TABLE tasks; -- \x00 \u202e <script> 🗳 " + "long " * 5_000
    task = make_task(make_claim(hostile), evidence=[make_match(why=hostile)])
    assert store.upsert(task).task == counted(task)


def test_pages_follow_priority_and_cursors_lose_nothing(store: SqlTaskStore) -> None:
    tasks = [
        make_task(make_claim(f"Claim {n} holds", check_worthiness=(n % 4) / 4)) for n in range(11)
    ]
    for task in tasks:
        store.upsert(task)
    seen, cursor = store.page(limit=3)
    while cursor:
        page, cursor = store.page(limit=3, after=cursor)
        seen += page
    assert [stored.task.id for stored in seen] == [
        task.id for task in sorted(tasks, key=lambda task: (-task.priority.value, task.id))
    ]


@pytest.mark.parametrize("cursor", ["", "x", "bm8", "W10", "WzEsIm5vIHNwYWNlcyJd", "é", "WzEsMl0"])
def test_a_cursor_of_nobody_is_refused(store: SqlTaskStore, cursor: str) -> None:
    with pytest.raises(UserError, match="cursor"):
        store.page(after=cursor)


def test_states_are_filtered_and_counted_by_the_given_time(store: SqlTaskStore) -> None:
    for task in make_tasks(3):
        store.upsert(task)
    decide(store, take(store))
    take(store)
    assert store.counts(now=NOW) == {
        State.OPEN: 1,
        State.TAKEN: 1,
        State.SNOOZED: 0,
        State.DONE: 1,
    }
    assert store.counts(now=LATER) == {
        State.OPEN: 2,
        State.TAKEN: 0,
        State.SNOOZED: 0,
        State.DONE: 1,
    }
    for now in (NOW, LATER):
        for state, number in store.counts(now=now).items():
            page, _ = store.page(Filter(states=(state,)), now=now)
            assert [stored.state for stored in page] == [state] * number


def test_take_gives_the_first_open_task(store: SqlTaskStore) -> None:
    low, high = make_task(make_claim("Low", check_worthiness=0.1)), make_task()
    for task in (low, high):
        store.upsert(task)
    first, second = take(store, "ann"), take(store, "bob")
    assert store.take_next(Actor(name="cid"), NOW, 60) is None
    assert [first.task.id, second.task.id] == [high.id, low.id]
    assert (first.state, first.reviewer, first.lease) == (State.TAKEN, "ann", 1)
    assert first.lease_until == NOW + timedelta(seconds=60)


def test_what_another_holds_or_decided_cannot_be_taken(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    held = take(store, "ann")
    with pytest.raises(Conflict, match="ann holds it") as told:
        take(store, "bob", held.task.id)
    assert told.value.current == held
    decide(store, held)
    with pytest.raises(Conflict, match="decided"):
        take(store, "ann", held.task.id)
    with pytest.raises(UnknownTask):
        take(store, "ann", "no-such-task")


def test_lease_numbers_only_grow(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    first = take(store, "ann")
    renewed = take(store, "ann", first.task.id)
    store.act(renewed.task.id, Release(lease=renewed.lease), Actor(name="ann"), NOW)
    assert [first.lease, renewed.lease, take(store, "bob").lease] == [1, 2, 3]


def test_an_expired_lease_is_open_again_and_its_old_holder_is_told(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    ann = take(store, "ann")
    expired = store.get(ann.task.id, now=LATER)
    assert expired is not None
    assert (expired.state, expired.reviewer) == (State.OPEN, None)
    bob = take(store, "bob", now=LATER)
    with pytest.raises(Conflict, match="bob holds it under lease 2") as told:
        decide(store, ann, "Late.")
    assert told.value.current.reviewer == "bob"
    assert told.value.draft is not None
    assert (told.value.draft.reviewer, told.value.draft.rationale) == ("ann", "Late.")
    assert decide(store, bob).state is State.DONE


def test_a_lease_that_ran_out_unnoticed_can_still_submit(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    ann = take(store, "ann")
    assert decide(store, ann, now=LATER).state is State.DONE


def test_release_needs_the_current_lease(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    held = take(store, "ann")
    for reviewer, lease in (("bob", held.lease), ("ann", held.lease + 1)):
        with pytest.raises(Conflict):
            store.act(held.task.id, Release(lease=lease), Actor(name=reviewer), NOW)
    released = store.act(held.task.id, Release(lease=held.lease), Actor(name="ann"), NOW)
    assert released.state is State.OPEN
    with pytest.raises(UnknownTask):
        store.act("no-such-task", Release(lease=1), Actor(name="ann"), NOW)


def test_a_decision_is_idempotent_and_a_second_thought_is_not(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    held = take(store)
    done = decide(store, held)
    assert done.verdict is not None
    assert decide(store, held, now=LATER) == done
    with pytest.raises(Conflict, match="decided"):
        decide(store, held, "On second thought.")
    assert store.unpublished() == [done.verdict]


def test_the_outbox_keeps_order_and_forgets_what_is_published(store: SqlTaskStore) -> None:
    for task in make_tasks(3):
        store.upsert(task)
    held = [take(store) for _ in range(3)]
    verdicts = [decide(store, one).verdict for one in held]
    assert store.unpublished(limit=2) == verdicts[:2]
    store.mark_published([str(verdicts[0] and verdicts[0].id)])
    store.mark_published([str(verdicts[0] and verdicts[0].id)])
    assert store.unpublished() == verdicts[1:]
    decide(store, held[0])
    assert store.unpublished() == verdicts[1:]
    store.mark_published([])


def test_racing_takers_get_each_task_exactly_once(store: SqlTaskStore) -> None:
    for task in make_tasks(12):
        store.upsert(task)
    start = threading.Barrier(6)

    def reviewer(name: str) -> list[str]:
        start.wait()
        mine = []
        while (taken := store.take_next(Actor(name=name), NOW, 60)) is not None:
            mine.append(taken.task.id)
        return mine

    with ThreadPoolExecutor(6) as pool:
        taken = [task for mine in pool.map(reviewer, "abcdef") for task in mine]
    assert sorted(taken) == sorted(task.id for task in make_tasks(12))


def test_racing_takers_of_one_task_have_one_winner(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    wanted = make_task().id
    start = threading.Barrier(5)

    def reviewer(name: str) -> bool:
        start.wait()
        try:
            return take(store, name, wanted).reviewer == name
        except Conflict:
            return False

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(reviewer, "abcde")) == [False] * 4 + [True]


def test_the_same_submit_racing_itself_is_one_verdict(store: SqlTaskStore) -> None:
    store.upsert(make_task())
    held = take(store)
    start = threading.Barrier(4)

    def submit(_: int) -> State:
        start.wait()
        return decide(store, held).state

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(submit, range(4))) == {State.DONE}
    assert (
        len(store.unpublished()) == len(list(store.verdicts())) == len(list(store.opinions())) == 1
    )


def test_racing_upserts_lose_no_sighting(store: SqlTaskStore) -> None:
    tasks = [make_task(article=make_article(f"a{n}")) for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store.upsert, tasks))
    stored = store.get(tasks[0].id)
    assert stored is not None
    assert len(stored.task.sightings) == 8


def test_evidence_of_a_merge_keeps_the_likeliest_of_each_item(store: SqlTaskStore) -> None:
    weak = make_match("e1", probability=0.3, relation=Relation.RELATED)
    strong = make_match("e1", probability=0.8)
    for match in (strong, weak):
        current = store.upsert(make_task(evidence=[match])).task
    assert current.evidence == [strong]


@pytest.mark.parametrize(
    "change",
    [
        "state = 'lost'",
        "state = 'taken'",
        "state = 'open', reviewer = 'ann'",
        "state = 'done', reviewer = 'ann'",
        "state = 'snoozed'",
        "priority = 1.5",
        "lease = -1",
    ],
)
def test_the_database_itself_refuses_what_must_not_be(
    store: SqlTaskStore, url: str, change: str
) -> None:
    store.upsert(make_task())
    engine = make_engine(url)
    with pytest.raises(exc.IntegrityError), writing(engine) as connection:
        connection.execute(text(f"UPDATE tasks SET {change}"))
    engine.dispose()


def test_setup_may_run_from_many_places_at_once(url: str) -> None:
    def setup(_: int) -> None:
        with store_at(url) as made:
            made.counts()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(setup, range(4)))
    engine = make_engine(url)
    assert versions(engine)["tasks"] == 3
    with pytest.raises(UserError, match="upgrade Claimdesk"):
        migrate(engine, "tasks", ())
    engine.dispose()


def test_every_method_says_so_when_the_database_is_away(away: SqlTaskStore) -> None:
    task = make_task()
    calls: list[Callable[[], object]] = [
        away.setup,
        lambda: away.upsert(task),
        away.page,
        lambda: away.get(task.id),
        lambda: away.take_next(Actor(name="ann"), NOW, 60),
        lambda: away.act(task.id, Release(lease=1), Actor(name="ann"), NOW),
        lambda: list(away.verdicts()),
        lambda: list(away.opinions()),
        lambda: away.views("ann"),
        lambda: away.save_view("ann", "mine", None),
        away.unpublished,
        lambda: away.mark_published(["v"]),
        away.counts,
    ]
    for call in calls:
        with pytest.raises(NotReady, match="database") as told:
            call()
        assert "secret" not in str(told.value)


@pytest.fixture(params=["sqlite", "postgresql"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> SqlTaskStore:
    """A store whose database cannot be reached; it needs no server."""
    if request.param == "sqlite":
        (tmp_path / "desk.db").mkdir()
        return SqlTaskStore(make_engine(sqlite_url(tmp_path)))
    return SqlTaskStore(make_engine("postgresql://desk:secret@127.0.0.1:1/none"))


def test_a_database_that_comes_back_is_used_again(url: str) -> None:
    with store_at(url) as made:
        made.upsert(make_task())
        if url.startswith("sqlite"):
            path = Path(url.removeprefix("sqlite:///"))
            hidden = path.rename(path.with_suffix(".away"))
            path.mkdir()
            made._engine.dispose()
            with pytest.raises(NotReady):
                made.counts()
            path.rmdir()
            hidden.rename(path)
        else:
            with reading(made._engine) as own:
                pid = own.scalar(text("SELECT pg_backend_pid()"))
            other = make_engine(url)
            with writing(other) as connection:
                connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            other.dispose()
        assert made.counts()[State.OPEN] == 1


def test_a_damaged_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is no database, but it is long enough" * 100)
    broken = SqlTaskStore(make_engine(sqlite_url(tmp_path)))
    for call in (broken.setup, broken.counts):
        with pytest.raises(UserError, match=r"desk\.db is damaged or no database.*restore it"):
            call()


@pytest.fixture(params=["folder", "file"])
def closed_place(request: pytest.FixtureRequest) -> Iterator[tuple[Path, Path]]:
    """A database file, and what about it the user that runs the test may not write: folder or file."""
    with tempfile.TemporaryDirectory() as made:
        folder, path = Path(made), Path(made) / "desk.db"
        if request.param == "file":
            with store_at(sqlite_url(folder)) as store:
                store.upsert(make_task())
        closed = folder if request.param == "folder" else path
        folder.chmod(0o777)
        closed.chmod(0o555)
        user = os.geteuid()
        if user == 0:  # who may write everywhere
            os.seteuid(65534)
        try:
            yield path, closed
        finally:
            os.seteuid(user)
            folder.chmod(0o777)


def test_a_database_that_this_user_may_not_write_says_so(closed_place: tuple[Path, Path]) -> None:
    path, closed = closed_place
    store = SqlTaskStore(make_engine(f"sqlite:///{path}"))

    def write() -> None:
        store.setup()  # which has nothing to write where the tables are
        store.upsert(make_task())

    with pytest.raises(UserError, match=rf"not writable by this user: {closed};.*CLAIMDESK_DATA_"):
        write()


def test_a_database_that_takes_no_writes_is_not_ready(url: str) -> None:
    with store_at(url) as made:
        made.upsert(make_task())
        if url.startswith("sqlite"):
            read_only = f"sqlite:///file:{url.removeprefix('sqlite:///')}?mode=ro&uri=true"
        else:
            parsed = make_url(url)
            options = f"{parsed.query['options']} -c default_transaction_read_only=on"
            parsed = parsed.update_query_dict({"options": options})
            read_only = parsed.render_as_string(hide_password=False)
        standby = SqlTaskStore(make_engine(read_only))
        with pytest.raises(NotReady, match="database"):
            standby.take_next(Actor(name="ann"), NOW, 60)
        standby._engine.dispose()

"""What every registry of feeds promises, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.ports.feed_registry import Feed, FeedRegistry, Page, feed_id
from services.runtime.errors import NotReady

NOW = datetime(2024, 5, 6, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNTIL = NOW + 10 * MINUTE
ONE, TWO = "https://one.example/feed", "https://two.example/feed"


@pytest.fixture
def registry(url: str) -> Iterator[FeedRegistry]:
    engine = make_engine(url)
    made = SqlFeedRegistry(engine)
    made.setup()
    yield made
    engine.dispose()


def add(registry: FeedRegistry, *addresses: str, seed: bool = False) -> list[Feed]:
    return registry.add([(one, None) for one in addresses], "ada", NOW, seed=seed)


def taken(registry: FeedRegistry, now: datetime = NOW, most: int = 9) -> list[str]:
    return [feed.address for feed in registry.take(now, now + 10 * MINUTE, most)]


def test_nothing_is_known_at_first(registry: FeedRegistry) -> None:
    assert registry.feeds() == []
    assert registry.find(ONE) is None
    assert registry.take(NOW, UNTIL, 5) == []
    assert registry.next_due() is None
    assert registry.due(NOW) == 0
    assert registry.health(NOW).active == 0
    assert not registry.remove("feed_x")
    assert registry.wake(["feed_x"], NOW) == 0


def test_a_feed_is_found_by_its_id_and_its_address(registry: FeedRegistry) -> None:
    [feed] = registry.add([(ONE, "One")], "ada", NOW, seed=False)
    assert (feed.id, feed.source, feed.address, feed.title) == (feed_id(ONE), ONE, ONE, "One")
    assert (feed.added_by, feed.added_at, feed.next_at) == ("ada", NOW, NOW)
    assert registry.find(ONE) == registry.find(feed.id) == feed
    assert registry.feeds() == [feed]


def test_adding_again_changes_nothing(registry: FeedRegistry) -> None:
    [first] = add(registry, ONE)
    assert registry.add([(ONE, "Other")], "bo", NOW + MINUTE, seed=False) == [first]
    assert registry.feeds() == [first]


def test_a_removed_feed_comes_back_by_a_person_and_not_by_the_settings(
    registry: FeedRegistry,
) -> None:
    [feed] = add(registry, ONE)
    assert registry.remove(feed.id)
    assert registry.feeds() == []
    [kept] = registry.feeds(stopped=True)
    assert kept.stopped == "removed"
    assert taken(registry) == []
    add(registry, ONE, seed=True)
    assert registry.feeds() == []
    [again] = add(registry, ONE)
    assert again.stopped is None
    assert taken(registry) == [ONE]


def test_pages_of_feeds_in_the_order_of_their_ids(registry: FeedRegistry) -> None:
    names = [f"https://{number}.example/" for number in range(7)]
    add(registry, *names)
    first = registry.feeds(most=4)
    rest = registry.feeds(after=first[-1].id, most=4)
    assert [feed.id for feed in first + rest] == sorted(map(feed_id, names))


def test_everything_that_is_settled_comes_back_as_it_was(registry: FeedRegistry) -> None:
    add(registry, ONE)
    [feed] = registry.take(NOW, UNTIL, 1)
    later = NOW + timedelta(hours=1, microseconds=250_000)
    after = replace(
        feed,
        title="Ünïcode “title”",
        next_at=later,
        etag="W/\"a 'strange' tag\"",
        last_modified="Sat, 1 Jan 2022  00:00:00 GMT",
        fresh_at=NOW,
        not_before=later,
        asked_at=NOW,
        succeeded_at=NOW,
        failures=3,
        failed_at=NOW,
        reason="timeout",
        error="too slow",
        arrivals=(NOW - MINUTE, NOW),
        asks=timedelta(minutes=30),
        interval=timedelta(seconds=90.5),
        items=10,
        new=5,
        revised=2,
        rejected=1,
        copies=3,
    )
    assert registry.settle(after, NOW)
    assert registry.find(ONE) == after
    assert after.copies_share == 0.6
    [stopped] = registry.take(later, later + MINUTE, 1)
    assert registry.settle(replace(stopped, stopped="gone"), later)
    assert [one.stopped for one in registry.feeds(stopped=True)] == ["gone"]


def test_a_taken_feed_is_nobody_elses_until_it_is_settled(registry: FeedRegistry) -> None:
    add(registry, ONE)
    [feed] = registry.take(NOW, UNTIL, 5)
    assert taken(registry) == []
    assert registry.due(NOW) == 0
    assert registry.next_due() == UNTIL
    assert registry.settle(replace(feed, next_at=NOW + 5 * MINUTE), NOW)
    assert registry.next_due() == NOW + 5 * MINUTE
    assert taken(registry, NOW + 4 * MINUTE) == []
    assert taken(registry, NOW + 5 * MINUTE) == [ONE]


def test_a_lease_that_ran_out_is_taken_by_another_and_the_first_one_writes_nothing(
    registry: FeedRegistry,
) -> None:
    add(registry, ONE)
    [dead] = registry.take(NOW, UNTIL, 1)
    assert taken(registry, UNTIL - MINUTE) == []
    [alive] = registry.take(UNTIL, UNTIL + MINUTE, 1)
    assert alive.lease == dead.lease + 1
    assert not registry.settle(replace(dead, etag="dead", next_at=UNTIL), UNTIL)
    assert registry.settle(replace(alive, etag="alive"), UNTIL)
    assert not registry.settle(replace(alive, etag="twice"), UNTIL)
    found = registry.find(ONE)
    assert found is not None
    assert found.etag == "alive"


def test_the_longest_due_come_first(registry: FeedRegistry) -> None:
    names = [f"https://{number}.example/" for number in range(4)]
    for number, name in enumerate(names):
        registry.add([(name, None)], "ada", NOW - number * MINUTE, seed=False)
    assert taken(registry, most=3) == names[:0:-1]


def test_a_host_is_asked_by_one_at_a_time_and_rests_in_between(registry: FeedRegistry) -> None:
    add(registry, "https://h.example/1", "https://H.example/2", ONE)
    first = registry.take(NOW, UNTIL, 9)
    assert len(first) == 2
    assert taken(registry) == []
    (shared,) = [feed for feed in first if "example/f" not in feed.address]
    registry.settle(replace(shared, next_at=UNTIL), NOW + MINUTE)
    assert taken(registry, NOW) == []
    assert registry.due(NOW) == 1  # within a minute
    assert registry.next_due() == NOW + MINUTE
    assert len(taken(registry, NOW + MINUTE)) == 1


def test_files_have_no_host_to_share(registry: FeedRegistry) -> None:
    add(registry, "one.xml", "two.xml")
    assert taken(registry) == sorted(["one.xml", "two.xml"], key=feed_id)


def test_one_can_ask_for_some_only(registry: FeedRegistry) -> None:
    one, two = add(registry, ONE, TWO)
    assert [feed.id for feed in registry.take(NOW, UNTIL, 9, [two.id])] == [two.id]
    assert registry.due(NOW, [two.id]) == 0
    assert registry.due(NOW, [one.id, two.id]) == 1


def test_waking_makes_due_but_for_what_a_server_asked_for(registry: FeedRegistry) -> None:
    add(registry, ONE, TWO)
    for feed in registry.take(NOW, UNTIL, 2):
        until = UNTIL if feed.address == TWO else None
        registry.settle(replace(feed, next_at=NOW + 60 * MINUTE, not_before=until), NOW)
    assert registry.wake([feed_id(ONE), feed_id(TWO)], NOW + MINUTE) == 2
    assert taken(registry, NOW + MINUTE) == [ONE]
    assert taken(registry, UNTIL) == [TWO]


def test_a_feed_that_moved_keeps_what_its_articles_are_known_by(registry: FeedRegistry) -> None:
    [feed] = add(registry, ONE)
    [leased] = registry.take(NOW, UNTIL, 1)
    registry.settle(replace(leased, address=TWO), NOW)
    for name in (ONE, TWO, feed.id):
        found = registry.find(name)
        assert found is not None
        assert (found.id, found.source, found.address) == (feed.id, ONE, TWO)
    assert add(registry, ONE, TWO) == [found, found]
    assert len(registry.feeds(stopped=True)) == 1


def test_a_feed_that_moved_to_another_ones_place_is_stopped(registry: FeedRegistry) -> None:
    add(registry, ONE, TWO)
    leased = {feed.address: feed for feed in registry.take(NOW, UNTIL, 2)}
    assert registry.settle(replace(leased[ONE], address=TWO), NOW)
    by_id = {feed.id: feed for feed in registry.feeds(stopped=True)}
    assert by_id[feed_id(ONE)].stopped == "moved"
    assert by_id[feed_id(ONE)].address == ONE
    assert by_id[feed_id(TWO)].stopped is None


def test_a_person_who_removes_a_feed_while_it_is_read_is_obeyed(registry: FeedRegistry) -> None:
    add(registry, ONE)
    [leased] = registry.take(NOW, UNTIL, 1)
    registry.remove(leased.id)
    registry.settle(leased, NOW)
    assert registry.feeds() == []


def test_health_counts(registry: FeedRegistry) -> None:
    add(registry, ONE, TWO, "https://three.example/")
    registry.remove(feed_id("https://three.example/"))
    for feed in registry.take(NOW, UNTIL, 2):
        good = feed.address == ONE
        after = replace(feed, new=4, copies=1) if good else replace(feed, failures=2)
        registry.settle(replace(after, succeeded_at=NOW if good else None), NOW)
    health = registry.health(NOW + timedelta(hours=1))
    assert (health.active, health.stopped, health.failing, health.never_read) == (2, 1, 1, 1)
    assert (health.overdue, health.new, health.copies) == (2, 4, 1)


def test_pages_are_remembered_replaced_and_forgotten(registry: FeedRegistry) -> None:
    page = Page("k", "h", NOW, NOW, whole=True)
    registry.record_pages([page, replace(page, key="other")])
    later = replace(page, given="i", checked_at=NOW + MINUTE, missing=2, gone=True)
    registry.record_pages([later])
    registry.record_pages([])
    assert registry.pages(["k", "unknown"]) == {"k": later}
    assert registry.forget_pages(NOW + MINUTE) == 1
    assert registry.pages(["k", "other"]) == {"k": later}


def test_many_takers_at_once_never_share_a_feed_or_a_host(registry: FeedRegistry) -> None:
    names = [f"https://h{number % 15}.example/{number}" for number in range(60)]
    add(registry, *names)
    got: list[Feed] = []
    start = threading.Barrier(4)

    def take() -> None:
        start.wait()
        for _ in range(4):
            got.extend(registry.take(NOW, UNTIL, 3))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hosts = [feed.address.split("/")[2] for feed in got]
    assert sorted(hosts) == sorted({f"h{number}.example" for number in range(15)})


def test_more_ids_than_one_statement_takes(registry: FeedRegistry) -> None:
    names = [f"https://{number}.example/" for number in range(1_201)]
    feeds = add(registry, *names)
    ids = [feed.id for feed in feeds]
    assert registry.due(NOW, ids) == len(ids)
    assert registry.wake(ids, NOW) == len(ids)
    assert len(registry.take(NOW, UNTIL, 2_000, ids)) == len(ids)


def test_what_is_known_is_there_for_the_next_process(url: str) -> None:
    for _ in range(2):
        engine = make_engine(url)
        made = SqlFeedRegistry(engine)
        made.setup()
        add(made, ONE)
        assert [feed.address for feed in made.feeds()] == [ONE]
        engine.dispose()


def test_a_database_that_is_away_is_not_ready() -> None:
    away = SqlFeedRegistry(make_engine("postgresql://nobody@127.0.0.1:9/none"))
    feed = Feed("f", ONE, ONE, "ada", NOW, NOW)
    for act in (
        lambda: add(away, ONE),
        lambda: away.find(ONE),
        away.feeds,
        lambda: away.remove("f"),
        lambda: away.take(NOW, UNTIL, 1),
        lambda: away.settle(feed, NOW),
        lambda: away.health(NOW),
        away.next_due,
        lambda: away.pages(["k"]),
    ):
        with pytest.raises(NotReady):
            act()

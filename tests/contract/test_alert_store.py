"""What every alert store promises, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.adapters.sql import make_engine
from services.adapters.sql_alerts import SqlAlertStore
from services.ports.alert_store import AlertStore, Delivery, DeliveryState
from services.runtime.errors import NotReady
from tests.support.alerts import NOW, SECRET, make_notification, make_subscription

SOON = NOW + timedelta(seconds=90)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(url: str) -> Iterator[AlertStore]:
    engine = make_engine(url)
    made = SqlAlertStore(engine)
    made.setup()
    yield made
    engine.dispose()


def ids(deliveries: list[Delivery]) -> list[str]:
    return [delivery.notification.id for delivery in deliveries]


def test_a_subscription_comes_back_whole(store: AlertStore) -> None:
    subscription = make_subscription(webhook_url="https://hooks.example/a?b=1")
    store.add(subscription)
    found = store.get(subscription.id)
    assert found == subscription
    assert found is not None
    assert found.secret is not None
    assert found.secret.get_secret_value() == SECRET
    assert store.subscriptions() == [subscription]
    assert store.get("another") is None


def test_adding_again_replaces(store: AlertStore) -> None:
    store.add(make_subscription(query="one"))
    store.add(make_subscription(query="two"))
    assert [row.query for row in store.subscriptions()] == ["two"]


def test_removed_and_disabled(store: AlertStore) -> None:
    store.add(make_subscription("s1"))
    store.add(make_subscription("s2"))
    assert store.disable("s1")
    assert [row.id for row in store.subscriptions()] == ["s2"]
    assert [(row.id, row.active) for row in store.subscriptions(inactive=True)] == [
        ("s1", False),
        ("s2", True),
    ]
    assert store.remove("s1")
    assert not store.remove("s1")
    assert not store.disable("s1")
    assert store.get("s1") is None


def test_the_version_grows_with_every_change_and_only_then(store: AlertStore) -> None:
    seen = [store.version()]
    store.add(make_subscription())
    seen.append(store.version())
    store.add(make_subscription(query="other"))
    seen.append(store.version())
    store.disable("s1")
    seen.append(store.version())
    store.remove("s1")
    seen.append(store.version())
    assert seen == sorted(set(seen))
    store.remove("s1")
    store.owe(make_notification(), NOW)
    assert store.version() == seen[-1]


def test_owed_once_however_often_it_is_said(store: AlertStore) -> None:
    assert store.owe(make_notification(), NOW)
    assert not store.owe(make_notification(summary="said differently"), LATER)
    assert store.due(NOW)
    (delivery,) = store.take_due(NOW, SOON)
    assert delivery == Delivery(make_notification(), DeliveryState.OWED, 0, NOW, NOW, None)
    store.record("n1", DeliveryState.DELIVERED, NOW, None)
    assert not store.owe(make_notification(), LATER)
    assert not store.due(LATER)


def test_what_is_taken_is_nobody_elses_until_the_lease_ends(store: AlertStore) -> None:
    store.owe(make_notification(), NOW)
    assert ids(store.take_due(NOW, SOON)) == ["n1"]
    assert store.take_due(NOW, SOON) == []
    assert not store.due(SOON - timedelta(seconds=1))
    assert ids(store.take_due(SOON, LATER)) == ["n1"]


def test_a_failed_attempt_is_counted_and_due_when_it_was_said(store: AlertStore) -> None:
    store.owe(make_notification(), NOW)
    store.take_due(NOW, SOON)
    store.record("n1", DeliveryState.OWED, LATER, "http_500")
    assert store.take_due(LATER - timedelta(seconds=1), SOON) == []
    (delivery,) = store.take_due(LATER, LATER + timedelta(seconds=90))
    assert (delivery.attempts, delivery.last_error, delivery.owed_at) == (1, "http_500", NOW)


def test_what_is_delivered_stays_delivered(store: AlertStore) -> None:
    store.owe(make_notification(), NOW)
    store.record("n1", DeliveryState.DELIVERED, NOW, None)
    store.record("n1", DeliveryState.OWED, NOW, "a slower process failed")
    assert [row.state for row in store.deliveries()] == [DeliveryState.DELIVERED]
    assert store.take_due(LATER, LATER) == []


def test_a_crowd_of_one_subscription_leaves_room_for_others(store: AlertStore) -> None:
    for number in range(30):
        store.owe(make_notification(f"n{number}", "crowd"), NOW)
    store.owe(make_notification("alone", "other"), NOW + timedelta(seconds=1))
    taken = store.take_due(SOON, LATER, each=10, limit=20)
    assert ids(taken) == [*(f"n{number}" for number in range(10)), "alone"]


def test_the_longest_due_come_first_within_the_limit(store: AlertStore) -> None:
    for number in (3, 1, 2):
        at = NOW + timedelta(seconds=number)
        store.owe(make_notification(f"n{number}", f"s{number}"), at)
    assert ids(store.take_due(SOON, LATER, limit=2)) == ["n1", "n2"]


def test_subscriptions_can_be_passed_over(store: AlertStore) -> None:
    store.owe(make_notification("n1", "s1"), NOW)
    store.owe(make_notification("n2", "s2"), NOW)
    assert ids(store.take_due(NOW, SOON, without=["s1"])) == ["n2"]
    assert ids(store.take_due(NOW, SOON)) == ["n1"]


def test_postponed_is_later_and_never_sooner(store: AlertStore) -> None:
    for name, subscription in (("n1", "s1"), ("n2", "s1"), ("n3", "s2")):
        store.owe(make_notification(name, subscription), NOW)
    store.record("n2", DeliveryState.OWED, LATER, "http_500")
    store.postpone(["s1"], SOON)
    assert ids(store.take_due(NOW, NOW)) == ["n3"]
    assert ids(store.take_due(SOON, SOON, without=["s2"])) == ["n1"]
    assert [row.attempts for row in store.deliveries()] == [0, 1, 0]


def test_released_is_due_again_at_once_without_an_attempt(store: AlertStore) -> None:
    store.owe(make_notification("n1"), NOW)
    store.owe(make_notification("n2"), NOW)
    store.take_due(NOW, LATER)
    store.record("n2", DeliveryState.DELIVERED, NOW, None)
    store.release([], NOW)
    store.release(["n1", "n2"], NOW)
    assert [(row.notification.id, row.attempts) for row in store.take_due(NOW, LATER)] == [
        ("n1", 0)
    ]


def test_deliveries_newest_first_by_state(store: AlertStore) -> None:
    for number in range(3):
        store.owe(make_notification(f"n{number}"), NOW)
    store.record("n1", DeliveryState.GIVEN_UP, NOW, "over")
    assert ids(store.deliveries()) == ["n2", "n1", "n0"]
    assert ids(store.deliveries(limit=1)) == ["n2"]
    assert ids(store.deliveries([DeliveryState.GIVEN_UP])) == ["n1"]
    assert ids(store.deliveries([DeliveryState.OWED])) == ["n2", "n0"]


def test_takers_at_the_same_time_share_and_never_double(store: AlertStore) -> None:
    names = [f"n{number}" for number in range(60)]
    for number, name in enumerate(names):
        store.owe(make_notification(name, f"s{number % 6}"), NOW)
    start = threading.Barrier(4)

    def take(_: int) -> list[str]:
        start.wait()
        taken: list[str] = []
        while more := store.take_due(NOW, LATER, each=3, limit=7):
            taken += ids(more)
        return taken

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(take, range(4)))
    together = [name for share in shares for name in share]
    assert len(together) == len(set(together))
    # A taker that found rows locked may have stopped early; nothing is lost by that.
    rest = []
    while more := store.take_due(NOW, LATER):
        rest += ids(more)
    assert sorted(together + rest) == sorted(names)


def test_a_database_that_is_away_is_not_ready() -> None:
    away = SqlAlertStore(make_engine("postgresql://nobody@127.0.0.1:9/none"))
    with pytest.raises(NotReady):
        away.version()
    with pytest.raises(NotReady):
        away.owe(make_notification(), NOW)
    with pytest.raises(NotReady):
        away.take_due(NOW, SOON)

"""What every alert store promises, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from schemas.notification import Notification
from schemas.subscription import Digest, EventKind, OncePer
from services.adapters.sql import make_engine
from services.adapters.sql_alerts import SqlAlertStore
from services.adapters.vault import FernetVault, new_key
from services.ports.alert_store import (
    DIGEST_SIZE,
    AlertStore,
    Delivery,
    DeliveryState,
    Standing,
)
from services.runtime.errors import NotReady
from tests.support.alerts import NOW, SECRET, VAULT, make_notification, make_subscription

SOON = NOW + timedelta(seconds=90)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(url: str) -> Iterator[AlertStore]:
    engine = make_engine(url)
    made = SqlAlertStore(engine, VAULT)
    made.setup()
    yield made
    engine.dispose()


def ids(deliveries: list[Delivery]) -> list[str]:
    return [delivery.notification.id for delivery in deliveries]


def ids_of(notifications: list[Notification]) -> list[str]:
    return [notification.id for notification in notifications]


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


def test_endpoints_can_be_passed_over(store: AlertStore) -> None:
    store.add(make_subscription("s1", webhook_url="https://HOOKS.example/a"))
    store.add(make_subscription("s2"))
    for number in (1, 2, 3):
        store.owe(make_notification(f"n{number}", f"s{number}"), NOW)
    assert ids(store.take_due(NOW, NOW, without=["https://hooks.example"])) == ["n2", "n3"]
    # What is owed to nobody any more goes where the log goes, which has one worker.
    assert ids(store.take_due(NOW, SOON, without=[""])) == ["n1"]


def test_postponed_is_later_and_never_sooner(store: AlertStore) -> None:
    store.add(make_subscription("s1", webhook_url="https://hooks.example/a"))
    store.add(make_subscription("s2", webhook_url="https://hooks.example/b"))
    for name, subscription in (("n1", "s1"), ("n2", "s1"), ("n3", "s2")):
        store.owe(make_notification(name, subscription), NOW)
    store.record("n2", DeliveryState.OWED, LATER, "http_500")
    store.postpone(SOON, address="https://hooks.example/a")
    assert ids(store.take_due(NOW, NOW)) == ["n3"]
    store.postpone(SOON, endpoint="https://hooks.example")
    assert store.take_due(NOW, NOW) == []
    assert ids(store.take_due(SOON, SOON)) == ["n1", "n3"]
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


def test_subscriptions_of_an_owner_and_deliveries_of_a_subscription(store: AlertStore) -> None:
    for name, owner in (("s1", "ana"), ("s2", "bob")):
        store.add(make_subscription(name, owner=owner))
        store.owe(make_notification(f"of {name}", name), NOW)
    store.disable("s1")
    assert store.subscriptions(owner="ana") == []
    assert [row.id for row in store.subscriptions(inactive=True, owner="ana")] == ["s1"]
    assert ids(store.deliveries(about="s2")) == ["of s2"]
    assert store.deliveries(about="nothing") == []


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


def test_every_setting_comes_back(store: AlertStore) -> None:
    subscription = make_subscription(
        query="",
        types=(EventKind.CLAIM,),
        like="The bridge cost 12 million euros",
        like_threshold=0.8,
        chat_url=SecretStr("discord://1234567890/abcdefghijklmnop"),
        feed_hash="f" * 64,
        digest=Digest.DAILY,
        daily_at=time(7, 30),
        quiet_from=time(22),
        quiet_to=time(6, 15),
        time_zone="Europe/Berlin",
        hourly_cap=3,
        once_per=OncePer.STORY,
        follow_up=False,
    )
    store.add(subscription)
    assert store.get("s1") == subscription
    assert store.by_feed("f" * 64) == subscription
    assert store.by_feed("0" * 64) is None
    assert store.queries() == {
        "s1": Standing("", (EventKind.CLAIM,), subscription.like, 0.8, True, False)
    }
    store.disable("s1")
    assert store.by_feed("f" * 64) is None
    assert store.queries() == {}


def test_secrets_are_not_in_the_database(url: str, store: AlertStore) -> None:
    chat = "discord://1234567890/abcdefghijklmnop"
    store.add(
        make_subscription(
            webhook_url="https://hooks.example/a",
            previous_secret=SecretStr("whsec_cHJldmlvdXM="),
            previous_until=LATER,
            chat_url=SecretStr(chat),
        )
    )
    engine = make_engine(url)
    with engine.connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM subscriptions")).all())
    engine.dispose()
    for secret in (SECRET, SECRET.removeprefix("whsec_"), "cHJldmlvdXM", chat, "abcdefghijklmnop"):
        assert secret not in stored


def test_keys_are_rotated_and_the_old_one_can_go(url: str) -> None:
    old, new = new_key(), new_key()
    engine = make_engine(url)
    first = SqlAlertStore(engine, FernetVault(old))
    first.setup()
    first.add(make_subscription(webhook_url="https://hooks.example/a"))
    first.add(make_subscription("s2"))
    only_new = SqlAlertStore(engine, FernetVault(new))
    with pytest.raises(NotReady, match="alert keys"):
        only_new.get("s1")
    assert only_new.get("s2") is not None, "what has no secret needs no key"
    both = SqlAlertStore(engine, FernetVault(f"{new},{old}"))
    assert both.get("s1") == first.get("s1")
    assert both.rekey() == 1
    found = only_new.get("s1")
    assert found is not None
    assert found.secret is not None
    assert found.secret.get_secret_value() == SECRET
    engine.dispose()


def test_a_database_of_an_earlier_build_is_brought_up_to_date(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE claimdesk_schema (component VARCHAR(64) PRIMARY KEY, version INTEGER NOT NULL)",
            "INSERT INTO claimdesk_schema VALUES ('alerts', 1)",
            (
                "CREATE TABLE subscriptions (id VARCHAR(512) PRIMARY KEY, owner VARCHAR(512) NOT NULL, query TEXT "
                "NOT NULL, webhook_url TEXT, secret TEXT, active BOOLEAN NOT NULL, created_at TIMESTAMP NOT NULL)"
            ),
            "INSERT INTO subscriptions VALUES ('s1', 'ana', 'bridge', NULL, NULL, TRUE, '2024-05-02 12:00:00')",
            "CREATE TABLE subscription_changes (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)",
            (
                "CREATE TABLE deliveries (seq INTEGER PRIMARY KEY, notification_id VARCHAR(512) UNIQUE NOT NULL, "
                "subscription_id VARCHAR(512) NOT NULL, notification TEXT NOT NULL, state VARCHAR(16) NOT NULL, "
                "attempts INTEGER NOT NULL, owed_at TIMESTAMP NOT NULL, next_attempt_at TIMESTAMP NOT NULL, "
                "last_error TEXT)"
            ),
        ):
            connection.execute(text(statement))
    store = SqlAlertStore(engine, VAULT)
    store.setup()
    store.setup()
    (found,) = store.subscriptions()
    assert (found.id, found.owner, found.digest) == ("s1", "ana", Digest.IMMEDIATE)
    assert store.due(NOW) is False
    engine.dispose()


def held(store: AlertStore, *names: str, digest: str = "d", at: datetime = SOON) -> None:
    for name in names:
        assert store.owe(make_notification(name), NOW, at=at, digest=digest)


def test_alerts_of_a_digest_go_out_together(store: AlertStore) -> None:
    held(store, "n1", "n2")
    assert not store.owe(make_notification("n1"), NOW, at=SOON, digest="another")
    assert store.take_due(NOW, LATER) == []
    (delivery,) = store.take_due(SOON, LATER)
    assert delivery.notification.event_type == "digest"
    assert delivery.notification.subscription_id == "s1"
    assert [row.id for row in store.seal(delivery.notification.id)] == ["n1", "n2"]
    store.record(delivery.notification.id, DeliveryState.OWED, LATER, "http_500")
    assert {row.state for row in store.deliveries()} == {DeliveryState.OWED, DeliveryState.HELD}
    store.record(delivery.notification.id, DeliveryState.DELIVERED, LATER, None)
    assert {row.state for row in store.deliveries()} == {DeliveryState.DELIVERED}


def test_a_digest_that_is_under_way_takes_no_more(store: AlertStore) -> None:
    held(store, "n1")
    (first,) = store.take_due(SOON, LATER)
    store.seal(first.notification.id)
    held(store, "n2")
    (second,) = store.take_due(SOON, LATER)
    assert second.notification.id != first.notification.id
    assert [row.id for row in store.seal(first.notification.id)] == ["n1"]
    assert [row.id for row in store.seal(second.notification.id)] == ["n2"]


def test_a_digest_holds_so_many_and_nothing_is_lost(store: AlertStore) -> None:
    names = [f"n{number}" for number in range(DIGEST_SIZE + 2)]
    held(store, *names)
    digests = store.take_due(SOON, LATER)
    members = [[row.id for row in store.seal(one.notification.id)] for one in digests]
    assert [len(row) for row in members] == [DIGEST_SIZE, 2]
    assert [name for row in members for name in row] == names


def test_digests_of_two_subscriptions_are_two(store: AlertStore) -> None:
    store.owe(make_notification("n1", "s1"), NOW, at=SOON, digest="d1")
    store.owe(make_notification("n2", "s2"), NOW, at=SOON, digest="d2")
    taken = store.take_due(SOON, LATER)
    assert sorted(row.notification.subscription_id for row in taken) == ["s1", "s2"]


def test_what_was_told_of_a_task_and_of_an_article(store: AlertStore) -> None:
    store.owe(make_notification("n1", "s1", task_id="t1", article_id="a1"), NOW)
    store.owe(make_notification("n2", "s1", task_id="t1", article_id="a2"), NOW)
    store.owe(make_notification("n3", "s2", task_id="t1"), NOW, at=SOON, digest="d")
    assert {name: ids_of(rows) for name, rows in store.told(task_id="t1").items()} == {
        "s1": ["n1", "n2"],
        "s2": ["n3"],
    }
    assert {name: ids_of(rows) for name, rows in store.told(article_id="a2").items()} == {
        "s1": ["n2"]
    }
    assert store.told(task_id="t2") == {}


def test_how_many_single_alerts_came_lately(store: AlertStore) -> None:
    store.owe(make_notification("n1"), NOW - timedelta(hours=2))
    store.owe(make_notification("n2"), NOW)
    store.owe(make_notification("n3", "s2"), NOW)
    held(store, "n4")
    assert store.owed_since("s1", NOW - timedelta(hours=1)) == 1


def test_a_feed_and_what_came_after(store: AlertStore) -> None:
    for number in range(4):
        store.owe(make_notification(f"n{number}"), NOW)
    store.owe(make_notification("m1", "s2"), NOW)
    held(store, "n4")
    assert ids_of(store.feed("s1")) == ["n4", "n3", "n2", "n1", "n0"]
    assert ids_of(store.feed("s1", limit=2)) == ["n4", "n3"]
    assert ids_of(store.feed("s1", after="n1")) == ["n2", "n3", "n4"]
    assert ids_of(store.feed("s1", after="n1", limit=1)) == ["n2"]
    assert store.feed("s1", after="n4") == []
    assert len(store.feed("s1", after="unknown")) == 5
    assert len(store.feed("s1", after="m1")) == 5, "another's alert is not known here"


def test_every_attempt_is_kept(store: AlertStore) -> None:
    store.owe(make_notification("n1"), NOW)
    store.record("n1", DeliveryState.OWED, LATER, "http_500", at=NOW)
    store.record("n1", DeliveryState.DELIVERED, LATER, None)
    store.record("n1", DeliveryState.OWED, LATER, "too late to count")
    store.record("none", DeliveryState.OWED, LATER, "nobody's")
    held(store, "n2")
    store.record("d.1", DeliveryState.DELIVERED, LATER, None)
    assert [
        (row.notification_id, row.state.value, row.at, row.error) for row in store.attempts()
    ] == [
        ("d.1", "delivered", LATER, None),
        ("n1", "delivered", LATER, None),
        ("n1", "owed", NOW, "http_500"),
    ]
    assert len(store.attempts("s1")) == 3
    assert len(store.attempts("s2")) == 0
    assert [row.error for row in store.attempts("n1", limit=1)] == [None]
    assert [row.notification_id for row in store.attempts("n2")] == ["d.1"]


def test_a_replayed_alert_is_owed_again_with_its_id(store: AlertStore) -> None:
    store.owe(make_notification("n1"), NOW)
    store.record("n1", DeliveryState.GIVEN_UP, NOW, "over")
    held(store, "n2")
    store.record("d.1", DeliveryState.DELIVERED, LATER, None)
    assert store.replay("n1", LATER)
    assert store.replay("n2", LATER)
    assert not store.replay("none", LATER)
    taken = store.take_due(LATER, LATER)
    assert [(row.notification.id, row.attempts, row.owed_at) for row in taken] == [
        ("n1", 0, LATER),
        ("n2", 0, LATER),
    ]
    assert store.replay("d.1", LATER)
    assert ids_of(store.seal("d.1")) == ["n2"]


def test_a_database_that_is_away_is_not_ready() -> None:
    away = SqlAlertStore(make_engine("postgresql://nobody@127.0.0.1:9/none"), VAULT)
    with pytest.raises(NotReady):
        away.version()
    with pytest.raises(NotReady):
        away.owe(make_notification(), NOW)
    with pytest.raises(NotReady):
        away.take_due(NOW, SOON)

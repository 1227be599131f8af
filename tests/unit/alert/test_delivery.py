"""Deliveries to endpoints of every temper."""

import json
import logging
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from services.adapters.http import HttpWeb
from services.alert.schedule import ENDPOINT_LONGEST, GIVE_UP, LONGEST, next_attempt, rest
from services.alert.service import EACH, Deliverer
from services.ports.alert_store import DeliveryState
from services.ports.web import Response, WebError
from services.runtime.clock import FakeClock, SystemClock
from services.runtime.errors import NotReady
from services.runtime.settings import Settings
from tests.support.alerts import (
    NOW,
    SECRET,
    alert_store,
    channels,
    make_notification,
    make_subscription,
)
from tests.support.receiver import Answer, Asked, receiving

HOOK = "https://hooks.example/a"


class FakeWeb:
    """Endpoints that answer with a status, or fail; what they got, in order."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[], int]] = {}
        self.headers: dict[str, str] = {}
        self.got: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.lock = threading.Lock()

    def check(self, url: str) -> None:
        pass

    def get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        raise NotImplementedError

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        with self.lock:
            self.got.append((url, headers["webhook-id"]))
            self.bodies.append(body)
        status = self.answers.get(url, lambda: 200)()
        if not status:
            raise WebError("timeout", "it never answered")
        return Response(url, status, self.headers)

    def ids(self, url: str = HOOK) -> list[str]:
        return [name for asked, name in self.got if asked == url]


class Bench:
    """A deliverer that works one turn at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock(NOW)
        self.store = alert_store(folder)
        self.web = FakeWeb()
        self.deliverer = Deliverer(
            Settings(data_dir=folder), self.store, self.clock, channels(self.web), random.Random(1)
        )

    def owe(self, *names: str, subscription: str = "s1") -> None:
        for name in names:
            self.store.owe(make_notification(name, subscription), self.clock.now())

    def turn(self, seconds: float = 0, stop: bool = False) -> bool:
        self.clock.advance(seconds)
        event = threading.Event()
        if stop:
            event.set()
        with ThreadPoolExecutor(8) as pool:
            started = self.deliverer.start_due(pool, event)
        self.deliverer.finish()
        return started

    def states(self) -> dict[str, tuple[str, int]]:
        rows = self.store.deliveries(limit=1_000)
        return {row.notification.id: (row.state.value, row.attempts) for row in rows}

    def log(self) -> list[dict[str, Any]]:
        path = self.folder / "alerts.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.store.add(make_subscription(webhook_url=HOOK))
    return made


def test_without_a_webhook_the_log_is_the_delivery(bench: Bench) -> None:
    bench.store.add(make_subscription("quiet"))
    bench.owe("n1", subscription="quiet")
    bench.turn()
    assert bench.states() == {"n1": ("delivered", 1)}
    (line,) = bench.log()
    assert (line["id"], line["subscription_id"], line["outcome"]) == ("n1", "quiet", "delivered")
    assert line["summary"] == "To verify: «n1» — “a quotation”"
    assert bench.web.got == []


def test_with_a_webhook_both_get_it_once(bench: Bench) -> None:
    bench.owe("n1")
    bench.turn()
    bench.turn(3_600)
    assert bench.web.ids() == ["n1"]
    assert [line["id"] for line in bench.log()] == ["n1"]
    assert not bench.deliverer.owes()


@pytest.mark.parametrize("status", [0, 302, 400, 404, 429, 500, 503])
def test_a_failure_is_kept_and_tried_again_with_the_same_id(bench: Bench, status: int) -> None:
    answers = iter([status, status, 204])
    bench.web.answers[HOOK] = lambda: next(answers)
    bench.owe("n1")
    bench.turn()
    assert bench.states() == {"n1": ("owed", 1)}
    assert bench.log() == []
    (delivery,) = bench.store.deliveries()
    assert ("timeout" if status == 0 else f"http_{status}") in str(delivery.last_error)
    bench.turn(1)
    assert bench.web.ids() == ["n1"], "too soon"
    bench.turn(10)
    bench.turn(60)
    assert bench.web.ids() == ["n1"] * 3
    assert bench.states() == {"n1": ("delivered", 3)}


def test_retry_after_is_honoured(bench: Bench) -> None:
    answers = iter([429])
    bench.web.answers[HOOK] = lambda: next(answers, 200)
    bench.web.headers = {"retry-after": "3600"}
    bench.owe("n1", "n2")
    bench.turn()
    bench.turn(3_500)
    assert bench.web.ids() == ["n1"]
    bench.turn(200)
    assert sorted(set(bench.web.ids())) == ["n1", "n2"]


def test_given_up_after_days_and_said_in_the_log(bench: Bench) -> None:
    bench.web.answers[HOOK] = lambda: 500
    bench.owe("n1")
    for _ in range(40):
        bench.turn(LONGEST.total_seconds())
    ((state, attempts),) = bench.states().values()
    assert state == "given_up"
    assert attempts > 5
    (line,) = bench.log()
    assert (line["outcome"], line["error"][:8]) == ("given_up", "http_500")
    sent = len(bench.web.got)
    bench.turn(LONGEST.total_seconds())
    assert len(bench.web.got) == sent


def test_410_disables_the_subscription_and_nothing_more_is_sent(bench: Bench) -> None:
    bench.web.answers[HOOK] = lambda: 410
    bench.owe("n1", "n2", "n3")
    bench.turn()
    bench.turn(3_600)
    assert bench.web.ids() == ["n1"]
    subscription = bench.store.get("s1")
    assert subscription is not None
    assert not subscription.active
    assert {state for state, _ in bench.states().values()} == {"given_up"}


def test_what_is_owed_to_a_removed_subscription_is_given_up(bench: Bench) -> None:
    bench.owe("n1")
    bench.store.remove("s1")
    bench.turn()
    assert bench.states() == {"n1": ("given_up", 1)}
    assert "removed" in str(bench.store.deliveries()[0].last_error)


def test_what_is_owed_to_a_removed_subscription_displaces_no_worker(bench: Bench) -> None:
    """The log and removed subscriptions share a worker: a second one hid the first from `finish`."""
    bench.store.add(make_subscription("quiet"))
    reached, let_go = threading.Event(), threading.Event()
    record = bench.store.record

    def slow(name: str, *rest: Any, **more: Any) -> None:
        reached.set()
        let_go.wait(60)
        record(name, *rest, **more)

    bench.store.record = slow  # type: ignore[method-assign]
    bench.owe("q1", subscription="quiet")
    stop = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        assert bench.deliverer.start_due(pool, stop)
        assert reached.wait(60)
        bench.owe("g1", subscription="gone")
        assert not bench.deliverer.start_due(pool, stop)
        assert bench.deliverer.owes()
        let_go.set()
    bench.deliverer.finish()
    bench.turn()
    assert bench.states() == {"q1": ("delivered", 1), "g1": ("given_up", 1)}


def test_a_subscription_that_moves_to_an_endpoint_in_use_waits_for_it(bench: Bench) -> None:
    reached, let_go = threading.Event(), threading.Event()

    def hang() -> int:
        reached.set()
        let_go.wait(60)
        return 200

    bench.web.answers[HOOK] = hang
    bench.store.add(make_subscription("moved"))
    take_due = bench.store.take_due

    def moved_meanwhile(*arguments: Any, **more: Any) -> Any:
        taken = take_due(*arguments, **more)
        bench.store.add(make_subscription("moved", webhook_url=HOOK))
        return taken

    bench.owe("n1")
    stop = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        bench.deliverer.start_due(pool, stop)
        assert reached.wait(60)
        bench.owe("m1", subscription="moved")
        bench.store.take_due = moved_meanwhile  # type: ignore[method-assign]
        bench.deliverer.start_due(pool, stop)
        let_go.set()
    bench.deliverer.finish()
    assert bench.states() == {"n1": ("delivered", 1), "m1": ("owed", 0)}
    bench.turn(2)
    assert bench.web.ids() == ["n1", "m1"]


def test_a_failed_attempt_is_not_repeated_in_quiet_hours(bench: Bench) -> None:
    hours = {"quiet_from": time(12), "quiet_to": time(14)}
    bench.store.add(make_subscription(webhook_url=HOOK, **hours))
    answers = iter([500])
    bench.web.answers[HOOK] = lambda: next(answers, 200)
    bench.owe("n1")  # at noon, so it was owed before the hours were set
    bench.turn()
    bench.turn(3_600)
    assert bench.web.ids() == ["n1"]
    bench.turn(3_600)
    assert bench.web.ids() == ["n1", "n1"]


def test_a_digest_is_one_signed_request(bench: Bench) -> None:
    for name in ("n1", "n2"):
        at = bench.clock.now() + timedelta(hours=1)
        bench.store.owe(make_notification(name), bench.clock.now(), at=at, digest="d")
    bench.turn()
    answers = iter([500])
    bench.web.answers[HOOK] = lambda: next(answers, 200)
    bench.turn(3_600)
    bench.turn(60)
    assert bench.web.ids() == ["d.1", "d.1"]
    assert bench.web.bodies[0] == bench.web.bodies[1]
    body = json.loads(bench.web.bodies[0])
    assert body["type"] == "claimdesk.alert.digest"
    assert [alert["id"] for alert in body["data"]["alerts"]] == ["n1", "n2"]
    assert bench.states() == {
        "n1": ("delivered", 1),
        "n2": ("delivered", 1),
        "d.1": ("delivered", 2),
    }
    assert [(row["id"], row["digest"]) for row in bench.log()] == [("n1", "d.1"), ("n2", "d.1")]


def test_a_dead_endpoint_is_asked_once_a_turn_and_the_others_get_everything(bench: Bench) -> None:
    dead = "https://dead.example/x"
    bench.store.add(make_subscription("dead", webhook_url=dead))
    bench.web.answers[dead] = lambda: 0
    bench.owe(*(f"d{number}" for number in range(500)), subscription="dead")
    bench.owe(*(f"n{number}" for number in range(30)))
    turns = 0
    while len(bench.web.ids()) < 30:
        bench.turn(1)
        turns += 1
    assert turns <= 30 / EACH + 1
    assert len(bench.web.ids(dead)) <= turns
    assert bench.states()["d499"] == ("owed", 0)


def test_an_endpoint_that_keeps_failing_rests_longer_each_time(bench: Bench) -> None:
    bench.web.answers[HOOK] = lambda: 500
    bench.owe(*(f"n{number}" for number in range(300)))
    for _ in range(200):
        bench.turn(1)
    # After 2.5 to 5 seconds, then twice as long each time: without rest it would be 200 times.
    assert 4 <= len(bench.web.got) <= 8


def test_while_an_endpoint_is_served_nothing_more_of_it_is_taken(bench: Bench) -> None:
    reached, let_go = threading.Event(), threading.Event()

    def hang() -> int:
        reached.set()
        let_go.wait(60)
        return 200

    bench.web.answers[HOOK] = hang
    bench.store.add(make_subscription("quiet"))
    bench.owe("n1")
    stop = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        assert bench.deliverer.start_due(pool, stop)
        assert reached.wait(60)
        bench.owe("n2")
        bench.owe("q1", subscription="quiet")
        assert bench.deliverer.start_due(pool, stop)
        assert not bench.deliverer.start_due(pool, stop)
        assert bench.store.due(bench.clock.now()), "n2 was taken although nobody can serve it"
        let_go.set()
    bench.deliverer.finish()
    bench.turn()
    assert bench.web.ids() == ["n1", "n2"]


def test_one_alert_that_an_endpoint_refuses_does_not_block_its_others(bench: Bench) -> None:
    refused = "n0"
    bench.web.answers[HOOK] = lambda: 500 if bench.web.got[-1][1] == refused else 200
    bench.owe(*(f"n{number}" for number in range(5)))
    for _ in range(6):
        bench.turn(30)
    states = bench.states()
    assert {states[f"n{number}"][0] for number in range(1, 5)} == {"delivered"}
    assert states[refused][0] == "owed"


def test_subscriptions_to_one_origin_are_served_by_one_worker(bench: Bench) -> None:
    bench.store.add(make_subscription("s2", webhook_url="https://HOOKS.example/b"))
    bench.web.answers[HOOK] = bench.web.answers["https://HOOKS.example/b"] = lambda: 0
    bench.owe("n1")
    bench.owe("n2", subscription="s2")
    bench.turn()
    assert len(bench.web.got) == 1


@pytest.mark.parametrize("status", [302, 400, 404, 410, 500])
def test_a_refused_webhook_delays_no_other_on_its_host(bench: Bench, status: int) -> None:
    refused = "https://hooks.example/gone"
    bench.store.add(make_subscription("s0", webhook_url=refused))
    bench.web.answers[refused] = lambda: status
    bench.owe("r1", "r2", subscription="s0")
    bench.owe("n1", "n2")
    bench.turn()
    assert bench.web.ids() == ["n1", "n2"]
    assert bench.web.ids(refused) == ["r1"], "the refused one rests"
    bench.owe("n3")
    bench.turn()
    assert bench.web.ids() == ["n1", "n2", "n3"]
    assert bench.web.ids(refused) == ["r1"]


@pytest.mark.parametrize("status", [0, 429, 503])
def test_a_server_that_is_away_or_overloaded_rests_whole(bench: Bench, status: int) -> None:
    bench.store.add(make_subscription("s2", webhook_url="https://hooks.example/b"))
    bench.web.answers[HOOK] = bench.web.answers["https://hooks.example/b"] = lambda: status
    bench.owe("n1", "n3")
    bench.owe("n2", subscription="s2")
    bench.turn()
    bench.turn(1)
    assert len(bench.web.got) == 1


def test_told_to_stop_it_gives_back_what_it_took(bench: Bench) -> None:
    bench.owe("n1", "n2")
    bench.turn(stop=True)
    assert bench.web.got == []
    assert bench.states() == {"n1": ("owed", 0), "n2": ("owed", 0)}
    assert bench.deliverer.owes()
    bench.turn()
    assert bench.web.ids() == ["n1", "n2"]


def test_a_log_that_cannot_be_written_is_a_bad_day_and_not_a_delivery(bench: Bench) -> None:
    (bench.folder / "alerts.log").mkdir()
    bench.owe("n1")
    with pytest.raises(NotReady, match="alert log"):
        bench.turn()
    (bench.folder / "alerts.log").rmdir()
    bench.turn(120)
    assert bench.states() == {"n1": ("delivered", 1)}
    assert bench.web.ids() == ["n1", "n1"]  # at least once, and the id tells


def test_the_schedule_grows_is_capped_and_ends() -> None:
    draw = random.Random(2)
    pauses = []
    for attempts in range(1, 12):
        at = next_attempt(attempts, NOW, NOW, draw)
        assert at is not None
        pauses.append(at - NOW)
    assert pauses[:5] == sorted(pauses[:5])
    assert pauses[0] <= timedelta(seconds=5)
    assert all(LONGEST / 2 <= pause <= LONGEST for pause in pauses[-3:])
    assert next_attempt(3, NOW, NOW + GIVE_UP, draw) is None
    assert rest(50, NOW, draw) <= NOW + ENDPOINT_LONGEST
    assert len({rest(3, NOW, draw) for _ in range(5)}) == 5


def run_until(deliverer: Deliverer, done: Callable[[], object]) -> None:
    """Run it in a thread until `done` returns."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            deliverer.run(stop)
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        done()
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
    assert failures == []


def test_the_reference_library_accepts_what_a_real_receiver_gets(tmp_path: Path) -> None:
    store = alert_store(tmp_path)
    clock = SystemClock()
    settings = Settings(data_dir=tmp_path)
    with receiving() as receiver:
        store.add(make_subscription(webhook_url=f"{receiver.url}/hook?x=1"))
        store.owe(make_notification(), clock.now())
        deliverer = Deliverer(settings, store, clock, channels(HttpWeb("test", allow_private=True)))
        run_until(deliverer, lambda: receiver.wait_for(1))
    (asked,) = receiver.requests
    body = Webhook(SECRET).verify(asked.body, asked.headers)
    assert (asked.method, asked.path) == ("POST", "/hook?x=1")
    assert asked.headers["webhook-id"] == body["data"]["id"] == "n1"
    assert asked.headers["content-type"] == "application/json"
    assert body["type"] == "claimdesk.alert.task"
    assert body["data"]["summary"] == "To verify: «n1» — “a quotation”"
    assert store.deliveries()[0].state == DeliveryState.DELIVERED


@pytest.mark.parametrize("occurred_at", [None, NOW - timedelta(days=1)])
def test_a_body_has_a_time_and_stays_the_same_at_every_attempt(
    bench: Bench, occurred_at: datetime | None
) -> None:
    answers = iter([500, 500])
    bench.web.answers[HOOK] = lambda: next(answers, 200)
    bench.store.owe(make_notification(occurred_at=occurred_at), bench.clock.now())
    for _ in range(3):
        bench.turn(60)
    first, *others = bench.web.bodies
    assert others == [first, first]
    assert datetime.fromisoformat(json.loads(first)["timestamp"]) == (occurred_at or NOW)


def test_an_endpoint_that_hangs_redirects_and_fails_gets_it_in_the_end_and_holds_up_nobody(
    tmp_path: Path,
) -> None:
    store = alert_store(tmp_path)
    clock = SystemClock()
    let_go = threading.Event()
    answers = iter([lambda: let_go.wait(60), Answer(302, {"location": "/moved"}), Answer(500)])

    def moody(_: Asked) -> Answer:
        answer = next(answers, Answer())
        return answer if isinstance(answer, Answer) else (answer(), Answer(500))[1]

    with receiving(moody) as bad, receiving() as good:
        store.add(make_subscription("bad", webhook_url=bad.url))
        store.add(make_subscription("good", webhook_url=good.url))
        store.owe(make_notification("stuck", "bad"), clock.now())
        deliverer = Deliverer(
            Settings(data_dir=tmp_path), store, clock, channels(HttpWeb("test", allow_private=True))
        )

        def all_of_it() -> None:
            bad.wait_for(1)  # it hangs now, and goes on hanging until the other has everything
            for number in range(25):
                store.owe(make_notification(f"n{number}", "good"), clock.now())
            good.wait_for(25)
            assert len(bad.requests) == 1
            let_go.set()
            for count in (2, 3, 4):
                store.release(["stuck"], clock.now())
                deliverer_wakes(store, bad, count)

        run_until(deliverer, all_of_it)
    assert {asked.headers["webhook-id"] for asked in bad.requests} == {"stuck"}
    assert {asked.path for asked in bad.requests} == {"/"}, "a redirect was followed"
    Webhook(SECRET).verify(bad.requests[-1].body, bad.requests[-1].headers)


def deliverer_wakes(store: Any, receiver: Any, count: int) -> None:
    """Make what is owed due now, again and again, until the receiver was asked `count` times."""
    clock = SystemClock()
    for _ in range(600):
        with receiver.arrived:
            if receiver.arrived.wait_for(lambda: len(receiver.requests) >= count, 0.1):
                return
        rows = store.deliveries([DeliveryState.OWED])
        if rows and rows[0].attempts == count - 1:
            store.release([rows[0].notification.id], clock.now())
    pytest.fail(f"asked {len(receiver.requests)} times and not {count}")


def test_no_secret_in_logs_events_or_the_alert_log(
    bench: Bench, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = iter([500, 410])
    bench.web.answers[HOOK] = lambda: next(answers)
    bench.owe("n1")
    bench.turn()
    bench.turn(60)
    written = caplog.text + "".join(capfd.readouterr()) + (bench.folder / "alerts.log").read_text()
    assert "subscription disabled" in written or "410" in written
    assert SECRET.removeprefix("whsec_") not in written
    assert SECRET.removeprefix("whsec_") not in repr(bench.store.subscriptions(inactive=True))

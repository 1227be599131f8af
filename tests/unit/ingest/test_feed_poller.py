"""Polling: politely, each feed on its own, nothing lost."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import structlog

from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.ingest import service
from services.ingest.documents import read_document
from services.ingest.feed_facts import Reading
from services.ingest.intake import Intake
from services.ingest.item import Document, Item, Options, Refusal
from services.ingest.pace import LONGEST
from services.ingest.sandbox import Sandbox, reading_of
from services.ingest.service import FeedPoller
from services.ports.feed_registry import Feed
from services.ports.web import Response, WebError
from services.runtime.clock import FakeClock
from services.runtime.errors import NotReady
from services.runtime.settings import Settings
from tests.support.intake import DyingLedger, MemoryProducer, ledger_in

ONE = "https://one.example/feed"
TWO = "https://two.example/feed"
START = FakeClock().now()


def rss(*guids: str) -> bytes:
    rows = "".join(f"<item><guid>{guid}</guid><title>Story {guid}</title></item>" for guid in guids)
    return f"<rss version='2.0'><channel><title>F</title>{rows}</channel></rss>".encode()


class FakeWeb:
    """Answers by address; remembers when each was asked and with which headers."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.answers: dict[str, Callable[[], Response]] = {}
        self.asked: list[tuple[str, datetime, dict[str, str]]] = []

    def check(self, url: str) -> None:
        pass

    def get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        self.asked.append((url, self.clock.now(), dict(headers)))
        return self.answers[url]()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        raise NotImplementedError

    def times(self, url: str) -> list[datetime]:
        return [at for asked, at, _ in self.asked if asked == url]


class InProcess(Sandbox):
    """Parses here: these feeds are ours, and a process for each test would take seconds."""

    def read(self, document: Document, options: Options) -> Iterator[Item | Refusal]:
        return read_document(document, options)

    def read_feed(self, document: Document, options: Options) -> Reading:
        return reading_of(document, options)


class Until(FakeClock):
    """A clock that sets `stop` once so much time has passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.end = START + timedelta(seconds=seconds)

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        super().wait(seconds, stop)
        if self.now() >= self.end:
            stop.set()
        return stop.is_set()


class Bench:
    """A poller with its surroundings."""

    def __init__(
        self, folder: Path, *feeds: str, seconds: float = 0, away: int = 0, **settings: Any
    ) -> None:
        self.clock = Until(seconds)
        self.web = FakeWeb(self.clock)
        self.ledger: DyingLedger = ledger_in(folder)
        self.registry = SqlFeedRegistry(make_engine(f"sqlite:///{folder / 'desk.db'}"))
        self.registry.setup()
        self.producer = MemoryProducer(away)
        given: dict[str, Any] = {"feeds": list(feeds), "poll_seconds": 100, "data_dir": folder}
        given |= {"fetch_pages": False} | settings
        self.poller = FeedPoller(
            Settings(**given),
            Intake(self.producer, self.ledger, self.clock),
            self.registry,
            self.clock,
            self.web,
            random.Random(1),
            InProcess(),
        )

    def feed(self, name: str) -> Feed:
        found = self.registry.find(name)
        assert found is not None
        return found

    def answer(self, url: str, *answers: Response | WebError) -> None:
        """These in turn, and the last one ever after."""
        rows = iter(answers)
        last: list[Response | WebError] = []

        def say() -> Response:
            last[:] = [next(rows, last[0] if last else answers[0])]
            if isinstance(last[0], WebError):
                raise last[0]
            return last[0]

        self.web.answers[url] = say

    def run(self) -> None:
        self.poller.run(threading.Event())

    @property
    def titles(self) -> list[str]:
        return [event.data.title for event in self.producer.events]


def ok(body: bytes, **headers: str) -> Response:
    return Response(
        "", 200, {name.replace("_", "-"): value for name, value in headers.items()}, body
    )


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bench]:
    monkeypatch.setattr(service, "LOOK", 3_600.0)  # days pass here
    return lambda *feeds, **more: Bench(tmp_path, *feeds, **more)


def test_new_items_once_however_often_the_feed_is_polled(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=1_000)
    desk.answer(ONE, ok(rss("a")), ok(rss("b", "a")))
    assert desk.poller.owes()
    desk.run()
    assert desk.titles == ["Story a", "Story b"]
    assert len(desk.web.times(ONE)) > 3
    feed = desk.feed(ONE)
    assert (feed.new, feed.revised, feed.title) == (2, 0, "F")


def gaps(times: list[datetime]) -> list[float]:
    return [(after - before).total_seconds() for before, after in pairwise(times)]


def test_a_busy_feed_is_asked_at_the_shortest_pause_jittered(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=2_000)
    desk.answer(ONE, *(ok(rss(*map(str, range(n, n + 5)))) for n in range(0, 500, 5)))
    desk.run()
    found = gaps(desk.web.times(ONE))
    assert all(90 <= gap <= 111 for gap in found)
    assert len(set(found)) > len(found) / 2


def test_a_feed_that_falls_silent_is_asked_ever_less(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=400_000)
    desk.answer(ONE, ok(rss("a")))
    desk.run()
    found = gaps(desk.web.times(ONE))
    assert found[0] < 200
    assert 0.8 * LONGEST.total_seconds() < found[-1] < 1.2 * LONGEST.total_seconds()
    assert desk.feed(ONE).interval == LONGEST


@pytest.mark.parametrize(
    ("head", "headers", "least"),
    [
        ("<ttl>60</ttl>", {}, 3_600),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>12</sy:updateFrequency>", {}, 7_200),
        ("", {"cache_control": "public, max-age=5400"}, 5_400),
        ("<ttl>99999</ttl>", {}, 21_600),
        ("<ttl>soon</ttl><sy:updatePeriod>often</sy:updatePeriod>", {"cache_control": "max-age=x"}, 100),
    ],
)  # fmt: skip
def test_a_feed_is_left_alone_as_long_as_it_asks(
    bench: Callable[..., Bench], head: str, headers: dict[str, str], least: int
) -> None:
    desk = bench(ONE, seconds=50_000)
    namespace = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
    body = rss("a").replace(b"<channel>", f"<channel {namespace}>{head}".encode())
    desk.answer(ONE, ok(body, **headers))
    desk.run()
    first = gaps(desk.web.times(ONE))[0]
    assert 0.9 * least <= first <= 1.1 * least + 16


def test_validators_go_back_as_they_came(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=300)
    changed = "Sat, 1 Jan 2022  00:00:00 GMT"
    desk.answer(ONE, ok(rss("a"), etag='W/"x y"', last_modified=changed), Response("", 304))
    desk.run()
    first, second = (headers for _, _, headers in desk.web.asked[:2])
    assert not {"if-none-match", "if-modified-since"} & set(first)
    assert second["if-none-match"] == 'W/"x y"'
    assert second["if-modified-since"] == changed
    assert desk.titles == ["Story a"]


def test_a_feed_that_fails_is_asked_less_and_the_others_as_ever(
    bench: Callable[..., Bench],
) -> None:
    desk = bench(ONE, TWO, seconds=3_000)
    desk.answer(ONE, WebError("timeout", "slow"))
    desk.answer(TWO, *(ok(rss(str(number))) for number in range(100)))
    desk.run()
    assert len(desk.titles) > 20
    times = desk.web.times(ONE)
    assert gaps(times) == sorted(gaps(times))
    assert gaps(times)[-1] > 2 * gaps(times)[0]
    assert len(desk.web.times(TWO)) > 3 * len(times)
    failing = desk.feed(ONE)
    assert (failing.failures, failing.reason, failing.error) == (len(times), "timeout", "slow")


def test_a_token_in_a_feeds_address_is_never_logged(bench: Callable[..., Bench]) -> None:
    private = f"{ONE}?token=s3cret"
    desk = bench(private, seconds=3_000)
    desk.answer(private, WebError("timeout", "slow"))
    with structlog.testing.capture_logs() as logs:
        desk.run()
    assert any(row["event"] == "feed failed" for row in logs)
    assert "s3cret" not in str(logs)


def test_even_a_bug_of_ours_with_one_feed_leaves_the_others_alone(
    bench: Callable[..., Bench],
) -> None:
    desk = bench(ONE, TWO, seconds=300)

    def bug() -> Response:
        raise ZeroDivisionError

    desk.web.answers[ONE] = bug
    desk.answer(TWO, ok(rss("a")))
    desk.run()
    assert desk.titles == ["Story a"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured_in_both_forms(
    bench: Callable[..., Bench], status: int, form: str
) -> None:
    desk = bench(ONE, seconds=10_000)
    value = "5000" if form == "seconds" else format_datetime(START + timedelta(seconds=5_000))
    desk.answer(ONE, Response("", status, {"retry-after": value}), ok(rss("a")))
    desk.run()
    first, second = desk.web.times(ONE)[:2]
    assert (second - first).total_seconds() >= 5_000
    assert desk.titles == ["Story a"]


def test_a_restart_does_not_forget_to_wait(bench: Callable[..., Bench]) -> None:
    first = bench(ONE, seconds=50)
    first.answer(ONE, Response("", 503, {"retry-after": "3000"}))
    first.run()
    assert len(first.web.asked) == 1
    second = bench(ONE, seconds=3_500)
    second.answer(ONE, ok(rss("a")))
    second.run()
    assert second.web.times(ONE)[0] >= START + timedelta(seconds=3_000)


def test_too_many_requests_is_about_all_feeds_of_the_host(bench: Callable[..., Bench]) -> None:
    other = ONE + "/other"
    desk = bench(ONE, other, TWO, seconds=2_000)
    desk.answer(TWO, ok(rss("b")))
    for name in (ONE, other):
        desk.answer(name, Response("", 429, {"retry-after": "1500"}), ok(rss("a")))
    desk.run()
    refused = next(name for name, _, _ in desk.web.asked if name != TWO)
    waiting = other if refused == ONE else ONE
    assert desk.web.times(waiting)[0] >= START + timedelta(seconds=1_500)
    assert desk.web.times(TWO)[0] < START + timedelta(seconds=100)


def test_a_feed_that_is_gone_is_not_asked_again(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=3 * LONGEST.total_seconds())
    desk.answer(ONE, Response("", 410))
    desk.run()
    assert len(desk.web.asked) == 1
    assert desk.feed(ONE).stopped == "gone"


def test_a_feed_that_moved_for_good_is_asked_there_and_its_articles_stay_the_same(
    bench: Callable[..., Bench],
) -> None:
    desk = bench(ONE, seconds=2_000)
    desk.answer(ONE, replace(ok(rss("a")), moved_to=TWO))
    desk.answer(TWO, ok(rss("a", "b")))
    desk.run()
    assert len(desk.web.times(ONE)) == 1
    assert len(desk.web.times(TWO)) > 1
    assert desk.titles == ["Story a", "Story b"]
    assert {event.data.source for event in desk.producer.events} == {ONE}
    assert (desk.feed(ONE).address, desk.feed(ONE).source) == (TWO, ONE)


@pytest.mark.parametrize(
    "answer",
    [
        replace(Response("", 404), moved_to=TWO),
        replace(ok(rss("a")), moved_to="http://one.example/feed"),
    ],
)
def test_a_move_to_nothing_or_out_of_encryption_is_not_for_good(
    bench: Callable[..., Bench], answer: Response
) -> None:
    desk = bench(ONE, seconds=2_000)
    desk.answer(ONE, answer)
    desk.run()
    assert desk.feed(ONE).address == ONE
    assert len(desk.web.times(ONE)) > 1


def test_validators_are_dropped_after_eight_days_of_not_modified(
    bench: Callable[..., Bench],
) -> None:
    desk = bench(ONE, seconds=12 * 86_400)
    desk.answer(ONE, ok(rss("a"), etag="1"), Response("", 304))
    desk.run()
    bare = [at for _, at, sent in desk.web.asked if "if-none-match" not in sent]
    assert timedelta(days=8) <= bare[1] - START < timedelta(days=9)
    assert desk.feed(ONE).reason == "http_304"  # and nobody had asked whether it changed


@pytest.mark.parametrize(
    "body",
    [b"<html><body><p>Parked domain, for sale.</p></body></html>", b"Not here.", b"\x00\x01"],
)
def test_what_is_no_feed_is_no_article(bench: Callable[..., Bench], body: bytes) -> None:
    desk = bench(ONE, seconds=50)
    desk.answer(ONE, ok(body, etag="1"))
    desk.run()
    assert desk.producer.events == []
    assert desk.feed(ONE).reason == "not_a_feed"
    assert desk.feed(ONE).etag is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"", "empty"), (b"<rss><channel><item>", "incomplete"), (b"{", "not_json")],
)
def test_a_document_that_is_refused_as_a_whole_is_a_failure(
    bench: Callable[..., Bench], body: bytes, reason: str
) -> None:
    desk = bench(ONE, seconds=50)
    desk.answer(ONE, ok(body, etag="1", content_type="application/rss+xml"))
    desk.run()
    assert (desk.feed(ONE).reason, desk.feed(ONE).failures) == (reason, 1)


def test_what_was_cut_off_is_asked_again_without_validators(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=400)
    desk.answer(ONE, ok(rss("a", "b")[:-40], etag="1"), ok(rss("a", "b"), etag="1"))
    desk.run()
    assert "if-none-match" not in desk.web.asked[1][2]
    assert desk.titles == ["Story a", "Story b"]


def test_a_removed_feed_is_not_polled_although_the_settings_name_it(
    bench: Callable[..., Bench],
) -> None:
    desk = bench(ONE, seconds=50)
    [feed] = desk.registry.add([(ONE, None)], "ada", START, seed=False)
    desk.registry.remove(feed.id)
    desk.run()
    assert desk.web.asked == []
    assert not desk.poller.owes()


def test_a_feed_that_is_added_meanwhile_is_polled(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=300)
    desk.answer(TWO, ok(rss("b")))

    def add() -> Response:
        desk.registry.add([(TWO, None)], "ada", desk.clock.now(), seed=False)
        return ok(rss("a"))

    desk.web.answers[ONE] = add
    desk.run()
    assert sorted(desk.titles) == ["Story a", "Story b"]


def test_what_was_read_survives_a_log_that_is_away(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, TWO, seconds=50, away=3)
    # Asked a second time the first feed would no longer have the item.
    desk.answer(ONE, ok(rss("a"), etag="1"), Response("", 304))
    desk.answer(TWO, ok(rss("b")), ok(rss()))
    while desk.producer.away:
        with pytest.raises(NotReady):
            desk.run()
        assert desk.poller.owes()
    desk.run()
    assert sorted(desk.titles) == ["Story a", "Story b"]
    assert len(desk.web.times(ONE)) == 1


def test_validators_are_kept_only_after_the_items_are_in_the_log(
    bench: Callable[..., Bench],
) -> None:
    desk = bench(ONE, seconds=50, away=1)
    desk.answer(ONE, ok(rss("a"), etag="1"))
    with pytest.raises(NotReady):
        desk.run()
    assert desk.feed(ONE).etag is None
    desk.run()
    assert desk.feed(ONE).etag == "1"


def test_a_feed_file_is_read_again_when_it_changed(
    bench: Callable[..., Bench], tmp_path: Path
) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("a"))
    desk = bench(str(path), str(tmp_path / "missing.xml"), seconds=50)
    desk.run()
    assert desk.titles == ["Story a"]
    desk.clock.advance(-60)  # it had come to the next poll
    assert not desk.poller.owes()


def test_without_feeds_it_waits_and_owes_nothing(bench: Callable[..., Bench]) -> None:
    desk = bench(seconds=1_000)
    desk.run()
    assert not desk.poller.owes()
    assert len(desk.clock.waits) < 100  # it does not spin


def test_it_stops_when_told(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE)
    stop = threading.Event()
    stop.set()
    desk.poller.run(stop)
    assert desk.web.asked == []

"""Polling: politely, each feed on its own, nothing lost."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
import structlog

from services.ingest.documents import read_document
from services.ingest.item import Document, Item, Options, Refusal
from services.ingest.sandbox import Sandbox
from services.ingest.service import LONGEST_PAUSE, FeedPoller
from services.ports.article_ledger import FeedState
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

    def __init__(self, folder: Path, *feeds: str, seconds: float = 0, away: int = 0) -> None:
        self.clock = Until(seconds)
        self.web = FakeWeb(self.clock)
        self.ledger: DyingLedger = ledger_in(folder)
        self.producer = MemoryProducer(away)
        settings = Settings(feeds=list(feeds), poll_seconds=100, data_dir=folder)
        self.poller = FeedPoller(
            settings,
            self.producer,
            self.ledger,
            self.clock,
            self.web,
            random.Random(1),
            InProcess(),
        )

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
def bench(tmp_path: Path) -> Callable[..., Bench]:
    return lambda *feeds, **more: Bench(tmp_path, *feeds, **more)


def test_new_items_once_however_often_the_feed_is_polled(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=1_000)
    desk.answer(ONE, ok(rss("a")), ok(rss("b", "a")))
    assert desk.poller.owes()
    desk.run()
    assert desk.titles == ["Story a", "Story b"]
    assert not desk.poller.owes()
    assert len(desk.web.times(ONE)) > 5


def test_polls_are_apart_and_jittered(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=2_000)
    desk.answer(ONE, ok(rss("a")))
    desk.run()
    times = desk.web.times(ONE)
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert all(90 <= gap <= 110 for gap in gaps)
    assert len(set(gaps)) == len(gaps)


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
    desk.answer(TWO, ok(rss("a")))
    desk.run()
    assert desk.titles == ["Story a"]
    times = desk.web.times(ONE)
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 2 * gaps[0]
    assert len(desk.web.times(TWO)) > 3 * len(times)


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
    desk = bench(ONE, seconds=400)
    desk.ledger.record_feed(ONE, FeedState(not_before=START + timedelta(seconds=300)))
    desk.answer(ONE, ok(rss("a")))
    desk.run()
    assert desk.web.times(ONE)[0] >= START + timedelta(seconds=300)


def test_a_feed_that_is_gone_is_not_asked_again(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, seconds=3 * LONGEST_PAUSE.total_seconds())
    desk.answer(ONE, Response("", 410))
    desk.run()
    assert len(desk.web.asked) == 1
    assert desk.ledger.feed(ONE).gone


def test_what_was_read_survives_a_log_that_is_away(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE, TWO, seconds=50, away=3)
    # Asked a second time the first feed would no longer have the item.
    desk.answer(ONE, ok(rss("a"), etag="1"), Response("", 304))
    desk.answer(TWO, ok(rss("b")), ok(rss()))
    for _ in range(2):  # two feeds a call are refused, then one of the third call's
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
    assert desk.ledger.feed(ONE) == FeedState()
    desk.run()
    assert desk.ledger.feed(ONE).etag == "1"


def test_a_feed_file_is_read_again_when_it_changed(
    bench: Callable[..., Bench], tmp_path: Path
) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("a"))
    desk = bench(str(path), str(tmp_path / "missing.xml"), seconds=50)
    desk.run()
    assert desk.titles == ["Story a"]


def test_without_feeds_it_waits_and_owes_nothing(bench: Callable[..., Bench]) -> None:
    desk = bench(seconds=1_000)
    desk.run()
    assert not desk.poller.owes()
    assert len(desk.clock.waits) == 10  # a pause a time: it does not spin


def test_it_stops_when_told(bench: Callable[..., Bench]) -> None:
    desk = bench(ONE)
    stop = threading.Event()
    stop.set()
    desk.poller.run(stop)
    assert desk.web.asked == []

"""Feeds that misbehave, all polled in one run: none harms the process, the others, or what they gave before."""

import gc
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from services.adapters import addresses
from services.adapters.http import HttpWeb
from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.ingest.intake import Intake, Result
from services.ingest.item import Item, Refusal
from services.ingest.service import FeedPoller
from services.ports.feed_registry import Feed
from services.runtime.clock import FakeClock
from services.runtime.settings import Settings
from tests.support.intake import MemoryProducer, ledger_in
from tests.support.rude_server import QUOTED, WAYS, item, rss, serving, sized

DEADLINE = 6.0
GOOD = ("good_one", "good_two", "good_three")

REASONS = {
    "slow_drip": "timeout",
    "slow_headers": "timeout",
    "silence": "timeout",
    "endless_hints": "timeout",
    "endless_body": "too_large",
    "endless_chunks": "too_large",
    "header_bomb": "connection",
    "one_long_header": "connection",
    "redirect_loop": "too_many_redirects",
    "redirect_chain": "too_many_redirects",
    "redirect_growing": "bad_url",
    "redirect_private": "forbidden_address",
    "redirect_inside": "forbidden_address",
    "redirect_file": "bad_url",
    "redirect_nowhere": "http_302",
    "gzip_bomb": "too_large",
    "gzip_truncated": "connection",
    "gzip_that_is_none": "bad_encoding",
    "encoding_unknown": "bad_encoding",
    "length_too_long": "connection",
    "reset": "connection",
    "hangs_up": "connection",
    "no_http": "connection",
    "chunked_garbage": "connection",
    "too_many_requests": "http_429",
    "unavailable": "http_503",
    "gone": "http_410",
    "forbidden": "http_403",
    "not_modified_forever": "http_304",
    "page_instead": "not_a_feed",
    "empty": "empty",
    "zeros": "not_a_feed",
    "noise": "not_text",
    "too_many_items": "too_many_items",
    "entity_bomb": "dtd",
    "entity_of_a_file": "dtd",
    "too_deep": "too_deep",
    "long_name": "field_too_long",
}
"""Why nothing was taken from the feed."""

TITLES = {
    "length_too_short": ["1"],
    "clock_ahead": ["1"],
    "clock_behind": ["1", "2"],
    "guid_reuse": ["Story 0", "Story 1", "Story 2"],
    "guid_changes": ["One story"],
    "charset_lie": [QUOTED],
    "charset_of_none": [QUOTED],
    "cut_off": ["1"],
    "script": ["T"],
    "cookies": ["1"],
}
"""What was taken, after two rounds."""

LONG = {"ten_thousand_items": 10_000}
"""How much was taken of what is too long to be written here."""


class Quick(Intake):
    """Only counts what comes in thousands: to identify and fold it takes a minute, which others test."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.many: list[Item] = []

    def take(self, items: Iterable[Item | Refusal]) -> Iterator[Result]:
        rows = list(items)
        if len(rows) < 1_000:
            yield from super().take(rows)
            return
        self.many += [row for row in rows if isinstance(row, Item)]
        yield from (Result("unchanged", row.where, "art", 1) for row in rows)


@dataclass
class Run:
    """What two rounds over all feeds left behind."""

    feeds: dict[str, Feed]
    titles: dict[str, list[str]]
    texts: list[str]
    asked: dict[str, int]
    grown: int
    files: int
    threads: int


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with pytest.MonkeyPatch.context() as patch:
        real = addresses.is_public
        # This machine stands for the internet; everything else that is private stays private.
        patch.setattr(addresses, "is_public", lambda one: one == "127.0.0.1" or real(one))
        yield two_rounds(tmp_path_factory.mktemp("rude"))


def two_rounds(folder: Path) -> Run:
    clock, producer = FakeClock(), MemoryProducer()
    registry = SqlFeedRegistry(make_engine(f"sqlite:///{folder / 'desk.db'}"))
    registry.setup()
    intake = Quick(producer, ledger_in(folder), clock)
    settings = Settings(data_dir=folder, fetch_pages=False, poll_host_seconds=0)
    good = {
        name: (lambda r, c, p, n, name=name: sized(rss(*(item(f"{name} {m}") for m in range(n)))))
        for name in GOOD
    }
    process = psutil.Process()
    with serving(good) as rude:
        web = HttpWeb("test", resolver=rude.resolve, seconds=DEADLINE)
        names = [*WAYS, *GOOD]
        added = registry.add(
            [(rude.url(name), None) for name in names], "ada", clock.now(), seed=False
        )
        ids = {name: feed.id for name, feed in zip(names, added, strict=True)}
        poller = FeedPoller(settings, intake, registry, clock, web)
        gc.collect()
        before = process.memory_info().rss, process.num_fds(), threading.active_count()
        for _ in range(2):
            poller.run_once(list(ids.values()), threading.Event(), lambda _feed: None)
            clock.advance(4 * 3_600)
            registry.wake(list(ids.values()), clock.now())
        grown = process.memory_info().rss - before[0]
    gc.collect()
    titles: dict[str, list[str]] = defaultdict(list)
    sources = {feed.source: name for name, feed in zip(names, added, strict=True)}
    for event in producer.events:
        titles[sources[event.data.source]].append(event.data.title)
    for row in intake.many[: len(intake.many) // 2]:  # they came in both rounds
        titles[sources[row.source]].append(row.title)
    found = {name: registry.find(feed_id) for name, feed_id in ids.items()}
    return Run(
        {name: feed for name, feed in found.items() if feed is not None},
        titles,
        [event.data.model_dump_json() for event in producer.events],
        rude.asked,
        grown,
        process.num_fds() - before[1],
        threading.active_count() - before[2],
    )


def test_every_way_has_an_expectation() -> None:
    assert len(WAYS) >= 30
    assert set(WAYS) == REASONS.keys() | TITLES.keys() | LONG.keys()


@pytest.mark.parametrize("way", REASONS)
def test_the_feed_is_refused_with_its_reason(run: Run, way: str) -> None:
    feed = run.feeds[way]
    assert (feed.reason, run.titles[way]) == (REASONS[way], [])
    assert feed.failures >= 1
    assert feed.error
    assert feed.etag is None


@pytest.mark.parametrize("way", TITLES)
def test_what_is_whole_in_the_feed_is_taken_once(run: Run, way: str) -> None:
    assert sorted(run.titles[way]) == TITLES[way]
    assert run.feeds[way].reason is None


@pytest.mark.parametrize("way", LONG)
def test_a_long_feed_is_taken_whole(run: Run, way: str) -> None:
    assert len(set(run.titles[way])) == len(run.titles[way]) == LONG[way]


@pytest.mark.parametrize("name", GOOD)
def test_the_other_feeds_are_polled_in_the_same_run(run: Run, name: str) -> None:
    assert sorted(run.titles[name]) == [f"{name} 0", f"{name} 1"]
    assert run.feeds[name].failures == 0


def test_every_feed_was_asked_and_the_gone_one_only_once(run: Run) -> None:
    assert set(run.asked) == {*WAYS, *GOOD}
    assert run.asked["gone"] == 1
    assert run.feeds["gone"].stopped == "gone"
    assert run.asked["too_many_requests"] == 1  # until five o'clock
    assert run.asked["unavailable"] == 2


def test_nothing_of_this_machine_and_nothing_hostile_is_in_an_article(run: Run) -> None:
    everything = "\n".join(run.texts)
    for word in ("root:", "<script", "alert(", "onclick", "javascript:", "haha"):
        assert word not in everything


def test_nothing_leaks(run: Run) -> None:
    assert run.grown < 300_000_000
    assert run.files <= 2
    assert run.threads <= 0

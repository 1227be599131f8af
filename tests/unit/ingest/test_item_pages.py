"""Items whose feed gives only their beginning: the page is read, watched, and missed when it is gone."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.ingest.documents import read_document
from services.ingest.feed_facts import Reading
from services.ingest.intake import Intake
from services.ingest.item import Document, Item, Options, Refusal
from services.ingest.item_pages import MOST
from services.ingest.sandbox import Sandbox, reading_of
from services.ingest.service import FeedPoller
from services.ports.web import Response, WebError
from services.runtime.clock import FakeClock
from services.runtime.settings import Settings
from tests.support.intake import MemoryProducer, ledger_in

FEED = "https://post.example/feed"
PAGE = "https://post.example/bridge"
ROBOTS = "https://post.example/robots.txt"
SUMMARY = "The bridge over the harbour opened on Tuesday, the council said"
HOUR = 3_600


class InProcess(Sandbox):
    def read(self, document: Document, options: Options) -> Iterator[Item | Refusal]:
        return read_document(document, options)

    def read_feed(self, document: Document, options: Options) -> Reading:
        return reading_of(document, options)


def rss(summary: str = SUMMARY, count: int = 1) -> Response:
    rows = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><title>Bridge {n} opens</title>"
        f"<link>{PAGE}{n or ''}</link><description>{summary} …</description></item>"
        for n in range(count)
    )
    body = f"<rss version='2.0'><channel><title>Post</title>{rows}</channel></rss>"
    return Response(FEED, 200, {"content-type": "application/rss+xml"}, body.encode())


def page(end: str = "It cost 12 million euros.") -> Response:
    text = "".join(
        f"<p>{SUMMARY}, and said in paragraph {n} that all went well there. {end}</p>"
        for n in range(5)
    )
    body = f"<html><head><title>Bridge</title></head><body><article><h1>Bridge</h1>{text}</article></body></html>"
    return Response(PAGE, 200, {"content-type": "text/html"}, body.encode())


@dataclass
class Desk:
    folder: Path
    answers: dict[str, Response | WebError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock, self.producer = FakeClock(), MemoryProducer()
        self.registry = SqlFeedRegistry(make_engine(f"sqlite:///{self.folder / 'desk.db'}"))
        self.registry.setup()
        settings = Settings(data_dir=self.folder, poll_seconds=60)
        intake = Intake(self.producer, ledger_in(self.folder), self.clock)
        self.poller = FeedPoller(
            settings, intake, self.registry, self.clock, self, Random(1), InProcess()
        )
        [feed] = self.registry.add([(FEED, None)], "ada", self.clock.now(), seed=False)
        self.feed = feed.id
        self.answers |= {FEED: rss(), ROBOTS: Response(ROBOTS, 404), PAGE: page()}

    def check(self, url: str) -> None:
        raise NotImplementedError

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        raise NotImplementedError

    def get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        self.asked.append(url)
        answer = self.answers.get(url, Response(url, 404))
        if isinstance(answer, WebError):
            raise answer
        return answer

    def poll(self, hours: float = 0, **answers: Response | WebError) -> None:
        """Poll once, after so many hours; the answers to `feed` and `page` change before."""
        self.answers |= {{"feed": FEED, "page": PAGE}[name]: said for name, said in answers.items()}
        self.clock.advance(hours * HOUR)
        self.registry.wake([self.feed], self.clock.now())
        self.poller.run_once([self.feed], threading.Event(), lambda _feed: None)

    @property
    def texts(self) -> list[str]:
        return [event.data.text for event in self.producer.events]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_page_is_read_once_and_is_the_article(desk: Desk) -> None:
    for _ in range(4):
        desk.poll(hours=0.1)
    [text] = desk.texts
    assert "paragraph 4" in text
    assert desk.asked.count(PAGE) == desk.asked.count(ROBOTS) == 1


def test_an_edit_of_the_page_alone_is_a_revision(desk: Desk) -> None:
    desk.poll()
    desk.poll(hours=1.1, page=page("It cost 14 million euros."))
    event = desk.producer.events[-1].data
    assert (event.revision, event.silent_edit) == (2, True)


def test_a_page_is_looked_at_ever_less(desk: Desk) -> None:
    for _ in range(24 * 6):
        desk.poll(hours=1)
    assert 4 <= desk.asked.count(PAGE) <= 9


def test_a_page_that_fails_later_takes_nothing_away(desk: Desk) -> None:
    desk.poll()
    desk.poll(hours=2, page=WebError("timeout", "slow"))
    desk.poll(hours=6, page=Response(PAGE, 503), feed=rss(SUMMARY + " today"))
    assert len(desk.texts) == 1


def test_without_its_page_the_item_is_what_the_feed_gives_until_the_page_is_there(
    desk: Desk,
) -> None:
    desk.poll(page=WebError("timeout", "slow"))
    desk.poll(hours=2, page=page())
    assert [len(text) > 200 for text in desk.texts] == [False, True]
    assert [event.data.revision for event in desk.producer.events] == [1, 2]


def test_what_robots_forbids_is_not_fetched(desk: Desk) -> None:
    desk.answers[ROBOTS] = Response(ROBOTS, 200, {}, b"User-agent: claimdesk\nDisallow: /bridge\n")
    desk.poll()
    assert PAGE not in desk.asked
    assert len(desk.texts) == 1


def test_robots_is_asked_again_after_a_day(desk: Desk) -> None:
    for hours in (0, 12, 13, 3):
        desk.poll(hours=hours, feed=rss(f"{SUMMARY} {desk.clock.now().isoformat()}"))
    assert desk.asked.count(ROBOTS) == 2


@pytest.mark.parametrize(("status", "looks"), [(410, 1), (404, 2)])
def test_a_page_that_is_gone_withdraws_its_article(desk: Desk, status: int, looks: int) -> None:
    desk.poll()
    for _ in range(3):
        desk.poll(hours=5, page=Response(PAGE, status))
    first, second = (event.data for event in desk.producer.events)
    assert (second.id, second.status, second.text) == (first.id, "withdrawn", first.text)
    assert str(status) in second.notices[0].text
    assert desk.asked.count(PAGE) >= 1 + looks


def test_one_missing_page_is_a_mishap(desk: Desk) -> None:
    desk.poll()
    desk.poll(hours=2, page=Response(PAGE, 404))
    desk.poll(hours=5, page=page())
    assert len(desk.texts) == 1


def test_a_page_that_was_never_there_withdraws_nothing(desk: Desk) -> None:
    for _ in range(3):
        desk.poll(hours=3, page=Response(PAGE, 404))
    [event] = desk.producer.events
    assert event.data.status == "published"


def test_many_new_items_get_their_pages_some_at_a_time_and_none_is_lost(desk: Desk) -> None:
    count = MOST + 5
    for number in range(1, count):
        desk.answers[f"{PAGE}{number}"] = page(f"It is number {number} of all the bridges here.")
    desk.poll(feed=rss(count=count))
    assert len(desk.texts) == MOST
    desk.poll(hours=0.1)
    assert len(desk.texts) == count


def test_pages_of_one_host_are_apart(desk: Desk) -> None:
    began = desk.clock.now()
    desk.poll(feed=rss(count=5))
    assert (desk.clock.now() - began).total_seconds() >= 4


TOMBS = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
<title>F</title>{}</feed>"""
ENTRY = "<entry><id>urn:1</id><title>Bridge opens</title><content>It opened.</content></entry>"
TOMB = '<at:deleted-entry ref="urn:{}" when="2024-05-06T00:00:00Z">{}</at:deleted-entry>'


@pytest.mark.parametrize("comment", ["", "<at:comment>Printed by mistake.</at:comment>"])
def test_an_entry_that_the_feed_deleted_is_withdrawn(desk: Desk, comment: str) -> None:
    def atom(*parts: str) -> Response:
        return Response(FEED, 200, {}, TOMBS.format("".join(parts)).encode())

    desk.poll(feed=atom(ENTRY))
    for _ in range(2):
        desk.poll(hours=1, feed=atom(TOMB.format(1, comment), TOMB.format("never-read", "")))
    first, second = (event.data for event in desk.producer.events)
    assert (second.id, second.status, second.text) == (first.id, "withdrawn", "It opened.")
    assert ("by mistake" in second.notices[0].text) is bool(comment)
    found = desk.registry.find(FEED)
    assert found is not None
    assert (found.rejected, found.reason) == (0, None)

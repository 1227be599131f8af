"""An item under embargo waits until its source is read after its time."""

import json
import threading
from datetime import timedelta
from pathlib import Path

from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.ingest.documents import read_document
from services.ingest.feed_facts import Reading
from services.ingest.intake import Intake
from services.ingest.item import Document, Options
from services.ingest.sandbox import Sandbox, reading_of
from services.ingest.service import FeedPoller
from services.ports.web import Response
from services.runtime.clock import FakeClock
from services.runtime.settings import Settings
from tests.support.intake import MemoryProducer, ledger_in

URL = "https://agency.example/latest.json"


def body(until: str) -> bytes:
    return json.dumps(
        {"uri": "urn:a:1", "headline": "T", "body_text": "Words.", "embargoed": until}
    ).encode()


def test_an_item_comes_through_once_its_embargo_is_over(tmp_path: Path) -> None:
    clock, producer = FakeClock(), MemoryProducer()
    intake = Intake(producer, ledger_in(tmp_path), clock)
    until = clock.now() + timedelta(hours=1)
    items = list(read_document(Document("a.json", body(until.isoformat())), Options()))
    (early,) = intake.take(items)
    assert (early.state, early.reason) == ("rejected", "embargoed")
    assert until.isoformat() in (early.message or "")
    assert producer.events == []
    clock.advance(3600)
    (late,) = intake.take(items)
    assert late.state == "new"
    assert [event.data.text for event in producer.events] == ["Words."]


class InProcess(Sandbox):
    def read_feed(self, document: Document, options: Options) -> Reading:
        return reading_of(document, options)


def test_a_feed_with_an_embargoed_item_is_asked_again_without_validators(tmp_path: Path) -> None:
    clock, ledger = FakeClock(), ledger_in(tmp_path)
    registry = SqlFeedRegistry(make_engine(f"sqlite:///{tmp_path / 'desk.db'}"))
    registry.setup()
    until = (clock.now() + timedelta(hours=1)).isoformat()

    class Agency:
        def check(self, url: str) -> None:
            raise NotImplementedError

        def get(self, url: str, headers: object, limit: int) -> Response:
            return Response(
                url, 200, {"etag": '"1"', "content-type": "application/json"}, body(until)
            )

        def post(self, url: str, headers: object, body: bytes) -> Response:
            raise NotImplementedError

    intake = Intake(MemoryProducer(), ledger, clock)
    poller = FeedPoller(
        Settings(data_dir=tmp_path), intake, registry, clock, Agency(), sandbox=InProcess()
    )
    [feed] = registry.add([(URL, None)], "ada", clock.now(), seed=False)
    for hours, etag in ((0, None), (2, '"1"')):
        clock.advance(hours * 3600)
        poller.run_once([feed.id], threading.Event(), lambda _feed: None)
        found = registry.find(feed.id)
        assert found is not None
        assert found.etag == etag

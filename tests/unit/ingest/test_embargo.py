"""An item under embargo waits until its source is read after its time."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from services.ingest.documents import read_document
from services.ingest.intake import Intake
from services.ingest.item import Document, Item, Options, Refusal
from services.ingest.sandbox import Sandbox
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
    def read(self, document: Document, options: Options) -> Iterator[Item | Refusal]:
        return read_document(document, options)


def test_a_feed_with_an_embargoed_item_is_asked_again_without_validators(tmp_path: Path) -> None:
    clock, ledger = FakeClock(), ledger_in(tmp_path)
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

    settings = Settings(feeds=[URL], data_dir=tmp_path)
    poller = FeedPoller(settings, MemoryProducer(), ledger, clock, Agency(), sandbox=InProcess())
    for hours, etag in ((0, None), (2, '"1"')):
        clock.advance(hours * 3600)
        for feed in poller._feeds:
            poller._read(feed)
            poller._publish(feed)
        assert ledger.feed(URL).etag == etag

"""The whole product in this process, on the embedded adapters and on the real servers."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import TOPICS
from services.app import App
from services.evidence.load import load
from services.flow import SERVICES
from services.ingest.documents import read_document
from services.ingest.intake import Intake, Result
from services.ingest.item import Document, Options
from services.ingest.source import read_file
from services.ports.event_log import drained
from services.runtime.service import Owing, Service
from services.runtime.settings import Settings
from tests.support.alerts import KEY
from tests.support.desk import postgresql_schema

DEMO = Path(__file__).parents[2] / "demo"
DEADLINE = 240  # seconds after which a run that does not drain has failed


class Desk:
    """An App whose services run in a thread, and what a test does with it."""

    def __init__(self, settings: Settings) -> None:
        self.app = App(settings)
        self.app.admin.ensure(TOPICS)

    def load_evidence(self, path: Path = DEMO / "evidence.jsonl") -> None:
        report = load([path], store=self.app.evidence_store, analyser=self.app.analyser)
        assert report.rejected == 0

    def ingest(self, *paths: Path) -> list[Result]:
        intake = Intake(self.app.producer, self.app.ledger, self.app.clock)
        return [
            result
            for path in paths
            for result in intake.take(read_document(read_file(path), Options()))
        ]

    def ingest_document(self, document: Document) -> list[Result]:
        intake = Intake(self.app.producer, self.app.ledger, self.app.clock)
        return list(intake.take(read_document(document, Options())))

    @contextmanager
    def running(self, services: Sequence[str] = SERVICES) -> Iterator[Callable[[], None]]:
        """Run services; the value waits until nothing is left to do."""
        wired = self.app.services(services)
        stop, failures = threading.Event(), []

        def work() -> None:
            try:
                self.app.runner.run(wired, stop)
            except BaseException as failure:
                failures.append(failure)

        thread = threading.Thread(target=work)
        thread.start()

        def settle() -> None:
            end = time.monotonic() + DEADLINE
            while not failures and not self._done(wired):
                assert time.monotonic() < end, f"not drained: {self.app.admin.lag(_steps(wired))}"
                time.sleep(0.1)

        try:
            yield settle
        finally:
            stop.set()
            thread.join(60)
        assert not thread.is_alive()
        assert failures == []

    def _done(self, wired: Sequence[Service]) -> bool:
        owing = [work for one in wired for work in one.background if isinstance(work, Owing)]
        return not any(work.owes() for work in owing) and drained(self.app.admin, _steps(wired))

    def run_until_done(self, services: Sequence[str] = SERVICES) -> None:
        with self.running(services) as settle:
            settle()


def _steps(wired: Sequence[Service]) -> list[Any]:
    return [(step.name, step.consumes) for one in wired for step in one.steps]


@pytest.fixture(
    params=[
        "embedded",
        pytest.param(
            "stack",
            marks=[pytest.mark.kafka, pytest.mark.elasticsearch, pytest.mark.postgresql],
        ),
    ]
)
def mode_settings(
    request: pytest.FixtureRequest, tmp_path: Path, require: Callable[[str], str]
) -> Iterator[dict[str, Any]]:
    """Settings of a fresh world in each mode."""
    common: dict[str, Any] = {
        "data_dir": tmp_path / "data",
        "http_port": 0,
        "allow_private_addresses": True,
    }
    if request.param == "embedded":
        yield common
        return
    name = f"flow-{uuid.uuid4().hex[:8]}"
    with postgresql_schema(require("CLAIMDESK_TEST_POSTGRESQL")) as database_url:
        yield common | {
            "broker": "kafka",
            "kafka_bootstrap": require("CLAIMDESK_TEST_KAFKA"),
            "topic_prefix": f"{name}.",
            "store": "elasticsearch",
            "elasticsearch_url": require("CLAIMDESK_TEST_ELASTICSEARCH"),
            "elasticsearch_index": name,
            "database_url": database_url,
            "alert_keys": KEY,
        }


@pytest.fixture
def desk(mode_settings: dict[str, Any]) -> Iterator[Desk]:
    """The product in each mode, with nothing in it."""
    desk = Desk(Settings(**mode_settings))
    yield desk
    desk.app.close()

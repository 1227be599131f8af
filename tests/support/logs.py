"""The two event logs, made fresh for a test, and services to run over them."""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from schemas.article import Article, ArticleRef
from schemas.claim import ArticleClaims
from schemas.topics import ARTICLES, CLAIMS, TOPICS, Topic
from services.adapters.embedded_log import EmbeddedLog
from services.adapters.embedded_runner import EmbeddedRunner
from services.ports.event_log import LogAdmin, Producer, Runner, drained
from services.runtime.clock import SystemClock
from services.runtime.errors import NotReady
from services.runtime.events import make_event
from services.runtime.executor import Message, to_message
from services.runtime.health import Health
from services.runtime.service import Background, Service
from services.runtime.step import Handle, Step

Client = TypeVar("Client")

PARTITIONS = 3
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
PATIENCE = 90.0  # seconds after which a test gives up; no outcome depends on it


@dataclass
class Place:
    """Where a log is, so that another process can open the same one."""

    kind: str
    folder: Path
    bootstrap: str = ""
    prefix: str = ""
    opened: list[Any] = field(default_factory=list)

    @cached_property
    def producer(self) -> Producer:
        if self.kind == "embedded":
            return self._keep(EmbeddedLog(self.folder / "log.db", SystemClock()))
        from services.adapters.kafka import KafkaLogProducer

        return self._keep(KafkaLogProducer(self.bootstrap, prefix=self.prefix))

    @cached_property
    def admin(self) -> LogAdmin:
        if self.kind == "embedded":
            return self._keep(EmbeddedLog(self.folder / "log.db", SystemClock()))
        from services.adapters.kafka import KafkaLogAdmin

        return self._keep(KafkaLogAdmin(self.bootstrap, 1, prefix=self.prefix))

    def close(self) -> None:
        for client in self.opened:
            client.close()

    def _keep(self, client: Client) -> Client:
        self.opened.append(client)
        return client

    def runner(self, health: Health | None = None, bad_limit: int = 100) -> Runner:
        clock = SystemClock()
        if self.kind == "embedded":
            log = self._keep(EmbeddedLog(self.folder / "log.db", clock))
            return EmbeddedRunner(log, clock, "test", health=health, bad_limit=bad_limit)
        from services.adapters.faust_runner import FaustRunner
        from services.adapters.faust_step import SETTINGS

        # The shortest that brokers allow: tests wait this long for a killed process's partitions.
        SETTINGS.update(broker_session_timeout=6.0, broker_heartbeat_interval=1.0)
        return FaustRunner(
            self.bootstrap,
            self.folder,
            clock,
            "test",
            prefix=self.prefix,
            health=health,
            bad_limit=bad_limit,
        )


def new_prefix() -> str:
    return f"test-{uuid.uuid4().hex[:10]}."


def small(topics: Iterable[Topic] = TOPICS) -> list[Topic]:
    """The topics with few partitions, so that a test's are made quickly."""
    return [replace(topic, partitions=min(topic.partitions, PARTITIONS)) for topic in topics]


def make_article(number: int, key: str = "a", text: str = "Some text.") -> Article:
    """An article whose id is its ordering key; the revision counts."""
    return Article(id=key, revision=number + 1, source="test", guid=str(number), text=text)


def article_message(number: int, key: str = "a", text: str = "Some text.") -> Message:
    return to_message(make_event(make_article(number, key, text), service="test", now=NOW))


def claims_of(article: Article) -> list[ArticleClaims]:
    """The handle of the steps here: one event for each."""
    return [ArticleClaims(article=ArticleRef.of(article))]


def extract_step(handle: Handle = claims_of) -> Step:
    return Step("extract", ARTICLES, (CLAIMS,), handle)


def service_of(*steps: Step, background: Sequence[Background] = ()) -> Service:
    return Service("test", steps, tuple(background))


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until `holds`; a log that is away at the moment says nothing about it."""
    last = time.monotonic() + PATIENCE
    while True:
        with suppress(NotReady):
            if holds():
                return
        if time.monotonic() > last:
            raise AssertionError(f"it did not come to be that {what}")
        time.sleep(0.02)


class Run:
    """A runner in a thread."""

    def __init__(self, runner: Runner, services: Sequence[Service]) -> None:
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(runner, services), daemon=True)
        self._thread.start()

    def _run(self, runner: Runner, services: Sequence[Service]) -> None:
        try:
            runner.run(services, self.stop)
        except BaseException as error:
            self.error = error

    def join(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the runner does not end"


@contextmanager
def running(
    place: Place, *services: Service, health: Health | None = None, bad_limit: int = 100
) -> Iterator[Run]:
    """Run `services`; stop them at the end, and raise what ended them."""
    run = Run(place.runner(health, bad_limit), services)
    try:
        yield run
    finally:
        run.stop.set()
        run.join()
    if run.error is not None:
        raise run.error


def run_until_drained(place: Place, *services: Service) -> None:
    """Run `services` until no message waits for their steps."""
    steps = [(step.name, step.consumes) for service in services for step in service.steps]
    admin = place.admin
    with running(place, *services):
        eventually(lambda: drained(admin, steps), "the steps are drained")

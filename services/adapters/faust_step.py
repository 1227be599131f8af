"""One step as a Faust app: a consumer group of its own, and one message in hand at a time.

Faust polls, balances and commits; everything that the promise rests on is here:

- A message is acknowledged by us (`noack`), once its outputs are confirmed. Left to itself Faust also
  acknowledges the message of an agent that raises or is cancelled, and the stop would commit it.
- The agent takes no further message after one that it did not finish: Faust can commit past it.
- The work is done in a thread, so that heartbeats go on however long a message takes.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiokafka
import faust
import structlog
from mode.utils.queues import ThrowableQueue

from services.adapters.kafka import FRAME, KafkaLogAdmin, KafkaLogProducer, text_of
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock
from services.runtime.errors import NotReady
from services.runtime.events import MAX_LETTER
from services.runtime.executor import Executor, Message, Record
from services.runtime.health import Health
from services.runtime.step import Step

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

START_SECONDS = 60.0
"""How long an app may take to join its group before it is tried anew."""

GRACE_SECONDS = 25.0
"""How long the message in hand may still take after the stop; then it is left to be done again."""

STOP_SECONDS = 20.0
"""How long an app may take to leave its group."""

BUFFERED = 16
"""Messages read ahead: each may be large."""

SETTINGS: dict[str, Any] = {
    "store": "memory://",
    "web_enabled": False,
    "topic_allow_declare": False,
    "topic_disable_leader": True,
    "stream_wait_empty": False,
    "stream_buffer_maxsize": BUFFERED,
    "stream_processing_timeout": 3_600.0,  # the runner's watchdog is the one that acts
    "broker_max_poll_records": BUFFERED,
    "broker_max_poll_interval": 86_400.0,  # a store may be away for hours without a rebalance
    "broker_session_timeout": 20.0,  # a killed process's partitions move after this
    "broker_heartbeat_interval": 3.0,
    "broker_commit_interval": 0.5,  # what a kill makes a step repeat
    "broker_request_timeout": 60.0,
    "consumer_auto_offset_reset": "earliest",
    "consumer_max_fetch_size": 1_000_000,  # bytes a partition; a larger message comes alone
    "producer_max_request_size": MAX_LETTER + FRAME,
    "logging_config": None,
}


AWAY = (aiokafka.errors.KafkaError, ConnectionError, TimeoutError)
"""What an app ends with when the brokers are away, rather than something being wrong."""


@dataclass(frozen=True)
class Cluster:
    """Where the step works: brokers, what to put before names, and a folder for Faust."""

    bootstrap: str
    prefix: str
    data_dir: Path


class _Queue(ThrowableQueue[Any]):
    """A buffer that only ever makes the reader wait for a place.

    Faust's own stops reading a full partition, and looks again a whole second after all are full.
    """

    def in_pressure_high_state(self, callback: Callable[[], None]) -> bool:  # noqa: ARG002
        """Never: a full buffer is enough."""
        return False


class _App(faust.App):
    """A Faust app with that buffer."""

    logger = logging.getLogger("faust.app")  # not ours: it tells of every start and stop

    def FlowControlQueue(  # noqa: N802 - the name that Faust calls
        self, maxsize: int | None = None, *, clear_on_resume: bool = False
    ) -> _Queue:
        """A buffer of a stream."""
        return _Queue(
            maxsize=maxsize or 0, flow_control=self.flow_control, clear_on_resume=clear_on_resume
        )


class Hands:
    """A thread that does one thing after the other, for an event loop that must not wait."""

    def __init__(self, name: str) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    async def do(self, call: Callable[[], Result]) -> Result:
        """The result of `call`, done in the thread."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()

        def tell(set_outcome: Callable[[], None]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(lambda: None if future.done() else set_outcome())

        def work() -> None:
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
                failure = error
                tell(lambda: future.set_exception(failure))
            else:
                tell(lambda: future.set_result(result))

        self._work.put(work)
        return await future

    def _run(self) -> None:
        while True:
            self._work.get()()


class FaustStep:
    """A step's life on Kafka: join, work, and join again when the connection broke."""

    def __init__(
        self,
        step: Step,
        executor: Executor,
        cluster: Cluster,
        clock: Clock,
        health: Health,
        stop: threading.Event,
    ) -> None:
        self.step, self._executor, self._cluster = step, executor, cluster
        self._health, self._stop = health, stop
        self._producer = KafkaLogProducer(cluster.bootstrap, prefix=cluster.prefix)
        self._admin = KafkaLogAdmin(cluster.bootstrap, prefix=cluster.prefix)
        self._backoff = Backoff(clock)
        self._hands = Hands(step.name)
        self._app: Any = None
        self._rest = asyncio.Event()
        self._failed = asyncio.Event()
        self._failure: BaseException | None = None
        self.waiting: str | None = "it has not started yet"

    async def run(self, stopping: asyncio.Event) -> None:
        """Run until `stopping` is set. Raises what ended the step, as TooManyBadMessages."""
        try:
            while not stopping.is_set() and await self._hands.do(self._topic_is_there):
                await self._live(stopping)
                if self._failure is not None:
                    raise self._failure
        finally:
            self._producer.close()
            self._admin.close()

    def owns(self, partition: int) -> bool:
        """Whether this process reads `partition`."""
        app = self._app
        if app is None:
            return False
        with contextlib.suppress(faust.exceptions.ConsumerNotStarted):
            return any(place.partition == partition for place in app.consumer.assignment())
        return False

    # In the event loop

    async def _live(self, stopping: asyncio.Event) -> None:
        """One app, from its start until it is to stop or cannot go on."""
        self._rest.set()
        app = self._new_app()
        away: BaseException | None = None
        try:
            await asyncio.wait_for(app.start(), START_SECONDS)
            self._app = app
            self._works()
            await _first(stopping.wait(), self._failed.wait(), app._crashed.wait())  # noqa: SLF001
            away = app.crash_reason
        except AWAY as error:
            away = error
        finally:
            self._app = None
            await self._end(app)
        if away is not None and not isinstance(away, AWAY):
            raise away
        if away is not None and not stopping.is_set():
            self._waits(f"kafka is not ready: {away!r}")
            await self._hands.do(lambda: self._backoff.wait(self._stop))

    async def _end(self, app: Any) -> None:
        """Finish the message in hand, commit, leave the group."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rest.wait(), GRACE_SECONDS)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                if not app.should_stop:
                    await app.consumer.commit()
                await app.stop()
        except Exception as error:  # noqa: BLE001 - what is not committed is only done again
            log.warning("leaving the group failed", step=self.step.name, error=repr(error))

    def _new_app(self) -> Any:
        cluster = self._cluster
        name = cluster.prefix + self.step.name
        folder = cluster.data_dir / "faust" / name
        folder.mkdir(parents=True, exist_ok=True)
        app = _App(
            name,  # the consumer group, because the version stays 1
            broker=[f"kafka://{server.strip()}" for server in cluster.bootstrap.split(",")],
            datadir=folder,
            loop=asyncio.get_running_loop(),
            **SETTINGS,
        )
        topic = app.topic(
            cluster.prefix + self.step.consumes.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
        )
        app.agent(topic, concurrency=1, name=name)(self._agent)
        return app

    async def _agent(self, stream: Any) -> None:
        """Take one message after the other. Never raises."""
        async for event in stream.noack().events():
            if not await self._finish(event.message):
                await asyncio.Event().wait()  # nothing after it may count; the app ends now
            event.ack()

    async def _finish(self, message: Any) -> bool:
        """Whether the message is done and confirmed."""
        if self._stop.is_set() or self._failure is not None:
            return False
        self._rest.clear()
        try:
            return await self._hands.do(lambda: self._work(self._record(message)))
        except Exception as error:  # noqa: BLE001 - it ends the step, and `run` raises it
            self._failure = error
            self._failed.set()
            return False
        finally:
            self._rest.set()

    def _record(self, message: Any) -> Record:
        return Record(
            topic=self.step.consumes.name,
            key=text_of(message.key),
            value=message.value,
            headers=tuple((name, text_of(value)) for name, value in _pairs(message.headers)),
            partition=message.partition,
            offset=message.offset,
        )

    # In the thread

    def _work(self, record: Record) -> bool:
        """Handle and publish, however long something is away; false when told to stop before."""
        outputs: list[Message] | None = None
        while not self._stop.is_set():
            try:
                if outputs is None:
                    outputs = self._executor.run(record)
                if outputs:
                    self._producer.publish(outputs)
                self._works()
                return True
            except NotReady as away:
                self._waits(str(away))
                self._backoff.wait(self._stop)
        return False

    def _topic_is_there(self) -> bool:
        """Wait for the topic; false when told to stop before."""
        topic = self.step.consumes
        while not self._stop.is_set():
            try:
                if all(state.exists for state in self._admin.describe([topic])):
                    return True
                self._waits(f"topic {topic.name} does not exist; run `claimdesk topics ensure`")
            except NotReady as away:
                self._waits(str(away))
            self._backoff.wait(self._stop)
        return False

    def _works(self) -> None:
        self._backoff.reset()
        self.waiting = None
        self._health.ready(self.step.name)

    def _waits(self, reason: str) -> None:
        self.waiting = reason
        self._health.waiting(self.step.name, reason)


async def _first(*waits: Any) -> None:
    """Return when the first of `waits` is over; the others are given up."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _pairs(headers: Any) -> list[tuple[str, bytes]]:
    return list(headers.items() if isinstance(headers, dict) else headers or ())

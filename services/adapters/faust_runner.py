"""Runs steps over Kafka: one Faust app for each, all in one event loop, and a watch over them."""

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path

from services.adapters.faust_step import Cluster, FaustStep
from services.adapters.kafka import KafkaLogAdmin
from services.ports.event_log import Lag
from services.runtime.clock import Clock
from services.runtime.errors import NotReady
from services.runtime.executor import Executor
from services.runtime.health import Health
from services.runtime.service import Service
from services.runtime.supervisor import Supervisor
from services.runtime.watchdog import Watchdog

WATCH_SECONDS = 5.0
"""Between two looks at the brokers and the offsets."""

STALL_SECONDS = 900.0
"""How long an offset may stand still with messages waiting: longer than any message may take."""


class FaustRunner:
    """Runner over Kafka. A step's name, after `prefix`, is its consumer group."""

    def __init__(  # noqa: PLR0913 - the last four have defaults
        self,
        bootstrap: str,
        data_dir: Path,
        clock: Clock,
        version: str,
        *,
        prefix: str = "",
        health: Health | None = None,
        bad_limit: int = 100,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._cluster = Cluster(bootstrap, prefix, data_dir)
        self._clock, self._version = clock, version
        self._health = health or Health()
        self._bad_limit, self._stall_seconds = bad_limit, stall_seconds

    def run(self, services: Sequence[Service], stop: threading.Event) -> None:
        """Run until `stop` is set (a failure sets it too), then finish and commit what is in hand."""
        supervisor = Supervisor(stop, self._clock, self._health)
        for service in services:
            for step in service.steps:
                self._health.starting(step.name)
            for background in service.background:
                supervisor.start_background(background)
        if any(service.steps for service in services):
            supervisor.start("faust", lambda: asyncio.run(self._run(services, supervisor, stop)))
        stop.wait()
        supervisor.join()

    async def _run(
        self, services: Sequence[Service], supervisor: Supervisor, stop: threading.Event
    ) -> None:
        steps = [
            FaustStep(
                step,
                Executor(step, self._clock, self._version, self._bad_limit),
                self._cluster,
                self._clock,
                self._health,
                stop,
            )
            for service in services
            for step in service.steps
        ]
        supervisor.start("watchdog", lambda: self._watch(steps, stop))
        stopping = _as_asyncio(stop)
        await asyncio.gather(*(_guarded(step, supervisor, stopping) for step in steps))

    def _watch(self, steps: Sequence[FaustStep], stop: threading.Event) -> None:
        """Tell readiness when the brokers are away, and end the process when a step stands still."""
        watchdog = Watchdog(self._clock, self._stall_seconds)
        wanted = [(step.step.name, step.step.consumes) for step in steps]
        with contextlib.closing(
            KafkaLogAdmin(self._cluster.bootstrap, prefix=self._cluster.prefix)
        ) as admin:
            while not self._clock.wait(WATCH_SECONDS, stop):
                try:
                    rows = admin.lag(wanted)
                except NotReady as away:
                    for step in steps:
                        self._health.waiting(step.step.name, step.waiting or str(away))
                    continue
                for step in steps:
                    self._look(step, rows, watchdog)

    def _look(self, step: FaustStep, rows: Sequence[Lag], watchdog: Watchdog) -> None:
        name, waiting = step.step.name, step.waiting
        if waiting is None:
            self._health.ready(name)
        owned = [row for row in rows if row.step == name and step.owns(row.partition)]
        watchdog.look(
            name, [(row.committed, row.end) for row in owned], excused=waiting is not None
        )


async def _guarded(step: FaustStep, supervisor: Supervisor, stopping: asyncio.Event) -> None:
    """Run a step; its failure stops all of them."""
    try:
        await step.run(stopping)
    except Exception as failure:  # noqa: BLE001 - the supervisor raises it
        supervisor.fail(step.step.name, failure)


def _as_asyncio(stop: threading.Event) -> asyncio.Event:
    """An event of the running loop that is set after `stop`."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()

    def bridge() -> None:
        stop.wait()
        with contextlib.suppress(RuntimeError):  # the loop is closed: every step has ended
            loop.call_soon_threadsafe(event.set)

    threading.Thread(target=bridge, name="stop-bridge", daemon=True).start()
    return event

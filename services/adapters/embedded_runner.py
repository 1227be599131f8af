"""Runs steps over the embedded log: a thread for each step and each background worker."""

import threading
from collections.abc import Sequence

from services.adapters.embedded_log import Batch, EmbeddedLog
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock
from services.runtime.errors import NotReady
from services.runtime.executor import Executor, Message, Record
from services.runtime.health import Health
from services.runtime.service import Service
from services.runtime.step import Step
from services.runtime.supervisor import Supervisor

BATCH = 64
"""Messages that are fetched together."""

COMMIT_SECONDS = 0.05
"""How long handled messages may wait for their commit: it bounds what a kill makes a step repeat."""

POLL_SECONDS = 0.1
"""How long another process's message may go unseen."""


class EmbeddedRunner:
    """Runner over an EmbeddedLog.

    A step's thread takes records in order of arrival. Outputs and offset are one transaction, for the
    records of up to COMMIT_SECONDS together.
    """

    def __init__(
        self,
        log: EmbeddedLog,
        clock: Clock,
        version: str,
        *,
        health: Health | None = None,
        bad_limit: int = 100,
    ) -> None:
        self._log, self._clock, self._version = log, clock, version
        self._health = health or Health()
        self._bad_limit = bad_limit

    def run(self, services: Sequence[Service], stop: threading.Event) -> None:
        """Run until `stop` is set (a failure sets it too), then finish and commit what is in hand."""
        supervisor = Supervisor(stop, self._clock, self._health)
        for step in (step for service in services for step in service.steps):
            self._health.starting(step.name)
            executor = Executor(step, self._clock, self._version, self._bad_limit)
            worker = _StepWorker(step, executor, self._log, self._clock, self._health, stop)
            supervisor.start(step.name, worker.run)
        for background in (work for service in services for work in service.background):
            supervisor.start_background(background)
        stop.wait()
        supervisor.join()


class _StepWorker:
    """One step's loop: fetch, handle, commit."""

    def __init__(
        self,
        step: Step,
        executor: Executor,
        log: EmbeddedLog,
        clock: Clock,
        health: Health,
        stop: threading.Event,
    ) -> None:
        self._step, self._executor, self._log = step, executor, log
        self._clock, self._health, self._stop = clock, health, stop
        self._backoff = Backoff(clock)

    def run(self) -> None:
        """Work until `stop` is set."""
        while not self._stop.is_set():
            try:
                self._round()
            except NotReady as away:
                self._wait_for(away)

    def _round(self) -> None:
        growth = self._log.growth
        batch = self._log.fetch(self._step.name, self._step.consumes.name, BATCH)
        if not batch.records:
            self._works()
            self._log.wait_for_growth(growth, POLL_SECONDS)
            return
        rest = list(batch.records)
        while rest and not self._stop.is_set():
            if not self._handle_some(batch, rest):
                return

    def _handle_some(self, batch: Batch, rest: list[Record]) -> bool:
        """Handle records from the front of `rest` and commit them; false if another runner did."""
        done: list[Record] = []
        outputs: list[Message] = []
        began = self._clock.now()
        try:
            while rest and not self._stop.is_set():
                outputs += self._executor.run(rest[0])
                done.append(rest.pop(0))
                self._works()
                if (self._clock.now() - began).total_seconds() >= COMMIT_SECONDS:
                    break
        finally:  # what is done counts, also when the next record has to wait or ends the step
            kept = self._commit(batch, done, outputs)
        return kept

    def _commit(self, batch: Batch, done: list[Record], outputs: list[Message]) -> bool:
        """Commit, however long the log is away; only `stop` gives up, and then it is done again."""
        while done:
            try:
                return self._log.commit(self._step.name, batch, done, outputs)
            except NotReady as away:
                if self._wait_for(away):
                    return False
        return True

    def _works(self) -> None:
        self._backoff.reset()
        self._health.ready(self._step.name)

    def _wait_for(self, away: NotReady) -> bool:
        self._health.waiting(self._step.name, str(away))
        return self._backoff.wait(self._stop)

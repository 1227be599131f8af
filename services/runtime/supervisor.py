"""Threads that belong together: when one fails, all stop, and the failure is told."""

import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

from services.runtime.backoff import CAP, Backoff
from services.runtime.clock import Clock
from services.runtime.errors import NotReady
from services.runtime.health import Health
from services.runtime.service import Announcing, Background

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Supervisor:
    """Runs the parts of a process in threads until `stop` is set or one of them fails.

    A part that raises is dead: `stop` is set, so that the others finish what is in hand, and `join`
    raises the first failure.
    """

    def __init__(self, stop: threading.Event, clock: Clock, health: Health) -> None:
        self._stop, self._clock, self._health = stop, clock, health
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` in a thread called `name`."""
        thread = threading.Thread(target=self._guard, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def start_background(self, background: Background) -> None:
        """Run a background worker; NotReady makes it wait and run again.

        It is ready while it runs; one that announces is ready from then on.
        """
        self._health.starting(background.name)
        if isinstance(background, Announcing):
            background.announce(lambda: self._health.ready(background.name))
        self.start(background.name, lambda: self._background(background))

    def fail(self, name: str, failure: BaseException) -> None:
        """Note that a part died, and stop the others."""
        log.error("stopping, because a part failed", part=name, error=str(failure))
        self._health.dead(name, f"{type(failure).__name__}: {failure}")
        self._failures.append(failure)
        self._stop.set()

    def join(self) -> None:
        """Wait for every thread; raises the first failure."""
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _guard(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - a thread's failure is told by `join`
            self.fail(name, failure)

    def _background(self, background: Background) -> None:
        backoff = Backoff(self._clock)
        while not self._stop.is_set():
            began = self._clock.now()
            try:
                if not isinstance(background, Announcing):
                    self._health.ready(background.name)
                background.run(self._stop)
                self._health.gone(background.name)
                return
            except NotReady as away:
                self._health.waiting(background.name, str(away))
                if (self._clock.now() - began).total_seconds() > CAP:
                    backoff.reset()
                backoff.wait(self._stop)


def until_ready(
    work: Callable[[], T], name: str, clock: Clock, health: Health, stop: threading.Event
) -> T | None:
    """What `work` gives once it does not raise NotReady; none when `stop` was set before."""
    backoff = Backoff(clock)
    health.starting(name)
    while not stop.is_set():
        try:
            result = work()
            health.gone(name)
            return result
        except NotReady as away:
            health.waiting(name, str(away))
            backoff.wait(stop)
    return None

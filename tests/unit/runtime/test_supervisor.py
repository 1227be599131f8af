"""Threads that belong together."""

import threading
from collections.abc import Callable

import pytest

from services.cli.run import StopWhenDone
from services.ports.event_log import Lag
from services.runtime.clock import FakeClock
from services.runtime.errors import NotReady
from services.runtime.health import Condition, Health
from services.runtime.service import Service
from services.runtime.supervisor import Supervisor, until_ready
from tests.support.logs import extract_step


def make(health: Health | None = None) -> tuple[Supervisor, threading.Event]:
    stop = threading.Event()
    return Supervisor(stop, FakeClock(), health or Health()), stop


def test_the_first_failure_stops_the_others_and_is_raised() -> None:
    health = Health()
    supervisor, stop = make(health)
    finished = threading.Event()

    def good() -> None:
        stop.wait()
        finished.set()

    def bad() -> None:
        raise ValueError("a bug")

    supervisor.start("good", good)
    supervisor.start("bad", bad)
    with pytest.raises(ValueError, match="a bug"):
        supervisor.join()
    assert finished.is_set()
    (part,) = health.parts()
    assert (part.name, part.condition, part.reason) == ("bad", Condition.DEAD, "ValueError: a bug")


class Server:
    """Serves when it is let, and says so."""

    name = "server"

    def __init__(self) -> None:
        self.may_serve, self.serves = threading.Event(), threading.Event()

    def announce(self, ready: Callable[[], None]) -> None:
        self.ready = ready

    def run(self, stop: threading.Event) -> None:
        self.may_serve.wait()
        self.ready()
        self.serves.set()
        stop.wait()


def test_a_worker_that_serves_is_ready_only_once_it_does() -> None:
    health, server = Health(), Server()
    supervisor, stop = make(health)
    supervisor.start_background(server)
    assert not health.is_ready()
    server.may_serve.set()
    server.serves.wait()
    assert health.is_ready()
    stop.set()
    supervisor.join()


def test_starting_waits_for_what_is_away_and_says_so() -> None:
    health, clock, stop = Health(), FakeClock(), threading.Event()
    seen: list[str | None] = []

    def connect() -> str:
        seen.append(health.parts()[0].reason)
        if len(seen) < 3:
            raise NotReady("the store", "refused")
        return "connected"

    assert until_ready(connect, "wiring", clock, health, stop) == "connected"
    assert seen[1:] == ["the store is not ready: refused"] * 2
    assert len(clock.waits) == 2
    assert health.parts() == []


def test_starting_ends_when_told_to_stop() -> None:
    stop = threading.Event()

    def connect() -> str:
        stop.set()
        raise NotReady("the store", "refused")

    assert until_ready(connect, "wiring", FakeClock(), Health(), stop) is None


class Lags:
    """An admin whose steps are behind as the script says."""

    def __init__(self, script: list[int]) -> None:
        self.script = script

    def lag(self, steps: object) -> list[Lag]:
        return [Lag("extract", "claimdesk.articles", 0, 0, self.script.pop(0))]


class Owes:
    """A worker that owes as the script says."""

    name = "owes"

    def __init__(self, script: list[bool]) -> None:
        self.script = script

    def run(self, stop: threading.Event) -> None:
        """It does nothing here."""

    def owes(self) -> bool:
        return self.script.pop(0)


def test_once_ends_only_when_nothing_waits_and_nothing_is_owed() -> None:
    lags = Lags([3, 0, 0])
    worker = Owes([True, False, False, True, False, False])
    stop = threading.Event()
    service = Service("test", (extract_step(),), (worker,))
    StopWhenDone(lags, [service], stop).run(stop)  # type: ignore[arg-type]
    assert stop.is_set()
    assert (lags.script, worker.script) == ([], [])

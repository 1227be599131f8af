"""Running services: what the process says of itself before, while and after they run."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.app import App
from services.cli import run as command
from services.cli.run import run_services
from services.ports.event_log import Runner
from services.runtime.service import Service
from services.runtime.settings import Settings


class Watched(App):
    """Notes whether the process calls itself ready when its runner is made, which takes a while."""

    ready_before_running = True
    ran: tuple[str, ...] = ()

    @property
    def runner(self) -> Runner:
        self.ready_before_running = self.health.is_ready()
        return self

    def run(self, services: Sequence[Service], stop: threading.Event) -> None:
        self.ran = tuple(service.name for service in services)
        stop.set()


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(command, "stop_on_signals", lambda _stop: None)
    return Watched(Settings(data_dir=tmp_path, feeds=[]))


@pytest.mark.parametrize("name", ["ingest", "triage"])
def test_nothing_is_ready_before_its_parts_run(app: Watched, name: str) -> None:
    run_services(app, [name], once=False)
    assert app.ran == (name,)
    assert not app.ready_before_running

"""`claimdesk run SERVICE` and `claimdesk up`: the services, until told to stop."""

import threading
from collections.abc import Sequence
from typing import Annotated

import typer

from schemas.topics import TOPICS
from services.app import App
from services.cli.common import err, make_app
from services.cli.greeting import greet
from services.cli.signals import stop_on_signals
from services.flow import SERVICES
from services.ports.dead_letters import letter_ids
from services.ports.event_log import LogAdmin, drained
from services.runtime.errors import UserError
from services.runtime.health import HealthServer
from services.runtime.service import Owing, Service
from services.runtime.supervisor import Supervisor, until_ready

_WIRING = "wiring"  # what readiness calls the making of the services


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(up)


def run(
    service: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")],
) -> None:
    """Run one service until SIGTERM or SIGINT; a second signal ends it at once."""
    if service not in SERVICES:
        raise UserError(f"no service {service!r}; there are {', '.join(SERVICES)}")
    run_services(make_app(), [service], once=False)


def up(
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            help="End when nothing is left to do; exit code 1 if a message could not be handled.",
        ),
    ] = False,
) -> None:
    """Run every service in this process."""
    run_services(make_app(), SERVICES, once=once)


def run_services(app: App, names: Sequence[str], *, once: bool) -> None:
    """Run services of `app` until a signal or, with `once`, until nothing is left to do.

    Raises typer.Exit with 1 when `once` left new dead letters behind.
    """
    stop = threading.Event()
    stop_on_signals(stop)
    supervisor = Supervisor(stop, app.clock, app.health)
    app.health.starting(_WIRING)  # before anybody can ask
    if app.settings.health_port is not None:
        supervisor.start_background(
            HealthServer(app.health, app.settings.health_host, app.settings.health_port)
        )
    try:
        wired = until_ready(lambda: _wire(app, names), _WIRING, app.clock, app.health, stop)
        if wired is None:
            return
        known = letter_ids(app.admin) if once else set()
        if once:
            wired = [*wired, Service("once", background=(StopWhenDone(app.admin, wired, stop),))]
        elif set(names) == set(SERVICES):
            greet(wired)
        app.runner.run(wired, stop)
        new = letter_ids(app.admin) - known if once else set()
    finally:
        stop.set()
        supervisor.join()
    if new:
        err.print(f"{len(new)} could not be handled; see `claimdesk dead-letters list`")
        raise typer.Exit(1)


class StopWhenDone:
    """A background worker that sets `stop` when no step has a message waiting and no worker owes one."""

    name = "once"

    def __init__(
        self,
        admin: LogAdmin,
        services: Sequence[Service],
        stop: threading.Event,
    ) -> None:
        self._admin, self._stop_all = admin, stop
        self._steps = [(step.name, step.consumes) for one in services for step in one.steps]
        self._owing = [
            work for one in services for work in one.background if isinstance(work, Owing)
        ]

    def run(self, stop: threading.Event) -> None:
        """Look until all is done. Raises NotReady."""
        while not stop.wait(0.2):
            if self._done():
                self._stop_all.set()

    def _done(self) -> bool:
        """Whether all is done; a worker may come to owe by a step's last message, so it is asked twice."""
        return not self._owed() and drained(self._admin, self._steps) and not self._owed()

    def _owed(self) -> bool:
        return any(work.owes() for work in self._owing)


def _wire(app: App, names: Sequence[str]) -> list[Service]:
    """The services; `claimdesk up` also creates the topics, which in production a job does.

    Their parts are expected from here on: the process is not ready in between, while the runner loads.
    """
    if set(names) == set(SERVICES):
        app.admin.ensure(TOPICS)
    services = app.services(names)
    for service in services:
        for step in service.steps:
            app.health.starting(step.name)
        for work in service.background:
            app.health.starting(work.name)
    return services

"""`claimdesk desk`: the reviewers' page alone; `claimdesk desk stats`: how the desk's people agree."""

import threading

import typer

from services.cli.common import make_app
from services.cli.greeting import greet_from
from services.cli.signals import stop_on_signals
from services.review.service import DeskServer

desk = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(desk, name="desk")


@desk.callback()
def serve(context: typer.Context) -> None:
    """Serve the reviewers' page and API alone, until SIGTERM or SIGINT."""
    if context.invoked_subcommand is not None:
        return
    app = make_app()
    stop = threading.Event()
    stop_on_signals(stop)
    server = DeskServer(app.settings, app.task_store, app.accounts, app.published, app.clock)
    greet_from([server])
    server.run(stop)

"""The command's entry: registers the groups, sets up logs, maps errors to exit codes."""

import sys

import typer

from services.cli.common import guarded
from services.runtime.telemetry import configure_logging

app = typer.Typer(
    name="claimdesk",
    help="From news feeds to verification tasks, with the evidence beside them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

GROUPS = (
    "services.cli.run",
    "services.cli.log",
    "services.cli.models",
    "services.cli.extract",
    "services.cli.evidence",
    "services.cli.match",
    "services.cli.ingest",
    "services.cli.tasks",
    "services.cli.alerts",
    "services.cli.demo",
    "services.cli.schemas",
)
"""Modules with a `register(app)`; each adds its commands."""


def main() -> None:
    """Run the command line."""
    from importlib import import_module, util

    configure_logging()
    for name in GROUPS:
        if util.find_spec(name):
            import_module(name).register(app)
    sys.exit(guarded(lambda: app(standalone_mode=True)))


if __name__ == "__main__":
    main()

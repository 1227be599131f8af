"""The command's entry: registers the groups, sets up logs, maps errors to exit codes."""

import sys
from importlib import import_module, util

import typer

from services.cli.common import guarded
from services.runtime.telemetry import configure_logging

GROUPS = (
    "demo",
    "ingest",
    "extract",
    "score",
    "evidence",
    "match",
    "tasks",
    "alerts",
    "run",
    "log",
    "db",
    "models",
    "evaluate",
    "evaluate_retrieval",
)
"""Modules beside this one with a `register(app)`; each adds its commands, in this order."""


def build_app() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="claimdesk",
        help="From news feeds to verification tasks, with the evidence beside them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    for name in GROUPS:
        module = f"services.cli.{name}"
        if util.find_spec(module):
            import_module(module).register(app)
    return app


def main() -> None:
    """Run the command line."""
    configure_logging()
    sys.exit(guarded(lambda: build_app()(standalone_mode=True)))


if __name__ == "__main__":
    main()

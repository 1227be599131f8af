"""The command's entry: registers the groups, sets up logs, maps errors to exit codes."""

import sys
from importlib import import_module

import typer

from services.cli.common import guarded
from services.runtime.telemetry import configure_logging

COMMANDS = {
    "demo": "demo",
    "ingest": "ingest",
    "feeds": "feeds",
    "extract": "extract",
    "score": "score",
    "evidence": "evidence",
    "match": "match",
    "quote": "quote",
    "tasks": "tasks",
    "desk": "desk",
    "users": "users",
    "audit": "audit",
    "publish": "publish",
    "alerts": "alerts",
    "run": "run",
    "up": "run",
    "topics": "log",
    "lag": "log",
    "dead-letters": "log",
    "db": "db",
    "models": "models",
    "evaluate": "evaluate",
    "train": "train",
}
"""Each command and the module beside this one whose `register(app)` adds it. Only the module of the command that is
asked for is imported, since some bring the language models' libraries along."""


def build_app(command: str | None = None) -> typer.Typer:
    """The command line; with all commands unless `command` is one of them."""
    app = typer.Typer(
        name="claimdesk",
        help="From news feeds to verification tasks, with the evidence beside them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    # A lone command would become the whole program; a callback keeps it a group.
    app.callback()(lambda: None)
    wanted = [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values())
    for module in wanted:
        import_module(f"services.cli.{module}").register(app)
    return app


def main() -> None:
    """Run the command line."""
    configure_logging()
    sys.exit(guarded(lambda: build_app(next(iter(sys.argv[1:]), None))(standalone_mode=True)))


if __name__ == "__main__":
    main()

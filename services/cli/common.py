"""What every command shares: settings, output for people and for scripts, JSON lines, exit codes.

Exit codes: 0 all handled; 1 something was not (stderr says what); 2 wrong use or configuration;
3 a dependency is away.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import IO, Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from services.app import App
from services.runtime.errors import UserError
from services.runtime.events import describe
from services.runtime.settings import Settings

_WIDE = 200  # columns where nobody watches, so that a script's lines are not folded

out = Console(width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, soft_wrap=True)

JsonFlag = Annotated[
    bool, typer.Option("--json", help="Print JSON for scripts instead of a table.")
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", help="embedded or elasticsearch; the setting CLAIMDESK_STORE otherwise."
    ),
]

_connected = ExitStack()  # what the command made, and lets go of at its end

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and newline

Row = TypeVar("Row", bound=BaseModel)


def make_app(**overrides: Any) -> App:
    """The application by the environment's settings, with `overrides` that are not none.

    What it connects is let go when the command ends. Raises UserError naming each wrong setting.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        names = "; ".join(
            f"CLAIMDESK_{str(row['loc'][0]).upper()}: {row['msg']}"
            for row in error.errors(include_url=False)
        )
        raise UserError(f"wrong setting: {names}") from error
    app = App(settings)
    _connected.callback(app.close)
    return app


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def write_line(stream: IO[str], value: dict[str, Any]) -> None:
    """One JSON line."""
    stream.write(json.dumps(value, ensure_ascii=False) + "\n")


def printable(value: Any) -> str:
    """Untrusted text for a terminal: control characters, which could steer it, become visible."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), str(value))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table for a person."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else printable(cell)) for cell in row))
    out.print(table)


def progress(unit: str) -> Progress:
    """A progress bar on stderr, silent when nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


class JsonLines:
    """Reads JSON lines of one model from standard input, counts and names the bad ones on stderr."""

    def __init__(self, stream: IO[bytes] | None = None) -> None:
        self._stream = stream or sys.stdin.buffer
        self.failed = 0

    def fail(self, line: int, message: str) -> None:
        """Say that a line was not handled."""
        self.failed += 1
        sys.stderr.write(json.dumps({"line": line, "error": message}, ensure_ascii=False) + "\n")

    def read(self, model: type[Row]) -> Iterator[tuple[int, Row]]:
        """The good lines with their number, from 1. Blank lines are passed over."""
        adapter = TypeAdapter(model)
        for number, line in enumerate(self._stream, start=1):
            if not line.strip():
                continue
            try:
                yield number, adapter.validate_json(line)
            except ValidationError as error:
                self.fail(number, describe(error))

    def exit(self) -> None:
        """End with 1 if any line was not handled."""
        if self.failed:
            raise typer.Exit(1)


def batched(rows: Iterable[Row | tuple[int, Row]], size: int) -> Iterator[list[Any]]:
    """Lists of up to `size` rows."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def guarded(run: Callable[[], None]) -> int:
    """Run a command and turn what a person can mend into a message and an exit code."""
    from services.runtime.errors import NotReady, TooManyBadMessages

    try:
        with _connected:
            run()
    except UserError as error:
        err.print(f"[red]error:[/red] {escape(printable(error))}", highlight=False)
        return 2
    except NotReady as error:
        err.print(f"[red]not ready:[/red] {escape(printable(error))}", highlight=False)
        return 3
    except TooManyBadMessages as error:
        err.print(f"[red]stopped:[/red] {escape(printable(error))}", highlight=False)
        return 1
    return 0

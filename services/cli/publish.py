"""`claimdesk publish`: what is published as a feed, tasks and verdicts as tables, and the evidence pack."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any, BinaryIO

import typer

from services import __version__
from services.app import App
from services.cli.common import err, make_app
from services.review.claimreview import feed_parts
from services.review.exports import (
    TASKS,
    VERDICTS,
    Row,
    all_tasks,
    task_row,
    verdict_row,
    write_csv,
    write_json,
)
from services.review.exports_pack import Sources, write_pack
from services.review.publisher import required
from services.review.scale import load_scale
from services.runtime.errors import UserError

commands = typer.Typer(help="What readers and assessors are given.", no_args_is_help=True)

OutOption = Annotated[
    Path | None, typer.Option("--out", help="The file to write; standard output otherwise.")
]


class What(StrEnum):
    """What can be exported."""

    TASKS = "tasks"
    VERDICTS = "verdicts"


class Format(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="publish")


@commands.command()
def feed(out: OutOption = None) -> None:
    """Write everything that is published as a schema.org DataFeed of ClaimReview."""
    app = make_app()
    required(app.settings)
    with _text(out) as stream:
        for part in _feed(app):
            stream.write(part)
        stream.write("\n")


@commands.command()
def export(
    what: Annotated[What, typer.Argument(help="tasks or verdicts")],
    form: Annotated[Format, typer.Option("--format", help="csv or json")] = Format.CSV,
    out: OutOption = None,
) -> None:
    """Write all tasks, or all verdicts and withdrawals, as a table."""
    app = make_app()
    columns, rows = _EXPORTS[what]
    with _text(out) as stream:
        if form is Format.CSV:
            count = write_csv(stream, columns, rows(app))
        else:
            count = write_json(stream, rows(app))
    err.print(f"{count} {what.value}", highlight=False)


@commands.command()
def pack(file: Annotated[Path, typer.Argument(help="The ZIP to write")]) -> None:
    """Write the evidence pack: verdicts, sources with copies, corrections, balance, method.

    The same data gives the same bytes.
    """
    app = make_app()
    with _replacing(file) as stream:
        write_pack(
            stream,
            Sources(
                tasks=all_tasks(app.task_store),
                verdicts=app.task_store.verdicts(),
                entries=app.audit_log.entries(),
                method=_method(app),
                feed="".join(_feed(app)) if app.settings.publisher_name else None,
            ),
        )
    err.print(f"wrote {file}", highlight=False)


def _feed(app: App) -> Iterator[str]:
    publisher = required(app.settings)
    changed_at = app.published.edition().changed_at
    name = publisher.organization.name
    return feed_parts(name, publisher.reviews(app.published), changed_at)


def _task_rows(app: App) -> Iterator[Row]:
    return map(task_row, all_tasks(app.task_store))


def _verdict_rows(app: App) -> Iterator[Row]:
    for verdict in app.task_store.verdicts():
        stored = app.task_store.get(verdict.task_id)
        yield verdict_row(verdict, stored.task if stored else None)


_EXPORTS: dict[What, tuple[tuple[str, ...], Callable[[App], Iterator[Row]]]] = {
    What.TASKS: (TASKS, _task_rows),
    What.VERDICTS: (VERDICTS, _verdict_rows),
}


def _method(app: App) -> dict[str, Any]:
    """What an assessor must know of how the desk works; nothing that is secret."""
    settings = app.settings
    scale = load_scale(settings.rating_scale)
    return {
        "claimdesk": __version__,
        "publisher": settings.publisher_name,
        "rating_scale": {
            rating.value: grade.model_dump(mode="json") for rating, grade in scale.grades.items()
        },
        "check_worthiness_threshold": settings.check_worthiness_threshold,
        "pipeline": settings.pipeline,
    }


@contextmanager
def _text(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield sys.stdout
        return
    with _replacing(out) as binary:
        stream = io.TextIOWrapper(binary, encoding="utf-8", newline="")
        yield stream
        stream.flush()
        stream.detach()


@contextmanager
def _replacing(file: Path) -> Iterator[BinaryIO]:
    """Write beside `file`, and put it in its place when all is written: nobody finds half of it."""
    beside = file.with_name(f".{file.name}.part")
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)

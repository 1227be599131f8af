"""`claimdesk audit`: the trail of what was done, exported and verified."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from services.cli.common import JsonFlag, err, make_app, out, print_json, print_table, progress
from services.ports.audit_log import Entry, Report
from services.ports.audit_log import verify as check
from services.runtime.errors import UserError
from services.runtime.events import describe

commands = typer.Typer(
    help="What was done, by whom, and that nobody changed it.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="audit")


@commands.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="An export; the database's own trail otherwise")
    ] = None,
    head: Annotated[str | None, typer.Option(help="A head that was noted before")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Check every entry's hash. Exit code 1 when the trail was changed."""
    entries = _read(file) if file else make_app().audit_log.entries()
    report = check(_counted(entries), head)
    if as_json:
        print_json(asdict(report) | {"ok": report.problem is None})
    else:
        _tell(report)
    if report.problem:
        raise typer.Exit(1)


@commands.command()
def export(
    subject: Annotated[
        str | None, typer.Option(help="Only what was done to this task, or account:NAME")
    ] = None,
) -> None:
    """Write the trail as JSON lines. A part of it, with --subject, cannot be verified by itself."""
    last = None
    for last in make_app().audit_log.entries(subject=subject):
        sys.stdout.write(last.model_dump_json() + "\n")
    if last is not None and subject is None:
        err.print(f"head {last.hash}; note it elsewhere", highlight=False)


@commands.command()
def show(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A task's id, or account:NAME")],
    as_json: JsonFlag = False,
) -> None:
    """Show what was done to a task or an account."""
    entries = list(make_app().audit_log.entries(subject=subject))
    if as_json:
        print_json([entry.model_dump(mode="json") for entry in entries])
        return
    rows = [
        (entry.seq, f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.actor, entry.action, entry.details)
        for entry in entries
    ]
    print_table("Audit trail", ("entry", "at (UTC)", "who", "what", "details"), rows)


def _read(file: Path) -> Iterator[Entry]:
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield Entry.model_validate_json(line)
                except ValidationError as error:
                    raise UserError(f"{file}, line {number}: {describe(error)}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}") from error


def _counted(entries: Iterable[Entry]) -> Iterator[Entry]:
    with progress("entries") as bar:
        task = bar.add_task("verifying", total=None)
        for entry in entries:
            bar.advance(task)
            yield entry


def _tell(report: Report) -> None:
    if report.problem:
        out.print(f"After {report.entries:,} good entries: {report.problem}.", highlight=False)
    else:
        out.print(f"{report.entries:,} entries, all as they were written.", highlight=False)
    out.print(f"head {report.head}", highlight=False)

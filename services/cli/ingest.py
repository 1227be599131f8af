"""`claimdesk ingest`: articles and feeds, from files, addresses or standard input, into the log."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from schemas.topics import ARTICLES
from services.app import App
from services.cli.common import JsonFlag, err, make_app, out, printable, progress, write_line
from services.ingest.dates import read_date
from services.ingest.documents import SUFFIXES
from services.ingest.files import until_garbage
from services.ingest.intake import Intake, Result
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.item_pages import is_gone, page_taken_back
from services.ingest.pages import FILES
from services.ingest.sandbox import Sandbox
from services.ingest.source import (
    fetch,
    is_address,
    read_file,
    read_lines,
    read_pipe,
)
from services.runtime.errors import UserError

STDIN = "-"
_COLOURS = {"new": "green", "revised": "yellow", "unchanged": "dim", "rejected": "red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ingest)


def ingest(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH_OR_URL...",
            help="Feeds (RSS, Atom) and articles (.txt, .html, .json, .jsonl), folders of them, "
            "addresses, or - for standard input",
        ),
    ],
    source: Annotated[
        str | None, typer.Option(help="The source's name, instead of what each document says")
    ] = None,
    published_at: Annotated[
        str | None, typer.Option(help="Publication time of articles that carry none (ISO 8601)")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read articles and publish those that are new or changed. Reading again adds nothing.

    Exit code 1 if anything was rejected.
    """
    options = Options(source, _moment(published_at))
    app = make_app()
    app.admin.ensure([ARTICLES])
    intake = Intake(app.producer, app.ledger, app.clock)
    rejected = 0
    with Sandbox() as sandbox, progress("documents") as bar:
        paths = list(_expand(names))
        task = bar.add_task("reading", total=len(paths))
        for name in paths:
            rows = until_garbage(_items(name, app, sandbox, options), name)
            for result in intake.take(rows):
                rejected += result.state == "rejected"
                _tell(result, as_json)
            bar.advance(task)
    if rejected:
        raise typer.Exit(1)


def _moment(value: str | None) -> datetime | None:
    notes: list[str] = []
    moment = read_date(value, notes, "--published-at", then="give one such as 2025-06-03T14:05:00Z")
    if value is not None and moment is None:
        raise UserError("; ".join(notes) or "--published-at is empty; give a time in ISO 8601")
    for note in notes:
        err.print(escape(note), highlight=False)
    return moment


def _expand(names: list[str]) -> Iterator[str]:
    """Folders become the documents in them, in the order of their names."""
    for name in names:
        if name == STDIN or is_address(name) or not Path(name).is_dir():
            yield name
            continue
        found = sorted(path for path in Path(name).iterdir() if path.suffix.lower() in SUFFIXES)
        if not found:
            raise UserError(f"{name}: no file in this folder ends in {', '.join(SUFFIXES)}")
        yield from map(str, found)


def _items(name: str, app: App, sandbox: Sandbox, options: Options) -> Iterator[Item | Refusal]:
    try:
        for document in _documents(name, app):
            if isinstance(document, Refusal):
                yield document
            else:
                yield from sandbox.read(document, options)
    except Rejected as rejected:
        source = options.source or FILES
        if is_gone(rejected.reason) and _was_read(name, source, app):
            yield page_taken_back(name, source, rejected.reason)
        else:
            yield Refusal(name, rejected.reason, str(rejected))


def _was_read(url: str, source: str, app: App) -> bool:
    with app.ledger.taking() as known:
        return known.at_address(source, url) is not None


def _documents(name: str, app: App) -> Iterator[Document | Refusal]:
    if is_address(name):
        yield fetch(name, app.web)
    elif name == STDIN:
        yield from read_pipe(sys.stdin.buffer, "standard input")
    elif name.lower().endswith(".jsonl") and Path(name).is_file():
        with Path(name).open("rb") as stream:
            yield from read_lines(stream, name)
    else:
        yield read_file(Path(name))


def _tell(result: Result, as_json: bool) -> None:
    if as_json:
        write_line(sys.stdout, asdict(result))
        return
    colour = _COLOURS[result.state]
    what = f"{result.reason}: {result.message}" if result.reason else result.title
    place = result.where if result.reason else f"{result.article_id} r{result.revision}"
    line = f"[{colour}]{result.state:<9}[/{colour}] {escape(printable(f'{place}  {what}'))}"
    (err if result.reason else out).print(line, highlight=False, soft_wrap=True)
    for note in result.notes:
        out.print(
            f"          [dim]{escape(printable(note))}[/dim]", highlight=False, soft_wrap=True
        )

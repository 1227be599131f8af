"""`claimdesk evidence`: set the store up, load files into it, look things up."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from services.cli.common import (
    JsonFlag,
    StoreOption,
    make_app,
    out,
    print_json,
    print_table,
    progress,
    write_line,
)
from services.evidence.load import Problem, Report, load
from services.ports.evidence_store import Query
from services.runtime.errors import UserError

commands = typer.Typer(help="Prior fact-checks, reports and official statements.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="evidence")


@commands.command()
def setup(store: StoreOption = None) -> None:
    """Create the store; what is there stays as it is."""
    app = make_app(store=store)
    app.evidence_store.setup()
    out.print(f"The {app.settings.store} evidence store is ready.")


@commands.command("load")
def load_files(
    files: Annotated[list[Path], typer.Argument(help=".jsonl, .csv or .tsv, perhaps with .gz")],
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Load files; loading one again changes nothing. Exit code 1 if a row was rejected."""
    app = make_app(store=store)
    with progress("rows") as bar:
        task = bar.add_task("loading", total=None)
        report = load(
            files,
            store=app.evidence_store,
            analyser=app.analyser,
            tell=_tell,
            progress=lambda rows: bar.advance(task, rows),
        )
    summary = {**asdict(report.loaded), "rejected": report.rejected}
    if as_json:
        print_json({**summary, "problems": [asdict(one) for one in report.problems]})
    else:
        out.print(", ".join(f"{count} {name}" for name, count in summary.items()))
    _exit(report)


def _tell(problem: Problem) -> None:
    word = "rejected" if problem.rejected else "note"
    sys.stderr.write(f"{problem.file}:{problem.line}: {word}: {problem.reason}\n")


def _exit(report: Report) -> None:
    if report.rejected:
        raise typer.Exit(1)


@commands.command()
def show(
    evidence_id: Annotated[str, typer.Argument(metavar="ID")],
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one item."""
    found = make_app(store=store).evidence_store.get([evidence_id])
    if not found:
        raise UserError(
            f"no evidence has the id {evidence_id!r}: `claimdesk evidence search TEXT` lists ids"
        )
    fields = found[0].model_dump(mode="json")
    if as_json:
        print_json(fields)
    else:
        print_table(evidence_id, ("field", "value"), fields.items())


@commands.command()
def count(store: StoreOption = None, as_json: JsonFlag = False) -> None:
    """Say how many items there are."""
    number = make_app(store=store).evidence_store.count()
    if as_json:
        print_json({"count": number})
    else:
        out.print(number, highlight=False)


@commands.command()
def search(
    text: str,
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many items.")] = 10,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Search by words and by meaning."""
    app = make_app(store=store)
    query = Query(app.analyser.terms([text])[0], app.analyser.vectors([text])[0])
    hits = app.evidence_store.search([query], top)[0]
    if as_json:
        for hit in hits:
            scores = {"bm25": hit.bm25, "cosine": hit.cosine, "rank": hit.rank}
            write_line(sys.stdout, {"evidence": hit.evidence.model_dump(mode="json"), **scores})
        return
    print_table(
        f"{len(hits)} items",
        ("id", "kind", "claim", "rating", "words", "meaning"),
        (
            (
                hit.evidence.id,
                hit.evidence.kind.value,
                hit.evidence.claim,
                hit.evidence.rating,
                f"{hit.bm25:.1f}",
                f"{hit.cosine:.2f}",
            )
            for hit in hits
        ),
    )

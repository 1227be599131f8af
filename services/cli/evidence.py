"""`claimdesk evidence`: set the store up, load files into it, look things up."""

import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from schemas.evidence import EvidenceKind
from schemas.topics import EVIDENCE
from services.app import App
from services.cli.common import (
    JsonFlag,
    StoreOption,
    err,
    make_app,
    out,
    print_json,
    print_table,
    printable,
    progress,
    write_line,
)
from services.evidence.changes import Announcer
from services.evidence.files import check
from services.evidence.indexed import FORMAT
from services.evidence.load import Problem, Report, load
from services.evidence.ratings import tally
from services.evidence.rebuild import rebuild
from services.evidence.statements import Given
from services.evidence.withdrawal import missing, restore, withdraw, withdraw_missing
from services.ports.evidence_store import Query
from services.runtime.errors import NotReady, UserError

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
def load_files(  # noqa: PLR0913, PLR0917 - one parameter an option
    files: Annotated[
        list[Path], typer.Argument(help="JSON, JSON lines, CSV, HTML or text, perhaps gzipped.")
    ],
    store: StoreOption = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Write rejected rows here, as JSON lines.")
    ] = None,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help="The files hold everything of their publishers: withdraw what they lack.",
        ),
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="With --complete, also when most would be withdrawn.")
    ] = False,
    kind: Annotated[
        EvidenceKind | None, typer.Option("--kind", help="For texts and pages: what they are.")
    ] = None,
    speaker: Annotated[
        str | None, typer.Option("--speaker", help="For texts and pages: who says it.")
    ] = None,
    publisher: Annotated[
        str | None, typer.Option("--publisher", help="For texts and pages: who published it.")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", help="For texts and pages: when it was said.")
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", help="For texts and pages: its title.")
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="For texts and pages: where it stands.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="For texts and pages: its code, as en.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Load files; loading one again changes nothing. Exit code 1 if a row was rejected."""
    given = Given(kind, speaker, publisher, date, title, url, language)
    total = check(files)
    app = make_app(store=store)
    with ExitStack() as stack:
        announcer = _announcer(app, stack)
        bar = stack.enter_context(_bytes_bar())
        task = bar.add_task("loading", total=total)
        written = stack.enter_context(rejects.open("w", encoding="utf-8")) if rejects else None
        report = Report(
            tell=lambda problem: _tell(problem, written),
            progress=lambda done: bar.update(task, completed=done),
        )
        try:
            load(
                files,
                store=app.evidence_store,
                analyser=app.analyser,
                given=given,
                announcing=announcer,
                report=report,
            )
            if complete:
                _withdraw_missing(app, report, files, announcer, anyway=anyway)
        except (NotReady, UserError):
            sys.stderr.write(f"until then: {_summary(report)}; load again to go on from there\n")
            raise
    if as_json:
        counts = {**asdict(report.loaded), "rejected": report.rejected}
        print_json({**counts, "problems": [_shown(one) for one in report.problems]})
    else:
        out.print(_summary(report))
    if report.rejected:
        raise typer.Exit(1)


def _announcer(app: App, stack: ExitStack) -> Announcer:
    """Who publishes what changes; what an earlier run did not live to publish goes first."""
    app.admin.ensure([EVIDENCE])
    folder = app.settings.data_dir / "evidence-changes"
    announcer = stack.enter_context(Announcer(app.producer, app.clock, folder))
    announcer.recover(app.evidence_store)
    return announcer


def _withdraw_missing(
    app: App, report: Report, files: list[Path], announcer: Announcer, *, anyway: bool
) -> None:
    gone = missing(report.names, app.evidence_store, anyway=anyway)
    source = ", ".join(path.name for path in files)
    count = withdraw_missing(gone, source, store=app.evidence_store, announcing=announcer)
    report.loaded = replace(report.loaded, withdrawn=report.loaded.withdrawn + count)


def _bytes_bar() -> Progress:
    """A progress bar on stderr that counts bytes, silent when nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def _summary(report: Report) -> str:
    counts = {**asdict(report.loaded), "rejected": report.rejected}
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _shown(problem: Problem) -> dict[str, Any]:
    names = ("file", "place", "reason", "rejected")
    return {name: getattr(problem, name) for name in names}


def _tell(problem: Problem, rejects: IO[str] | None) -> None:
    word = "rejected" if problem.rejected else "note"
    sys.stderr.write(printable(f"{problem.file}:{problem.place}: {word}: {problem.reason}") + "\n")
    if problem.rejected and rejects is not None:
        row = dict(problem.row) if problem.row is not None else None
        write_line(rejects, {**_shown(problem), "row": row})


@commands.command("withdraw")
def withdraw_items(
    ids: Annotated[list[str], typer.Argument(metavar="ID...")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why, for the reviewers who relied on it.")
    ],
    store: StoreOption = None,
) -> None:
    """Withdraw items: no search finds them any longer; `show` still does."""
    if not reason.strip():
        raise UserError("--reason is empty: say why the item no longer counts")
    app = make_app(store=store)
    with ExitStack() as stack:
        announcer = _announcer(app, stack)
        count = withdraw(ids, reason.strip(), store=app.evidence_store, announcing=announcer)
    out.print(f"{count} withdrawn, {len(set(ids)) - count} were already")


@commands.command("restore")
def restore_items(
    ids: Annotated[list[str], typer.Argument(metavar="ID...")], store: StoreOption = None
) -> None:
    """Bring withdrawn items back, as a new revision."""
    app = make_app(store=store)
    with ExitStack() as stack:
        announcer = _announcer(app, stack)
        count = restore(ids, store=app.evidence_store, analyser=app.analyser, announcing=announcer)
    out.print(f"{count} restored, {len(set(ids)) - count} were not withdrawn")


@commands.command()
def ratings(
    every: Annotated[
        bool, typer.Option("--all", help="Mapped ratings too, with what they mean.")
    ] = False,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List the ratings that no finding is known for, with their publishers and counts."""
    counts = tally(make_app(store=store).evidence_store.scan(), every=every)
    rows = [(*key, count) for key, count in counts.most_common()]
    names = ("publisher", "rating", "finding", "count")
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(f"{len(rows)} {'' if every else 'unmapped '}ratings", names, rows)


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
def reindex(
    restart: Annotated[
        bool, typer.Option("--restart", help="Remove what an interrupted reindex left.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Analyse every item anew into this release's format.

    The store is searched and loaded meanwhile; an old format is read too. What was analysed takes the place
    of the old index in one step.
    """
    app = make_app(store=store)
    with progress("items") as bar:
        task = bar.add_task("analysing", total=None)
        rebuild(
            app.evidence_client,
            app.analyser,
            lambda items: bar.advance(task, items),
            restart=restart,
        )
    out.print(f"{app.evidence_store.count()} items are in format {FORMAT}.")


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

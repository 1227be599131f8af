"""`claimdesk demo`: the main job from end to end on the demonstration corpus."""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from schemas.topics import TOPICS
from services.app import App
from services.cli.common import err, make_app, out, printable, progress
from services.cli.greeting import say_address
from services.cli.signals import stop_on_signals
from services.evidence.load import Report, load
from services.flow import SERVICES
from services.ingest.documents import read_document
from services.ingest.intake import Intake
from services.ingest.item import Options
from services.ingest.source import read_file
from services.ports.event_log import drained
from services.ports.task_store import StoredTask
from services.review.service import DeskServer
from services.runtime.errors import UserError
from services.runtime.service import Service

CORPUS = Path(__file__).parents[2] / "demo"
"""The demonstration corpus of a checkout."""

_LOOK_SECONDS = 0.1  # pause between two looks at the lag


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    corpus: Annotated[
        Path, typer.Option(help="A folder with evidence.jsonl and articles/.", show_default=False)
    ] = CORPUS,
    once: Annotated[
        bool, typer.Option("--once", help="End after the table instead of serving the page.")
    ] = False,
    rows: Annotated[int, typer.Option(min=1, help="Tasks in the table.")] = 20,
) -> None:
    """Stream the demonstration corpus through all services, print the tasks and serve the page.

    Embedded, it starts afresh in a folder of its own; on a real stack it adds to what is there.
    """
    app = _app(once)
    articles = sorted((corpus / "articles").glob("*.json"))
    if not articles:
        raise UserError(f"{corpus}: no articles/*.json there; give --corpus a demonstration corpus")
    stop = threading.Event()
    stop_on_signals(stop)
    began = time.monotonic()
    app.admin.ensure(TOPICS)
    _load_evidence(app, corpus / "evidence.jsonl")
    with _running(app, stop) as services:
        _stream(app, articles, services, stop)
        interrupted = stop.is_set()
        if not interrupted:
            out.print(f"[dim]{time.monotonic() - began:.1f} s from start to tasks[/dim]")
            _print_tasks(app, rows)
            if not once:
                _serve(services, stop)
    if interrupted:
        err.print("interrupted before all tasks were there")
        raise typer.Exit(130)


def _app(once: bool) -> App:
    settings = make_app().settings
    overrides: dict[str, object] = {"data_dir": settings.data_dir / "demo"}
    if settings.broker == "embedded" and settings.store == "embedded":
        shutil.rmtree(settings.data_dir / "demo", ignore_errors=True)
    if once:
        overrides["http_port"] = 0  # nobody looks at the page, so it must not be in the way
    return make_app(**overrides)


def _load_evidence(app: App, path: Path) -> None:
    with progress("bytes") as bar:
        task = bar.add_task("evidence", total=path.stat().st_size)
        report = Report(
            tell=lambda problem: _tell(f"{problem.file}:{problem.place}", problem.reason),
            progress=lambda done: bar.update(task, completed=done),
        )
        load([path], store=app.evidence_store, analyser=app.analyser, report=report)
    out.print(f"evidence: {report.rows} items, {report.rejected} rejected")


def _tell(where: str, why: str) -> None:
    err.print(escape(printable(f"{where}: {why}")), highlight=False)


@contextmanager
def _running(app: App, stop: threading.Event) -> Iterator[list[Service]]:
    """All services in a thread until the block ends; raises what ended them before that."""
    services = app.services(SERVICES)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            app.runner.run(services, stop)
        except BaseException as failure:  # noqa: BLE001 - raised below, in the main thread
            failures.append(failure)
        finally:
            stop.set()

    thread = threading.Thread(target=work, name="services")
    thread.start()
    try:
        yield services
    finally:
        stop.set()
        thread.join()
    if failures:
        raise failures[0]


def _stream(
    app: App, articles: Sequence[Path], services: Sequence[Service], stop: threading.Event
) -> None:
    intake = Intake(app.producer, app.ledger, app.clock)
    steps = [(step.name, step.consumes) for service in services for step in service.steps]
    counts: dict[str, int] = {}
    with progress("articles") as bar:
        task = bar.add_task("articles", total=len(articles))
        for path in articles:
            for result in intake.take(read_document(read_file(path), Options())):
                counts[result.state] = counts.get(result.state, 0) + 1
                if result.message:
                    _tell(result.where, result.message)
            bar.advance(task)
        bar.update(task, description="extract, match, triage")
        while not stop.is_set() and not drained(app.admin, steps):
            stop.wait(_LOOK_SECONDS)
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    out.print(f"articles: {told}")


def _print_tasks(app: App, rows: int) -> None:
    tasks, more = app.task_store.page(limit=rows)
    total = sum(app.task_store.counts().values())
    table = Table(title=f"Verification tasks ({len(tasks)} of {total})", title_justify="left")
    for name, ratio in (("", 1), ("claim", 9), ("speaker", 3), ("why", 5), ("best evidence", 8)):
        table.add_column(name, ratio=ratio, overflow="fold", justify="left" if name else "right")
    table.add_column("relation", no_wrap=True)
    for stored in tasks:
        table.add_row(*map(escape, _row(stored)))
    out.print(table)
    if more:
        where = "" if app.settings.database_url else f"CLAIMDESK_DATA_DIR={app.settings.data_dir} "
        out.print(f"[dim]{where}claimdesk tasks shows all of them[/dim]", highlight=False)


def _row(stored: StoredTask) -> tuple[str, ...]:
    task = stored.task
    best = task.evidence[0] if task.evidence else None
    sightings = f" (seen {len(task.sightings)} times)" if len(task.sightings) > 1 else ""
    return (
        f"{task.priority.value:.2f}",
        printable(task.claim.text) + sightings,
        printable(task.claim.speaker or "–"),
        printable(task.reason),
        printable(f"{best.evidence.publisher or best.evidence.kind}: {best.evidence.claim}")
        if best
        else "–",
        best.relation.value if best else "–",
    )


def _serve(services: Sequence[Service], stop: threading.Event) -> None:
    workers = [work for service in services for work in service.background]
    desk = next(work for work in workers if isinstance(work, DeskServer))
    while not stop.is_set() and not desk.listening.wait(_LOOK_SECONDS):
        pass
    if desk.url:
        say_address(desk.entrance())
        out.print("[dim]Ctrl-C ends[/dim]")
    stop.wait()

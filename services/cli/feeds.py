"""`claimdesk feeds`: which feeds are polled, and how each of them is."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.topics import ARTICLES
from services.app import App
from services.cli.common import (
    JsonFlag,
    err,
    make_app,
    out,
    print_json,
    print_table,
    printable,
    progress,
    write_line,
)
from services.cli.signals import stop_on_signals
from services.ingest.backfill import Backfill
from services.ingest.checking import FeedReport, check_feed_at
from services.ingest.feed_adding import feed_address
from services.ingest.feed_view import FeedView
from services.ingest.item import Rejected
from services.ingest.opml import read_opml, write_opml
from services.ingest.sandbox import Sandbox
from services.ingest.source import is_address
from services.ports.feed_registry import Feed, FeedRegistry
from services.runtime.errors import UserError

commands = typer.Typer(
    help="Which feeds are polled, and how each of them is.", no_args_is_help=True
)
STDIO = "-"
_BATCH = 500
_COLUMNS = ("id", "address", "title", "state", "last success", "new", "copies", "every", "error")
Names = Annotated[list[str], typer.Argument(metavar="FEED...", help="Ids or addresses")]
MaybeNames = Annotated[
    list[str] | None, typer.Argument(metavar="[FEED...]", help="Ids or addresses; all otherwise")
]
ByOption = Annotated[str, typer.Option(help="Who adds it")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="feeds")


@commands.command()
def add(
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS...", help="Addresses, or files of this machine")
    ],
    title: Annotated[str | None, typer.Option(help="Its title, until it tells one itself")] = None,
    by: ByOption = "desk",
    as_json: JsonFlag = False,
) -> None:
    """Poll these feeds from now on. Adding one again changes nothing; one that was stopped is taken up again."""
    app = make_app()
    rows = [(feed_address(name, app.web, files=True), title) for name in addresses]
    added = app.feed_registry.add(rows, by, app.clock.now(), seed=False)
    _show(added, app, as_json)


@commands.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Also those that are stopped")] = False,
    failing: Annotated[bool, typer.Option("--failing", help="Only those that fail")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the feeds and the health of each."""
    app = make_app()
    feeds = every_feed(app.feed_registry, stopped=all_)
    _show([feed for feed in feeds if feed.failures or not failing], app, as_json)
    if not as_json:
        health = app.feed_registry.health(app.clock.now())
        out.print(
            f"{health.active} active, {health.failing} failing, {health.never_read} never read, "
            f"{health.overdue} overdue, {health.stopped} stopped; {health.new} articles, of them "
            f"{health.copies} copies of others.",
            highlight=False,
        )


@commands.command()
def check(names: Names, as_json: JsonFlag = False) -> None:
    """Ask feeds once and tell what they would give, their problems and their cost. Nothing is published.

    Exit code 1 if one is of no use.
    """
    app = make_app()
    least = timedelta(seconds=app.settings.poll_seconds)
    useless = 0
    with Sandbox() as sandbox, progress("feeds") as bar:
        task = bar.add_task("checking", total=len(names))
        for name in names:
            known = app.feed_registry.find(name)
            address = known.address if known else feed_address(name, app.web, files=False)
            report = check_feed_at(address, app.web, sandbox, app.clock.now(), least)
            useless += not report.usable
            _tell_report(report, as_json)
            bar.advance(task)
    if useless:
        raise typer.Exit(1)


@commands.command()
def remove(names: Names, as_json: JsonFlag = False) -> None:
    """Poll these feeds no more. Their articles stay, and so does what is known of them."""
    app = make_app()
    feeds = _named(app.feed_registry, names)
    for feed in feeds:
        app.feed_registry.remove(feed.id)
    if as_json:
        print_json([{"id": feed.id, "address": feed.address, "removed": True} for feed in feeds])
        return
    for feed in feeds:
        out.print(f"Removed {printable(feed.address)}.", highlight=False, markup=False)


@commands.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="OPML, or - for standard input")],
    by: ByOption = "opml",
    as_json: JsonFlag = False,
) -> None:
    """Add the feeds of an OPML file. Exit code 1 if an address in it cannot be a feed."""
    app = make_app()
    found = _read_opml(file)
    good, bad = list[tuple[str, str | None]](), list[dict[str, str]]()
    for address, title in found:
        try:
            good.append((feed_address(address, app.web, files=False), title))
        except UserError as error:
            bad.append({"address": address, "error": str(error)})
    with progress("feeds") as bar:
        task = bar.add_task("adding", total=len(good))
        for start in range(0, len(good), _BATCH):
            part = good[start : start + _BATCH]
            app.feed_registry.add(part, by, app.clock.now(), seed=False)
            bar.advance(task, len(part))
    if as_json:
        print_json({"feeds": len(good), "refused": bad})
    else:
        out.print(f"{len(good)} feeds are polled.", highlight=False)
        for row in bad:
            err.print(printable(row["error"]), highlight=False, markup=False)
    if bad:
        raise typer.Exit(1)


@commands.command()
def export(
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="Where to write; - is standard output")
    ] = STDIO,
) -> None:
    """Write the active feeds as OPML. Addresses are written whole, with the tokens that they may hold."""
    registry = make_app().feed_registry
    rows = ((feed.address, feed.title) for feed in every_feed(registry) if is_address(feed.address))
    if file == STDIO:
        sys.stdout.writelines(write_opml(rows))
        return
    try:
        with Path(file).open("w", encoding="utf-8") as stream:
            stream.writelines(write_opml(rows))
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error


@commands.command()
def poll(
    names: MaybeNames = None,
    all_pages: Annotated[
        bool,
        typer.Option(
            "--all-pages", help="Also every older document that a feed links to (RFC 5005)"
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Ask feeds now, unless their server wants to be left alone, and publish what is new.

    Exit code 1 if one could not be read.
    """
    app = make_app()
    feeds = _named(app.feed_registry, names) if names else list(every_feed(app.feed_registry))
    active = [feed for feed in feeds if not feed.stopped]
    app.admin.ensure([ARTICLES])
    stop = threading.Event()
    stop_on_signals(stop)
    failed = (
        _poll_older(app, active, stop, as_json) if all_pages else _poll(app, active, stop, as_json)
    )
    if failed or len(active) < len(feeds):
        raise typer.Exit(1)


def _poll(app: App, feeds: Sequence[Feed], stop: threading.Event, as_json: bool) -> int:
    """How many failed."""
    ids = [feed.id for feed in feeds]
    before = {feed.id: feed for feed in feeds}
    app.feed_registry.wake(ids, app.clock.now())
    failures = Counter[str]()
    with progress("feeds") as bar:
        task = bar.add_task("polling", total=len(ids))

        def told(feed: Feed) -> None:
            failures["failed"] += bool(feed.failures)
            _tell_poll(feed, before[feed.id], as_json)
            bar.advance(task)

        app.make_poller().run_once(ids, stop, told)
    return failures["failed"]


def _poll_older(app: App, feeds: Sequence[Feed], stop: threading.Event, as_json: bool) -> int:
    pause, failed = timedelta(seconds=app.settings.poll_host_seconds), 0
    with Sandbox() as sandbox, progress("documents") as bar:
        older = Backfill(app.web, sandbox, app.intake, app.clock, pause)
        for feed in feeds:
            task = bar.add_task(printable(feed.address)[:40], total=None)
            for document in older.read(feed, stop):
                counts = Counter(str(result.state) for result in document.results)
                failed += document.reason is not None
                row: dict[str, Any] = {"feed": feed.id, "address": document.address}
                row |= {**counts, "reason": document.reason, "error": document.message}
                _tell(row, as_json)
                bar.advance(task)
    return failed


def every_feed(registry: FeedRegistry, *, stopped: bool = False) -> Iterator[Feed]:
    """All feeds, some at a time."""
    after: str | None = None
    while part := registry.feeds(stopped=stopped, after=after):
        yield from part
        after = part[-1].id


def _named(registry: FeedRegistry, names: Sequence[str]) -> list[Feed]:
    found = []
    for name in names:
        feed = registry.find(name) or registry.find(str(Path(name).resolve()))
        if feed is None:
            raise UserError(f"no feed {name!r}; `claimdesk feeds list` shows them")
        found.append(feed)
    return found


def _read_opml(file: str) -> list[tuple[str, str | None]]:
    try:
        body = sys.stdin.buffer.read() if file == STDIO else Path(file).read_bytes()
        return read_opml(body)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error
    except Rejected as rejected:
        raise UserError(f"{file} is not taken ({rejected.reason}): {rejected}") from rejected


def _show(feeds: Sequence[Feed], app: App, as_json: bool) -> None:
    now = app.clock.now()
    views = [FeedView.of(feed, now) for feed in feeds]
    if as_json:
        print_json([view.model_dump(mode="json") for view in views])
        return
    print_table("Feeds", _COLUMNS, [_cells(view, now) for view in views])


def _cells(view: FeedView, now: datetime) -> list[Any]:
    ago = f"{_short(now - view.succeeded_at)} ago" if view.succeeded_at else "never"
    share = "" if view.copies_share is None else f"{view.copies_share:.0%}"
    every = _short(timedelta(seconds=view.interval_seconds)) if view.interval_seconds else ""
    error = f"{view.reason}: {view.error}" if view.reason else ""
    return [view.id, view.address, view.title, view.state, ago, view.new, share, every, error]


def _short(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _tell_poll(feed: Feed, before: Feed, as_json: bool) -> None:
    counts = {
        name: getattr(feed, name) - getattr(before, name)
        for name in ("items", "new", "revised", "rejected")
    }
    row = {"feed": feed.id, "address": feed.address, **counts}
    _tell(row | {"reason": feed.reason, "error": feed.error}, as_json)


def _tell(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        write_line(sys.stdout, row)
        return
    counts = ", ".join(f"{value} {name}" for name, value in row.items() if isinstance(value, int))
    told = f"{row['reason']}: {row['error']}" if row["reason"] else counts or "nothing new"
    line = printable(f"{row['address']}  {told}")
    (err if row["reason"] else out).print(line, highlight=False, markup=False, soft_wrap=True)


def _tell_report(report: FeedReport, as_json: bool) -> None:
    if as_json:
        write_line(sys.stdout, report.model_dump(mode="json"))
        return
    rows = [
        (name.replace("_", " "), "; ".join(map(str, value)) if isinstance(value, list) else value)
        for name, value in report.model_dump(exclude={"address", "problems"}).items()
        if value not in (None, [], {})
    ]
    rows += [("problem", text) for text in report.problems]
    print_table(printable(report.address), ("what", "found"), rows)

"""`claimdesk desk`: the reviewers' page alone; `claimdesk desk stats`: how the desk's people agree."""

import threading

import typer

from services.cli.common import JsonFlag, make_app, out, print_json, print_table
from services.cli.greeting import greet_from
from services.cli.signals import stop_on_signals
from services.review.service import DeskServer
from services.review.stats import Agreement, Share, stats_of

desk = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(desk, name="desk")


@desk.callback()
def serve(context: typer.Context) -> None:
    """Serve the reviewers' page and API alone, until SIGTERM or SIGINT."""
    if context.invoked_subcommand is not None:
        return
    app = make_app()
    stop = threading.Event()
    stop_on_signals(stop)
    server = DeskServer(app.settings, app.desk_parts)
    greet_from([server])
    server.run(stop)


@desk.command()
def stats(as_json: JsonFlag = False) -> None:
    """Say how reviewers agree, what they make of seeded tasks, and how often the evidence's pointer was right."""
    found = stats_of(make_app().task_store.opinions())
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    out.print(f"{found.opinions:,} opinions; {found.double_reviewed:,} tasks were reviewed twice:")
    out.print(f"  both found the same: {_told(found.same)}; {found.adjudicated:,} were adjudicated")
    out.print(f"  Krippendorff's alpha, all ratings: {_alpha(found.nominal)}")
    out.print(f"  Krippendorff's alpha, steps from true to false: {_alpha(found.ordinal)}")
    print_table(
        "Reviewers",
        ("name", "opinions", "seeded tasks found"),
        [(one.name, f"{one.opinions:,}", _told(one.known)) for one in found.reviewers],
    )
    print_table(
        "Ratings on the side that the evidence pointed to",
        ("month", "share"),
        [(one.month, _told(one.suggestion)) for one in found.months],
    )


def _told(share: Share) -> str:
    if not share.of:
        return "none yet"
    percent = f"{100 * share.hits / share.of:.0f}%, 95% interval {100 * share.low:.0f} to {100 * share.high:.0f}%"
    return f"{share.hits:,} of {share.of:,} ({percent})"


def _alpha(found: Agreement | None) -> str:
    if found is None:
        return "none yet"
    return f"{found.value:.3f} (95% interval {found.low:.3f} to {found.high:.3f}; {found.tasks:,} tasks)"

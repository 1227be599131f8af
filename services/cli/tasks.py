"""`claimdesk tasks`: the reviewers' queue on the command line."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from schemas.claim import Kind
from schemas.match import Relation
from services.app import App
from services.cli import tasks_acting, tasks_clusters
from services.cli.common import JsonFlag, make_app, print_json
from services.cli.tasks_acting import AsOption, TaskArgument, actor_named, checked
from services.cli.tasks_showing import print_queue, print_task
from services.cli.tasks_showing import view as shown
from services.ports.task_store import Filter, StoredTask, UnknownTask
from services.ports.work import State
from services.runtime.errors import UserError

PAGE = 200
"""Tasks read from the store at once."""

tasks = typer.Typer(
    help="The queue: list tasks, look at one, and everything that reviewers and editors do to them.",
    invoke_without_command=True,
)
tasks_acting.register(tasks)
tasks_clusters.register(tasks)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(tasks, name="tasks")


@tasks.callback()
def list_tasks(  # noqa: PLR0913, PLR0917 - each is an option
    context: typer.Context,
    as_json: JsonFlag = False,
    state: Annotated[
        list[State] | None, typer.Option("--state", help="Only these; all when not given.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Words of the claim or its speaker.")] = None,
    speaker: Annotated[str | None, typer.Option(help="A part of the speaker's name.")] = None,
    outlet: Annotated[str | None, typer.Option(help="Seen at this outlet.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Of this kind.")] = None,
    relation: Annotated[
        Relation | None, typer.Option(help="Some evidence stands so to the claim.")
    ] = None,
    desk: Annotated[str | None, typer.Option(help="Assigned to this desk.")] = None,
    language: Annotated[str | None, typer.Option(help="Of this language, with any region.")] = None,
    skill: Annotated[str | None, typer.Option(help="Waits for this specialist.")] = None,
    holder: Annotated[str | None, typer.Option(help="Held or decided by them.")] = None,
    due_before: Annotated[
        datetime | None, typer.Option(help="With a deadline before this time (UTC).")
    ] = None,
    view: Annotated[str | None, typer.Option(help="The filter saved under this name.")] = None,
    save_view: Annotated[str | None, typer.Option(help="Save this filter under a name.")] = None,
    name: Annotated[str | None, typer.Option("--as", help="Whose views are meant.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many; 0 lists all.")] = 0,
) -> None:
    """List the tasks: those with a near deadline first, then by priority."""
    if context.invoked_subcommand is not None:
        return
    app = make_app()
    where = checked(
        Filter,
        states=tuple(state or ()),
        text=text,
        speaker=speaker,
        outlet=outlet,
        kind=kind,
        relation=relation,
        desk=desk,
        language=language,
        skill=skill,
        holder=holder,
        due_before=due_before.replace(tzinfo=UTC) if due_before else None,
    )
    if view is not None:
        where = _saved(app, name, view)
    if save_view is not None:
        app.task_store.save_view(_whose(app, name), save_view, where)
    found = _all(app, where, limit)
    if as_json:
        print_json([shown(stored) for stored in found])
        return
    counts = app.task_store.counts(where, now=app.clock.now())
    print_queue(found, sum(counts.values()))


@tasks.command()
def views(name: AsOption, as_json: JsonFlag = False) -> None:
    """List your saved filters."""
    app = make_app()
    found = app.task_store.views(_whose(app, name))
    listed = {
        key: where.model_dump(mode="json", exclude_defaults=True) for key, where in found.items()
    }
    if as_json:
        print_json(listed)
        return
    for key, where in listed.items():
        print_json({key: where})


@tasks.command("forget-view")
def forget_view(
    view: Annotated[str, typer.Argument(metavar="NAME", help="The view's name.")], name: AsOption
) -> None:
    """Forget a saved filter."""
    app = make_app()
    _saved(app, name, view)
    app.task_store.save_view(_whose(app, name), view, None)


@tasks.command()
def show(
    task_id: TaskArgument,
    name: Annotated[str | None, typer.Option("--as", help="Shows your draft as well.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one task with its evidence, the parts of its priority and its sightings."""
    app = make_app()
    stored = app.task_store.get(task_id, now=app.clock.now())
    if stored is None:
        raise UserError(str(UnknownTask(task_id)))
    viewer = actor_named(app, name) if name is not None else None
    print_task(stored, as_json=as_json, viewer=viewer)


def _whose(app: App, name: str | None) -> str:
    if name is None:
        raise UserError("whose view? say --as NAME")
    return actor_named(app, name).name


def _saved(app: App, name: str | None, view: str) -> Filter:
    owner = _whose(app, name)
    found = app.task_store.views(owner).get(view)
    if found is None:
        raise UserError(f"{owner} has no view {view}; see `claimdesk tasks views --as {owner}`")
    return found


def _all(app: App, where: Filter, limit: int) -> list[StoredTask]:
    found: list[StoredTask] = []
    cursor: str | None = None
    now = app.clock.now()
    while not limit or len(found) < limit:
        size = min(PAGE, limit - len(found)) if limit else PAGE
        page, cursor = app.task_store.page(where, limit=size, after=cursor, now=now)
        found += page
        if cursor is None:
            break
    return found

"""`claimdesk tasks merge|split|undo|choices`: which sightings are one claim, as a reviewer decides."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from schemas.cluster_choice import ClusterChoice
from services.cli.common import JsonFlag, make_app, print_json, print_table
from services.ports.task_store import Conflict, StoredTask, TaskStore, UnknownTask
from services.review.clusters import MergeRequest, SplitRequest
from services.review.views import Named
from services.runtime.errors import UserError

Reviewer = Annotated[str, typer.Option("--reviewer", help="Your name, as the task tells it.")]
TaskId = Annotated[str, typer.Argument(metavar="ID", help="The task's id.")]


def register(
    group: typer.Typer, checked: Callable[..., Any], show: Callable[[StoredTask, bool], None]
) -> None:
    """Add the commands to `group`; `checked` makes a request, `show` prints a task."""

    @group.command()
    def merge(
        task_id: TaskId,
        reviewer: Reviewer,
        into: Annotated[str, typer.Option("--into", help="The task that all sightings join.")],
        as_json: JsonFlag = False,
    ) -> None:
        """Merge a task into another: they are one claim, also for sightings to come."""
        name = checked(Named, reviewer=reviewer).reviewer
        asked = checked(MergeRequest, into=into)
        show(_done(lambda store, now: store.merge(task_id, asked.into, name, now)), as_json)

    @group.command()
    def split(
        task_id: TaskId,
        reviewer: Reviewer,
        claim: Annotated[list[str], typer.Option("--claim", help="A claim's id; repeatable.")],
        as_json: JsonFlag = False,
    ) -> None:
        """Split claims and their copies off a task: they are another claim, also for sightings to come."""
        name = checked(Named, reviewer=reviewer).reviewer
        asked = checked(SplitRequest, claim_ids=claim)
        show(
            _done(lambda store, now: store.split(task_id, asked.claim_ids, name, now)),
            as_json,
        )

    @group.command()
    def undo(
        choice_id: Annotated[
            str, typer.Argument(metavar="CHOICE", help="As `claimdesk tasks choices` lists it.")
        ],
        reviewer: Reviewer,
        as_json: JsonFlag = False,
    ) -> None:
        """Take a merge or a split back: every sighting goes where it was."""
        name = checked(Named, reviewer=reviewer).reviewer
        show(_done(lambda store, now: store.undo(choice_id, name, now)), as_json)

    @group.command()
    def choices(as_json: JsonFlag = False) -> None:
        """List all merges, splits and undos, oldest first."""
        found = make_app().task_store.choices()
        if as_json:
            print_json([choice.model_dump(mode="json") for choice in found])
        else:
            print_table(
                f"{len(found)} choices",
                ("id", "kind", "undoes", "reviewer", "at"),
                [_row(choice) for choice in found],
            )


def _done(act: Callable[[TaskStore, datetime], StoredTask]) -> StoredTask:
    app = make_app()
    try:
        return act(app.task_store, app.clock.now())
    except (Conflict, UnknownTask) as error:
        raise UserError(str(error)) from error


def _row(choice: ClusterChoice) -> tuple[str, ...]:
    return (
        choice.id,
        choice.kind.value,
        choice.undo_of or "",
        choice.reviewer,
        f"{choice.at:%Y-%m-%d %H:%M}",
    )

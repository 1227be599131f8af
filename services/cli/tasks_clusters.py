"""`claimdesk tasks merge|split|undo|choices`: which sightings are one claim, as a reviewer decides."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from schemas.cluster_choice import ClusterChoice
from services.cli.common import JsonFlag, make_app, print_json, print_table
from services.cli.tasks_acting import AsOption, TaskArgument, actor_named, attempt, checked
from services.ports.task_store import StoredTask, TaskStore
from services.review.clusters import MergeRequest, SplitRequest


def register(group: typer.Typer) -> None:
    """Add the commands to `group`."""

    @group.command()
    def merge(
        task_id: TaskArgument,
        name: AsOption,
        into: Annotated[str, typer.Option("--into", help="The task that all sightings join.")],
        as_json: JsonFlag = False,
    ) -> None:
        """Merge a task into another: they are one claim, also for sightings to come."""
        asked = checked(MergeRequest, into=into)
        _do(lambda store, who, now: store.merge(task_id, asked.into, who, now), name, as_json)

    @group.command()
    def split(
        task_id: TaskArgument,
        name: AsOption,
        claim: Annotated[list[str], typer.Option("--claim", help="A claim's id; repeatable.")],
        as_json: JsonFlag = False,
    ) -> None:
        """Split claims and their copies off a task: they are another claim, also for sightings to come."""
        asked = checked(SplitRequest, claim_ids=claim)
        _do(lambda store, who, now: store.split(task_id, asked.claim_ids, who, now), name, as_json)

    @group.command()
    def undo(
        choice_id: Annotated[
            str, typer.Argument(metavar="CHOICE", help="As `claimdesk tasks choices` lists it.")
        ],
        name: AsOption,
        as_json: JsonFlag = False,
    ) -> None:
        """Take a merge or a split back: every sighting goes where it was."""
        _do(lambda store, who, now: store.undo(choice_id, who, now), name, as_json)

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


def _do(choose: Callable[[TaskStore, str, datetime], StoredTask], name: str, as_json: bool) -> None:
    app = make_app()
    actor, store = actor_named(app, name), app.task_store
    attempt(lambda: choose(store, actor.name, app.clock.now()), actor, as_json=as_json)


def _row(choice: ClusterChoice) -> tuple[str, ...]:
    return (
        choice.id,
        choice.kind.value,
        choice.undo_of or "",
        choice.reviewer,
        f"{choice.at:%Y-%m-%d %H:%M}",
    )

"""Merging tasks of one claim, splitting a task of two, and taking that back: the API's part."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from schemas.base import Identifier
from services.ports.task_store import TaskStore
from services.review.acting import shown
from services.review.people import Person
from services.review.views import Request, TaskView
from services.runtime.clock import Clock

Id = Annotated[str, Path(max_length=512, pattern=r"^[\w.:-]+$", description="The id of it")]


class MergeRequest(Request):
    """This task and `into` are one claim."""

    into: Identifier


class SplitRequest(Request):
    """These claims of the task, and their copies, are another one."""

    claim_ids: list[Identifier] = Field(min_length=1, max_length=1_000)


def make_cluster_api(store: TaskStore, clock: Clock, reviewer: Callable[..., Person]) -> APIRouter:
    """The routes; all of them write, as who `reviewer` finds."""
    api = APIRouter()

    @api.post("/tasks/{task_id}/merge")
    def merge_task(
        task_id: Id, request: MergeRequest, person: Annotated[Person, Depends(reviewer)]
    ) -> TaskView:
        """All sightings of this task join the other one, now and later. Gives the other task."""
        return shown(store.merge(task_id, request.into, person.account.name, clock.now()), person)

    @api.post("/tasks/{task_id}/split")
    def split_task(
        task_id: Id, request: SplitRequest, person: Annotated[Person, Depends(reviewer)]
    ) -> TaskView:
        """These claims and their copies become a task of their own, now and later. Gives that task."""
        claims, name = request.claim_ids, person.account.name
        return shown(store.split(task_id, claims, name, clock.now()), person)

    @api.post("/choices/{choice_id}/undo")
    def undo_choice(choice_id: Id, person: Annotated[Person, Depends(reviewer)]) -> TaskView:
        """Take a merge or a split back; the task's `changes` name the choice. Gives the task that gets its own."""
        return shown(store.undo(choice_id, person.account.name, clock.now()), person)

    return api

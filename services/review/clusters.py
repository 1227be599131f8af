"""Merging tasks of one claim, splitting a task of two, and taking that back: the API's part."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from schemas.base import Identifier
from services.ports.task_store import TaskStore
from services.review.views import PersonRequest, TaskView
from services.runtime.clock import Clock

Id = Annotated[str, Path(max_length=512, pattern=r"^[\w.:-]+$")]


class MergeRequest(PersonRequest):
    """This task and `into` are one claim."""

    into: Identifier


class SplitRequest(PersonRequest):
    """These claims of the task, and their copies, are another one."""

    claim_ids: list[Identifier] = Field(min_length=1, max_length=1_000)


class UndoRequest(PersonRequest):
    """It was right before."""


def make_cluster_api(store: TaskStore, clock: Clock) -> APIRouter:
    """The routes; all of them write."""
    api = APIRouter()

    @api.post("/tasks/{task_id}/merge")
    def merge_task(task_id: Id, request: MergeRequest) -> TaskView:
        """All sightings of this task join the other one, now and later. Gives the other task."""
        return TaskView.of(store.merge(task_id, request.into, request.reviewer, clock.now()))

    @api.post("/tasks/{task_id}/split")
    def split_task(task_id: Id, request: SplitRequest) -> TaskView:
        """These claims and their copies become a task of their own, now and later. Gives that task."""
        return TaskView.of(store.split(task_id, request.claim_ids, request.reviewer, clock.now()))

    @api.post("/choices/{choice_id}/undo")
    def undo_choice(choice_id: Id, request: UndoRequest) -> TaskView:
        """Take a merge or a split back; the task's `changes` name the choice. Gives the task that gets its own."""
        return TaskView.of(store.undo(choice_id, request.reviewer, clock.now()))

    return api

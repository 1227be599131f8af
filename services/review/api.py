"""The desk's HTTP API: read tasks, take them, give them back, decide. Who does it is who the token belongs to."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request

from services.ports.accounts import Role
from services.ports.task_store import State, StoredTask, TaskStore, UnknownTask
from services.review.access import Access
from services.review.clusters import make_cluster_api
from services.review.decide import Decision, decide
from services.review.people import Person
from services.review.problem import MEDIA_TYPE
from services.review.views import ReleaseRequest, TaskPage, TaskView, VerdictRequest
from services.runtime.clock import Clock
from services.runtime.settings import Settings

TaskId = Annotated[str, Path(max_length=512, pattern=r"^[\w.:-]+$")]
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {}}}
    for status, text in {
        401: "No token, or none that is known",
        403: "The token does not allow it",
        404: "No such task",
        409: "The task is not what you think: `task` shows it as it stands",
        413: "The request is too large",
        415: "The request does not say that it is JSON",
        422: "The request is wrong; `detail` says how",
        503: "The database is away; try again",
    }.items()
}


def make_api(settings: Settings, store: TaskStore, clock: Clock, access: Access) -> APIRouter:
    """The routes under /api/v1, each with `Authorization: Bearer TOKEN`: readers read, reviewers write."""
    api = APIRouter(prefix="/api/v1", responses=_PROBLEMS)
    api.include_router(_reads(store, clock), dependencies=[Depends(access.script(Role.READER))])
    reviewer = access.script(Role.REVIEWER)
    api.include_router(_writes(settings, store, clock, reviewer))
    api.include_router(make_cluster_api(store, clock, reviewer), dependencies=[Depends(check_json)])
    return api


def _reads(store: TaskStore, clock: Clock) -> APIRouter:
    api = APIRouter()

    @api.get("/tasks")
    def list_tasks(
        state: Annotated[list[State], Query()] = [],  # noqa: B006 - FastAPI copies it
        cursor: Annotated[str | None, Query(max_length=2_000)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> TaskPage:
        """Tasks by priority, highest first."""
        now = clock.now()
        found, following = store.page(states=state, limit=limit, after=cursor, now=now)
        views = [TaskView.of(stored) for stored in found]
        return TaskPage(tasks=views, next=following, counts=store.counts(now=now))

    @api.get("/tasks/{task_id}")
    def get_task(task_id: TaskId) -> TaskView:
        """One task."""
        return TaskView.of(_known(store.get(task_id, now=clock.now()), task_id))

    return api


def _writes(
    settings: Settings, store: TaskStore, clock: Clock, reviewer: Callable[..., Person]
) -> APIRouter:
    api = APIRouter()
    json = [Depends(check_json)]

    @api.post("/tasks/take")
    def take_next(person: Annotated[Person, Depends(reviewer)]) -> TaskView:
        """Take the open task of the highest priority; 404 when there is none."""
        taken = store.take(None, person.account.name, clock.now(), settings.lease_seconds)
        if taken is None:
            raise HTTPException(404, "no task is open")
        return TaskView.of(taken)

    @api.post("/tasks/{task_id}/take")
    def take_task(task_id: TaskId, person: Annotated[Person, Depends(reviewer)]) -> TaskView:
        """Take this task, or renew your own lease on it. `lease` is the number to submit with."""
        taken = store.take(task_id, person.account.name, clock.now(), settings.lease_seconds)
        return TaskView.of(_known(taken, task_id))

    @api.post("/tasks/{task_id}/release", dependencies=json)
    def release_task(
        task_id: TaskId, request: ReleaseRequest, person: Annotated[Person, Depends(reviewer)]
    ) -> TaskView:
        """Give a taken task back."""
        return TaskView.of(store.release(task_id, person.account.name, request.lease))

    @api.post("/tasks/{task_id}/verdict", dependencies=json)
    def submit_verdict(
        task_id: TaskId, request: VerdictRequest, person: Annotated[Person, Depends(reviewer)]
    ) -> TaskView:
        """Decide. The same verdict again gives the same answer."""
        verdict = decide(
            _known(store.get(task_id), task_id).task,
            Decision(reviewer=person.account.name, **request.model_dump()),
            now=clock.now(),
            public_url=settings.public_url,
        )
        return TaskView.of(store.submit(verdict))

    return api


def _known(stored: StoredTask | None, task_id: str) -> StoredTask:
    if stored is None:
        raise UnknownTask(task_id)
    return stored


def check_json(request: Request) -> None:
    """Raise 415 for a body that does not say it is JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not re.fullmatch(r"application/(?:[\w.+-]+\+)?json", media_type):
        raise HTTPException(
            415, "send the header `Content-Type: application/json` with the request"
        )

"""The desk's HTTP API: read tasks, take them, act on them. Who does it is who the token belongs to."""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query, Request
from fastapi.openapi.models import Example

from services.ports.accounts import Role
from services.ports.answers import AnswerStore
from services.ports.task_store import TaskStore, UnknownTask
from services.ports.work import Action, Renew, Take
from services.review.access import Access
from services.review.acting import actor_of, shown
from services.review.clusters import make_cluster_api
from services.review.conditional import Tagged, make_match
from services.review.once import make_once
from services.review.people import Person
from services.review.problem import documented
from services.review.views import QueueQuery, TaskPage, TaskView, WhichQuery
from services.runtime.clock import Clock
from services.runtime.settings import Settings

TaskId = Annotated[str, Path(max_length=512, pattern=r"^[\w.:-]+$", description="A task's id")]
_PROBLEMS = documented(
    {
        400: "The desk does not answer under this Host",
        401: "No token, or none that is known",
        403: "The token does not allow it, or it is not yours to do",
        404: "No such task",
        409: "The task is not what you think: `task` shows it, `draft` what you wrote",
        413: "The request is too large",
        415: "The request does not say that it is JSON",
        422: "The request is wrong; `detail` says how",
        503: "The database is away; try again",
    }
)
_EXAMPLES: dict[str, Example] = {
    "take": {"summary": "Hold it for a while", "value": {"action": "take", "seconds": 600}},
    "skip": {
        "summary": "Leave it to others",
        "value": {"action": "skip", "lease": 1, "reason": "I know the speaker."},
    },
    "decide": {
        "summary": "Say what the check found",
        "value": {
            "action": "decide",
            "lease": 1,
            "rating": "false",
            "rationale": "The office counted 31,000.",
        },
    },
}
_CHANGED = documented({412: "The task is not the one that `If-Match` names; nothing was done"})


def make_api(
    settings: Settings, store: TaskStore, clock: Clock, access: Access, answers: AnswerStore
) -> APIRouter:
    """The routes under /api/v1, each with `Authorization: Bearer TOKEN`: readers read, reviewers write."""
    api = APIRouter(prefix="/api/v1", responses=_PROBLEMS)
    api.include_router(_reads(store, clock, access.script(Role.READER)))
    reviewer = access.script(Role.REVIEWER)
    once = Depends(make_once(answers, clock, reviewer))
    match = Depends(make_match(lambda name, who: _shown(store, clock, name, who), reviewer))
    api.include_router(_takes(settings.lease_seconds, store, clock, reviewer), dependencies=[once])
    checks = [Depends(check_json), once, match]
    for writes in (
        _actions(settings.lease_seconds, store, clock, reviewer),
        make_cluster_api(store, clock, reviewer),
    ):
        api.include_router(writes, dependencies=checks, responses=_CHANGED)
    return api


def _reads(store: TaskStore, clock: Clock, reader: Callable[..., Person]) -> APIRouter:
    api = APIRouter(route_class=Tagged)

    @api.get("/tasks")
    def list_tasks(
        query: Annotated[QueueQuery, Query()], person: Annotated[Person, Depends(reader)]
    ) -> TaskPage:
        """Tasks, those with a near deadline first, then by priority."""
        now, where = clock.now(), query.filter()
        found, following = store.page(where, limit=query.limit, after=query.cursor, now=now)
        views = [shown(stored, person) for stored in found]
        return TaskPage(tasks=views, next=following, counts=store.counts(now=now))

    @api.get("/tasks/{task_id}")
    def get_task(task_id: TaskId, person: Annotated[Person, Depends(reader)]) -> TaskView:
        """One task."""
        return _shown(store, clock, task_id, person)

    return api


def _shown(store: TaskStore, clock: Clock, task_id: str, person: Person) -> TaskView:
    """The task as this person is shown it. Raises UnknownTask."""
    stored = store.get(task_id, now=clock.now())
    if stored is None:
        raise UnknownTask(task_id)
    return shown(stored, person)


def _takes(
    seconds: float, store: TaskStore, clock: Clock, reviewer: Callable[..., Person]
) -> APIRouter:
    api = APIRouter(route_class=Tagged)

    @api.post("/tasks/take")
    def take_next(
        query: Annotated[WhichQuery, Query()], person: Annotated[Person, Depends(reviewer)]
    ) -> TaskView:
        """Take the first task that is offered to you, of those that the query asks for; 404 without one."""
        taken = store.take_next(actor_of(person), clock.now(), seconds, query.filter())
        if taken is None:
            raise HTTPException(404, "no task is open for you")
        return shown(taken, person)

    return api


def _actions(
    seconds: float, store: TaskStore, clock: Clock, reviewer: Callable[..., Person]
) -> APIRouter:
    api = APIRouter(route_class=Tagged)

    @api.post("/tasks/{task_id}/actions")
    def act(
        task_id: TaskId,
        action: Annotated[Action, Body(openapi_examples=_EXAMPLES)],
        person: Annotated[Person, Depends(reviewer)],
    ) -> TaskView:
        """Do one thing to a task.

        `action` says what: take, renew, release, save, skip, snooze, hand_over, ask_specialist, decide, resume,
        reopen, undo; and for editors assign and seed. No lease is longer than the desk's. The same decision
        again gives the same answer. 409 shows the `task` as it stands, and keeps what you wrote as your draft.
        """
        if isinstance(action, Take | Renew):
            action = action.model_copy(update={"seconds": min(action.seconds, seconds)})
        return shown(store.act(task_id, action, actor_of(person), clock.now()), person)

    return api


def check_json(request: Request) -> None:
    """Raise 415 for a body that does not say it is JSON."""
    length = request.headers.get("content-length")
    if length in {None, "0"} and "transfer-encoding" not in request.headers:
        return  # there is no body
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not re.fullmatch(r"application/(?:[\w.+-]+\+)?json", media_type):
        raise HTTPException(
            415, "send the header `Content-Type: application/json` with the request"
        )

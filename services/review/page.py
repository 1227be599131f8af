"""The desk's pages for people: the queue, and one task with everything known about it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.ports.task_store import State, TaskStore, UnknownTask
from services.review.access import Access
from services.review.api import TaskId
from services.review.templates import render
from services.runtime.clock import Clock

PAGE_SIZE = 25


def make_pages(store: TaskStore, clock: Clock, access: Access) -> APIRouter:
    """The routes of the pages, for whoever is signed in; they only read."""
    pages = APIRouter(include_in_schema=False, dependencies=[Depends(access.page())])

    @pages.get("/")
    def queue(
        request: Request,
        state: State | None = None,
        cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    ) -> Response:
        now = clock.now()
        states = (state,) if state else ()
        found, following = store.page(states=states, limit=PAGE_SIZE, after=cursor, now=now)
        counts = store.counts(now=now)
        return render(
            request,
            "queue.html",
            tasks=found,
            state=state,
            states=list(State),
            counts=counts,
            total=sum(counts.values()),
            first=cursor is None,
            next=_address(state, following) if following else None,
        )

    @pages.get("/tasks")
    def tasks() -> Response:
        return RedirectResponse("/")

    @pages.get("/tasks/{task_id}")
    def task(request: Request, task_id: TaskId) -> Response:
        stored = store.get(task_id, now=clock.now())
        if stored is None:
            raise UnknownTask(task_id)
        return render(request, "task.html", stored=stored, task=stored.task)

    return pages


def _address(state: State | None, cursor: str) -> str:
    given = {"state": state, "cursor": cursor}
    return "/?" + urlencode({name: value for name, value in given.items() if value})

"""The desk's pages for people: the queue, and one task with everything known about it."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.ports.task_store import State, TaskStore, UnknownTask
from services.review.api import TaskId
from services.review.present import FILTERS
from services.review.problem import phrase
from services.runtime.clock import Clock

PAGE_SIZE = 25


def _templates() -> Jinja2Templates:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return Jinja2Templates(env=environment)


_TEMPLATES = _templates()


def make_pages(store: TaskStore, clock: Clock) -> APIRouter:
    """The routes of the pages; they only read."""
    pages = APIRouter(include_in_schema=False)

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
        return _TEMPLATES.TemplateResponse(
            request,
            "queue.html",
            {
                "tasks": found,
                "state": state,
                "states": list(State),
                "counts": counts,
                "total": sum(counts.values()),
                "first": cursor is None,
                "next": _address(state, following) if following else None,
            },
        )

    @pages.get("/tasks")
    def tasks() -> Response:
        return RedirectResponse("/")

    @pages.get("/tasks/{task_id}")
    def task(request: Request, task_id: TaskId) -> Response:
        stored = store.get(task_id, now=clock.now())
        if stored is None:
            raise UnknownTask(task_id)
        return _TEMPLATES.TemplateResponse(
            request, "task.html", {"stored": stored, "task": stored.task}
        )

    return pages


def _address(state: State | None, cursor: str) -> str:
    given = {"state": state, "cursor": cursor}
    return "/?" + urlencode({name: value for name, value in given.items() if value})


def error_page(request: Request, status: int, detail: str) -> Response:
    """An error as a page."""
    values = {"status": status, "title": phrase(status), "detail": detail}
    return _TEMPLATES.TemplateResponse(request, "error.html", values, status_code=status)

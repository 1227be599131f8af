"""The desk's pages to read: the queue, one task with everything known about it, and progress."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from schemas.claim import Kind
from schemas.match import Relation
from services.ports.accounts import Accounts, Role
from services.ports.task_store import StoredTask, TaskStore, UnknownTask
from services.ports.work import Draft, State
from services.review.access import Access
from services.review.acting import actor_of, blind, choices, draft_of, is_second_look
from services.review.api import TaskId
from services.review.filtering import address, address_of, read_filter, shown_filter
from services.review.people import Person
from services.review.progress import Progress
from services.review.scale import Scale
from services.review.templates import render
from services.runtime.clock import Clock

PAGE_SIZE = 25
DONE = {
    "take": "It is yours.",
    "save": "The draft is saved.",
    "release": "You gave it back; your draft is kept.",
    "skip": "You passed it over. It is offered to others.",
    "snooze": "It sleeps.",
    "hand_over": "It is handed over.",
    "ask_specialist": "It waits for a specialist.",
    "decide": "Your opinion is recorded.",
    "resume": "It is open again.",
    "reopen": "It is open again; the verdict is withdrawn.",
    "undo": "Your opinion is taken back, and is your draft again.",
    "assign": "It is assigned.",
    "choice": "It is as it was before.",
    "merge": "The tasks are one now.",
    "split": "This is the task that was split off.",
    "none": "No open task is left for you here.",
}
"""What the page says once something is done."""


class Pages:
    """Shows tasks to people."""

    def __init__(self, store: TaskStore, accounts: Accounts, clock: Clock, scale: Scale) -> None:
        self._store, self._accounts, self._clock, self._scale = store, accounts, clock, scale

    def known(self, task_id: str) -> StoredTask:
        """A task as it stands now. Raises UnknownTask."""
        stored = self._store.get(task_id, now=self._clock.now())
        if stored is None:
            raise UnknownTask(task_id)
        return stored

    def task(
        self,
        request: Request,
        stored: StoredTask,
        person: Person,
        *,
        status: int = 200,
        alert: str = "",
        draft: Draft | None = None,
    ) -> Response:
        """One task's page; `alert` is what went wrong with what they sent, `draft` what that held."""
        others = (one.name for one in self._accounts.all() if one.active)
        seen = blind(stored, actor_of(person))
        return render(
            request,
            "task.html",
            status,
            stored=seen,
            task=stored.task,
            work=seen.work,
            stage=stored.work.stage,
            hidden=is_second_look(stored.work) and not seen.work.opinions,
            may=choices(stored, person, self._clock.now()),
            draft=draft or draft_of(stored.work, person),
            colleagues=[name for name in others if name != person.account.name],
            scale=self._scale.grades,
            now=self._clock.now(),
            alert=alert,
            told=DONE.get(request.query_params.get("did", ""), ""),
        )

    def queue(self, request: Request, person: Person, cursor: str | None) -> Response:
        """A page of the queue."""
        now = self._clock.now()
        where, shown = read_filter(request, now), shown_filter(request)
        found, following = self._store.page(where, limit=PAGE_SIZE, after=cursor, now=now)
        everywhere = where.model_copy(update={"states": ()})
        counts = self._store.counts(everywhere, now=now)
        narrowed = {name: value for name, value in shown.items() if value and name != "state"}
        views = self._store.views(person.account.name)
        return render(
            request,
            "queue.html",
            tasks=[blind(one, actor_of(person)) for one in found],
            shown=shown,
            narrowed=bool(narrowed),
            tabs=[(state, counts[state], address(shown, state=state.value)) for state in State],
            all_tasks=address(shown, state=None),
            this_page=address(shown),
            total=sum(counts.values()),
            offered=counts[State.OPEN] and person.may(Role.REVIEWER),
            views={name: address_of(view) for name, view in views.items()},
            kinds=list(Kind),
            relations=list(Relation),
            first=cursor is None,
            next=address(shown, cursor=following) if following else None,
            now=now,
            told=DONE.get(request.query_params.get("did", ""), ""),
        )


def make_pages(pages: Pages, store: TaskStore, clock: Clock, access: Access) -> APIRouter:
    """The routes, for whoever is signed in; they only read."""
    routes = APIRouter(include_in_schema=False)
    progress = Progress(store, clock)
    reader = Annotated[Person, Depends(access.page())]

    @routes.get("/")
    def queue(
        request: Request,
        person: reader,
        cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    ) -> Response:
        return pages.queue(request, person, cursor)

    @routes.get("/tasks")
    def tasks(_: reader) -> Response:
        return RedirectResponse("/")

    @routes.get("/tasks/{task_id}")
    def task(request: Request, task_id: TaskId, person: reader) -> Response:
        return pages.task(request, pages.known(task_id), person)

    @routes.get("/progress")
    def show_progress(request: Request, _: reader) -> Response:
        return render(request, "progress.html", progress=progress.now())

    return routes

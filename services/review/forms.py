"""What people change on the pages: every form of a task and of the queue. Each carries its session's token."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from services.ports.accounts import Role
from services.ports.task_store import Conflict, TaskStore
from services.ports.work import Forbidden
from services.review.access import Access, Posted, field
from services.review.acting import actor_of, blind, read_action, written
from services.review.api import TaskId
from services.review.filtering import read_filter
from services.review.page import Pages
from services.review.people import Person
from services.review.signin import local
from services.review.templates import render
from services.runtime.clock import Clock
from services.runtime.errors import UserError

_MOST_NAME = 60


class Forms:
    """Does what forms ask for; a lease lasts `seconds`."""

    def __init__(self, pages: Pages, store: TaskStore, clock: Clock, seconds: float) -> None:
        self._pages, self._store, self._clock, self._seconds = pages, store, clock, seconds

    def take_next(self, request: Request, person: Person) -> Response:
        """The first task that is offered to them, of those in the address."""
        now = self._clock.now()
        where = read_filter(request, now)
        taken = self._store.take_next(actor_of(person), now, self._seconds, where)
        return _to(f"/tasks/{taken.task.id}", "take") if taken else _to("/", "none")

    def act(self, task_id: str, form: FormData, person: Person) -> Response:
        """One action on one task."""
        action = read_action(form, self._seconds)
        stored = self._store.act(task_id, action, actor_of(person), self._clock.now())
        return _to(f"/tasks/{stored.task.id}", action.action)

    def merge(self, task_id: str, form: FormData, person: Person) -> Response:
        """Into the task whose id or address is given."""
        into = field(form, "into").strip().rstrip("/").rpartition("/")[2].partition("?")[0]
        stored = self._store.merge(task_id, into, person.account.name, self._clock.now())
        return _to(f"/tasks/{stored.task.id}", "merge")

    def split(self, task_id: str, form: FormData, person: Person) -> Response:
        """The claims that are ticked."""
        claims = [value for value in form.getlist("claim_ids") if isinstance(value, str)]
        stored = self._store.split(task_id, claims, person.account.name, self._clock.now())
        return _to(f"/tasks/{stored.task.id}", "split")

    def save_view(self, request: Request, form: FormData, person: Person) -> Response:
        """The filter of the address under a name; or forget it."""
        name = " ".join(field(form, "name").split())
        if not 0 < len(name) <= _MOST_NAME or not name.isprintable():
            raise UserError(f"a view needs a name of 1 to {_MOST_NAME} characters")
        forget = field(form, "forget") == "yes"
        where = None if forget else read_filter(request, self._clock.now())
        self._store.save_view(person.account.name, name, where)
        return RedirectResponse(local(f"/?{request.url.query}"), 303)

    def told(
        self,
        does: Callable[[str, FormData, Person], Response],
        request: Request,
        task_id: str,
        form: FormData,
        person: Person,
    ) -> Response:
        """What `does` gives; what goes wrong is told on the task's page, with everything that was written."""
        try:
            return does(task_id, form, person)
        except Conflict as conflict:
            return _show_conflict(request, conflict, form, person)
        except (UserError, Forbidden) as error:
            told, status = str(error), 403 if isinstance(error, Forbidden) else 422
            return self._pages.task(
                request,
                self._pages.known(task_id),
                person,
                status=status,
                alert=f"Not done: {told}.",
                draft=written(form, person) if "rationale" in form else None,
            )


def make_forms(forms: Forms, store: TaskStore, clock: Clock, access: Access) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    reviewer = access.form(Role.REVIEWER)

    @routes.post("/tasks/take")
    def take_next(request: Request, person: Annotated[Person, Depends(reviewer)]) -> Response:
        return forms.take_next(request, person)

    @routes.post("/choices/{choice_id}/undo")
    def undo(choice_id: TaskId, person: Annotated[Person, Depends(reviewer)]) -> Response:
        stored = store.undo(choice_id, person.account.name, clock.now())
        return _to(f"/tasks/{stored.task.id}", "choice")

    @routes.post("/views")
    def save_view(
        request: Request, form: Posted, person: Annotated[Person, Depends(access.form())]
    ) -> Response:
        return forms.save_view(request, form, person)

    def add(verb: str, does: Callable[[str, FormData, Person], Response]) -> None:
        @routes.post(f"/tasks/{{task_id}}/{verb}")
        def answer(
            request: Request,
            task_id: TaskId,
            form: Posted,
            person: Annotated[Person, Depends(reviewer)],
        ) -> Response:
            return forms.told(does, request, task_id, form, person)

    add("act", forms.act)
    add("merge", forms.merge)
    add("split", forms.split)
    return routes


def _to(path: str, did: str) -> Response:
    return RedirectResponse(f"{path}?{urlencode({'did': did})}", 303)


def _show_conflict(
    request: Request, conflict: Conflict, form: FormData, person: Person
) -> Response:
    """What they sent beside what is there."""
    return render(
        request,
        "conflict.html",
        409,
        why=str(conflict).partition(": ")[2] or str(conflict),
        stored=blind(conflict.current, actor_of(person)),
        mine=written(form, person),
        has_words="rationale" in form,
    )

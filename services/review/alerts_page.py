"""The page on which people subscribe: their own alerts, a form, what it would have found, and what became of alerts."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from schemas.subscription import Digest
from services.ports.accounts import Role
from services.ports.subscribing import (
    MOST_DAYS,
    Channel,
    Subscribed,
    Subscribing,
    Trial,
    Unfit,
    Wanted,
)
from services.review.access import Access, Posted, field
from services.review.alerts_api import SubscriptionId, sees_all
from services.review.people import Person
from services.review.templates import render
from services.runtime.errors import UserError

_FIELDS = ("query", "channel", "address", "digest", "daily_at", "quiet", "time_zone", "days")
_EMPTY = dict.fromkeys(_FIELDS, "") | {
    "channel": Channel.LOG.value,
    "digest": Digest.IMMEDIATE.value,
    "daily_at": "08:00",
    "time_zone": "UTC",
    "days": "30",
}
_DONE = {"save": "The alert is saved.", "remove": "The alert is removed."}
"""What the page says once something is done."""


class AlertsPage:
    """Shows subscriptions, and does what the forms ask for."""

    def __init__(self, subscribing: Subscribing) -> None:
        self._subscribing = subscribing

    def show(
        self,
        request: Request,
        person: Person,
        *,
        status: int = 200,
        filled: dict[str, str] | None = None,
        wrong: UserError | None = None,
        trial: Trial | None = None,
        made: Subscribed | None = None,
    ) -> Response:
        """The page; `filled` is what the form held, `wrong` what is not right with it."""
        everybody = sees_all(person)
        unfit = wrong if isinstance(wrong, Unfit) else None
        return render(
            request,
            "alerts.html",
            status,
            alerts=self._subscribing.listed(person.account.name, everybody=everybody),
            everybody=everybody,
            filled=filled or _EMPTY,
            channels=list(Channel),
            digests=list(Digest),
            most_days=MOST_DAYS,
            unfit=unfit,
            wrong="" if unfit or wrong is None else f"Not done: {wrong}.",
            trial=trial,
            most=max(trial.days.values(), default=1) if trial else 1,
            made=made,
            told=_DONE.get(request.query_params.get("did", ""), ""),
        )

    def answer(self, request: Request, form: FormData, person: Person) -> Response:
        """Try what the form asks for, or save it; what is wrong is told at its field."""
        filled = {name: field(form, name) for name in _FIELDS}
        try:
            if field(form, "do") == "save":
                made = self._subscribing.create(_wanted(filled), person.account.name)
                if made.secret is None:
                    return RedirectResponse("/alerts?did=save", 303)
                return self.show(request, person, status=201, made=made)
            trial = self._subscribing.dry_run(_wanted(filled).query, _days(filled["days"]))
            return self.show(request, person, filled=filled, trial=trial)
        except UserError as error:
            return self.show(request, person, status=422, filled=filled, wrong=error)

    def one(self, request: Request, subscription_id: str, person: Person) -> Response:
        """One subscription with its newest deliveries."""
        who, everybody = person.account.name, sees_all(person)
        found = self._subscribing.one(subscription_id, who, everybody=everybody)
        if found is None:
            raise _unknown()
        rows = self._subscribing.deliveries(subscription_id, who, everybody=everybody)
        return render(request, "alert.html", alert=found, deliveries=rows)

    def remove(self, subscription_id: str, person: Person) -> Response:
        """Delete it; the page asked whether they are sure."""
        everybody = sees_all(person)
        if not self._subscribing.remove(subscription_id, person.account.name, everybody=everybody):
            raise _unknown()
        return RedirectResponse("/alerts?did=remove", 303)


def make_alerts_page(subscribing: Subscribing, access: Access) -> APIRouter:
    """The routes, for reviewers."""
    routes = APIRouter(include_in_schema=False)
    page = AlertsPage(subscribing)
    reader = Annotated[Person, Depends(access.page(Role.REVIEWER))]
    writer = Annotated[Person, Depends(access.form(Role.REVIEWER))]

    @routes.get("/alerts")
    def alerts(request: Request, person: reader) -> Response:
        return page.show(request, person)

    @routes.post("/alerts")
    def answer(request: Request, form: Posted, person: writer) -> Response:
        return page.answer(request, form, person)

    @routes.get("/alerts/{subscription_id}")
    def one(request: Request, subscription_id: SubscriptionId, person: reader) -> Response:
        return page.one(request, subscription_id, person)

    @routes.post("/alerts/{subscription_id}/remove")
    def remove(subscription_id: SubscriptionId, person: writer) -> Response:
        return page.remove(subscription_id, person)

    return routes


def _wanted(filled: dict[str, str]) -> Wanted:
    """The form's wish. Raises Unfit for a value that it does not offer, or one that is too long."""
    given = {name: value for name, value in filled.items() if value and name != "days"}
    try:
        return Wanted.model_validate({"query": ""} | given)
    except ValidationError as error:
        first = error.errors()[0]
        raise Unfit(str(first["loc"][0]), first["msg"]) from error


def _days(text: str) -> int:
    days = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    if not 1 <= days <= MOST_DAYS:
        raise Unfit("days", f"give a number of days from 1 to {MOST_DAYS}")
    return days


def _unknown() -> HTTPException:
    return HTTPException(404, "there is no such subscription")

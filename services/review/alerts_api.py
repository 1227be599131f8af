"""Subscriptions over the API. Whose one is, is who the token belongs to: no field of a request says so."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import Field

from services.ports.accounts import Role
from services.ports.subscribing import (
    MOST_DAYS,
    Busy,
    Listed,
    Subscribed,
    Subscribing,
    Trial,
    Wanted,
)
from services.review.access import Access
from services.review.api import check_json
from services.review.conditional import Tagged
from services.review.people import Person
from services.review.problem import documented
from services.review.views import Request

SubscriptionId = Annotated[
    str, Path(max_length=512, pattern=r"^[\w.:-]+$", description="A subscription's id")
]
_TOLD = {
    400: "The desk does not answer under this Host",
    401: "No token, or none that is known",
    403: "The token does not allow it",
    422: "The request is wrong; `detail` says how, `field` where, `position` where in the query",
    503: "The database is away; try again",
}
_SENT = documented({413: "The request is too large", 415: "The request does not say it is JSON"})
_UNKNOWN = documented({404: "There is no such subscription, or it is somebody else's"})
_BUSY = documented({429: "Another dry run is under way; try again in a moment"})


class TrialRequest(Request):
    """What to try, over how many days."""

    query: str = Field(max_length=2_000, examples=["bridge cost"])
    days: int = Field(default=30, ge=1, le=MOST_DAYS, strict=True)


class Subscriptions(Request):
    """Subscriptions, newest first."""

    subscriptions: list[Listed]


def sees_all(person: Person) -> bool:
    """Whether they may deal with other people's subscriptions."""
    return person.may(Role.EDITOR)


def make_alerts_api(subscribing: Subscribing, access: Access) -> APIRouter:
    """The routes under /api/v1/subscriptions, for reviewers.

    They keep no answers under an Idempotency-Key: those would hold the secret, which is shown once.
    """
    api = APIRouter(prefix="/api/v1/subscriptions", responses=documented(_TOLD), route_class=Tagged)
    reviewer = Annotated[Person, Depends(access.script(Role.REVIEWER))]
    sent = [Depends(check_json)]

    @api.get("")
    def list_subscriptions(person: reviewer) -> Subscriptions:
        """Your subscriptions, newest first; an editor's token lists everybody's."""
        rows = subscribing.listed(person.account.name, everybody=sees_all(person))
        return Subscriptions(subscriptions=list(rows))

    @api.post("", status_code=201, dependencies=sent, responses=_SENT)
    def subscribe(wanted: Wanted, person: reviewer) -> Subscribed:
        """Save a query that you are to be told of. The `secret` of a webhook is shown here only."""
        return subscribing.create(wanted, person.account.name)

    @api.post("/dry-run", dependencies=sent, responses=_SENT | _BUSY)
    def dry_run(asked: TrialRequest, person: reviewer) -> Trial:  # noqa: ARG001 - who may ask
        """What a query would have found among the stored tasks and verdicts. Nothing is saved."""
        try:
            return subscribing.dry_run(asked.query, asked.days)
        except Busy as error:
            raise HTTPException(429, str(error), headers={"Retry-After": "5"}) from error

    @api.delete("/{subscription_id}", status_code=204, responses=_UNKNOWN)
    def unsubscribe(subscription_id: SubscriptionId, person: reviewer) -> None:
        """Remove one of yours; an editor's token removes anybody's. What is still owed to it is given up."""
        everybody = sees_all(person)
        if not subscribing.remove(subscription_id, person.account.name, everybody=everybody):
            raise HTTPException(404, "there is no such subscription")

    return api

"""One attempt to deliver one notification: signed by Standard Webhooks, and what came of it."""

import json
from dataclasses import dataclass
from datetime import datetime

from standardwebhooks import Webhook

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.ports.retry_after import retry_after
from services.ports.web import Web, WebError

_NOT_REACHED = frozenset({"unresolvable", "connection", "timeout"})
"""Failures of the whole server, as are these answers; any other concerns this one address."""
_OVERLOADED = frozenset({429, 503})


@dataclass(frozen=True)
class Attempt:
    """What came of it. `error` is none when it was delivered.

    `gone`: never try this address again; `away`: nothing at this server can be delivered for now.
    """

    error: str | None = None
    gone: bool = False
    not_before: datetime | None = None
    away: bool = False


def send(
    subscription: Subscription,
    notification: Notification,
    web: Web,
    now: datetime,
    *,
    owed_at: datetime,
) -> Attempt:
    """POST `notification` to the subscription's webhook. Never raises for what the endpoint does.

    Headers: `webhook-id` is the notification's id, the same at every attempt; `webhook-timestamp` is
    `now`; `webhook-signature` covers both and the body (Standard Webhooks 1.0).
    """
    if not subscription.webhook_url or subscription.secret is None:
        return Attempt("the subscription has no webhook with a secret; add it again")
    body = payload(notification, owed_at)
    signer = Webhook(subscription.secret.get_secret_value())
    headers = {
        "content-type": "application/json",
        "webhook-id": notification.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signer.sign(notification.id, now, body),
    }
    try:
        answer = web.post(subscription.webhook_url, headers, body.encode())
    except WebError as error:
        return Attempt(f"{error.reason}: {error}", away=error.reason in _NOT_REACHED)
    return _judge(answer.status, retry_after(answer.headers.get("retry-after"), now))


def _judge(status: int, not_before: datetime | None) -> Attempt:
    if 200 <= status < 300:
        return Attempt()
    if 300 <= status < 400:
        return Attempt(f"http_{status}: redirects are not followed; give the final address")
    away = status in _OVERLOADED
    return Attempt(f"http_{status}: the endpoint refused", status == 410, not_before, away)


def payload(notification: Notification, owed_at: datetime) -> str:
    """The body: the same bytes at every attempt.

    Its `timestamp`, which receivers require, is when the event occurred, and `owed_at` when nobody knows.
    """
    data = notification.model_dump(mode="json")
    timed = notification.model_copy(update={"occurred_at": notification.occurred_at or owed_at})
    body = {
        "type": f"claimdesk.alert.{notification.event_type}",
        "timestamp": timed.model_dump(mode="json")["occurred_at"],
        "data": data,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

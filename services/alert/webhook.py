"""Webhooks: signed by Standard Webhooks."""

import json
from datetime import datetime
from typing import Any

from pydantic import SecretStr, TypeAdapter
from standardwebhooks import Webhook

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.alert.attempt import Attempt
from services.alert.message import Message
from services.ports.retry_after import retry_after
from services.ports.web import Web, WebError

_NOT_REACHED = frozenset({"unresolvable", "connection", "timeout"})
"""Failures of the whole server, as are these answers; any other concerns this one address."""
_OVERLOADED = frozenset({429, 503})
_MOMENT = TypeAdapter(datetime)


class WebhookChannel:
    """POSTs each message to the subscription's webhook."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def send(self, subscription: Subscription, message: Message, now: datetime) -> Attempt:
        """POST it.

        Headers: `webhook-id` is the message's id, the same at every attempt; `webhook-timestamp` is `now`;
        `webhook-signature` covers both and the body (Standard Webhooks 1.0), once with each secret that is
        valid.
        """
        if not subscription.webhook_url or subscription.secret is None:
            return Attempt("the subscription has no webhook with a secret; add it again")
        body = payload(message)
        headers = {
            "content-type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(
                Webhook(secret.get_secret_value()).sign(message.id, now, body)
                for secret in _secrets(subscription, now)
            ),
        }
        try:
            answer = self._web.post(subscription.webhook_url, headers, body.encode())
        except WebError as error:
            return Attempt(f"{error.reason}: {error}", away=error.reason in _NOT_REACHED)
        return _judge(answer.status, retry_after(answer.headers.get("retry-after"), now))


def _secrets(subscription: Subscription, now: datetime) -> list[SecretStr]:
    """The newest first; the one before it while both are valid."""
    until = subscription.previous_until
    overlap = [subscription.previous_secret] if until is not None and now < until else []
    return [secret for secret in (subscription.secret, *overlap) if secret is not None]


def _judge(status: int, not_before: datetime | None) -> Attempt:
    if 200 <= status < 300:
        return Attempt()
    if 300 <= status < 400:
        return Attempt(f"http_{status}: redirects are not followed; give the final address")
    return Attempt(
        f"http_{status}: the endpoint refused",
        gone=status == 410,
        not_before=not_before,
        away=status in _OVERLOADED,
    )


def payload(message: Message) -> str:
    """The body: the same bytes at every attempt.

    Its `timestamp`, which receivers require, is when the event occurred, and when the message came to be
    owed where nobody knows or there are several.
    """
    if message.digest:
        kind, at = "digest", message.owed_at
        data: Any = {"id": message.id, "alerts": [_data(alert) for alert in message.alerts]}
    else:
        (alert,) = message.alerts
        kind, at, data = alert.event_type, alert.occurred_at or message.owed_at, _data(alert)
    timestamp = _MOMENT.dump_python(at, mode="json")
    body = {"type": f"claimdesk.alert.{kind}", "timestamp": timestamp, "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _data(alert: Notification) -> dict[str, Any]:
    return alert.model_dump(mode="json")

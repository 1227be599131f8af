"""Subscriptions: what somebody asked to be told about."""

from pydantic import Field, SecretStr

from schemas.base import Identifier, Model, UtcDatetime


class Subscription(Model):
    """A saved word query and where its alerts go.

    `secret` signs the webhook (Standard Webhooks); it never appears in an event or a log.
    """

    id: Identifier
    owner: Identifier
    query: str = Field(min_length=1, max_length=2_000)
    webhook_url: str | None = None
    secret: SecretStr | None = None
    active: bool = True
    created_at: UtcDatetime

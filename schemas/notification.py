"""Notifications: a standing query matched something, and its owner is to hear of it."""

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime


class Notification(Model):
    """One alert for one subscription. `id` is a hash of both, so a redelivery carries the same id."""

    id: Identifier
    subscription_id: Identifier
    event_id: Identifier = Field(description="Id of what matched: a task or a verdict")
    event_type: str
    summary: str
    url: str | None = None
    matched: list[str] = Field(default=[], description="The query's words that were found")
    occurred_at: UtcDatetime | None = None

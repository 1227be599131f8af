"""Notifications: a standing query matched something, and its owner is to hear of it."""

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.match import Relation


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
    speaker: str | None = Field(None, description="Who says what matched, if it is known")
    article_title: str | None = Field(None, description="Of the first article it was seen in")
    article_url: str | None = None
    evidence_claim: str | None = Field(
        None, description="What the best evidence says; both texts may be cut and then end in …"
    )
    evidence_url: str | None = None
    evidence_relation: Relation | None = Field(
        None, description="How the best evidence stands to the claim"
    )

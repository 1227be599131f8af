"""Notifications: a standing query matched something, and its owner is to hear of it."""

from pydantic import Field

from schemas.article import ArticleStatus
from schemas.base import Identifier, Model, UtcDatetime
from schemas.match import Relation
from schemas.verdict import Rating, VerdictStatus


class Notification(Model):
    """One alert for one subscription. `id` is a hash of both, so a redelivery carries the same id."""

    id: Identifier
    subscription_id: Identifier
    event_id: Identifier = Field(description="Id of what matched: a claim, a task, a verdict")
    event_type: str = Field(description="claim, task, verdict, correction, digest or test")
    summary: str
    url: str | None = None
    matched: list[str] = Field(default=[], description="The query's words that were found")
    occurred_at: UtcDatetime | None = None
    speaker: str | None = Field(None, description="Who says what matched, if it is known")
    task_id: Identifier | None = Field(None, description="The task of the claim, if it becomes one")
    article_id: Identifier | None = None
    article_title: str | None = Field(None, description="Of the first article it was seen in")
    article_url: str | None = None
    article_status: ArticleStatus | None = None
    remarks: list[str] = Field(
        default=[], description="What the source says of the article: corrections, withdrawal"
    )
    rating: Rating | None = Field(None, description="Of a verdict")
    verdict_status: VerdictStatus | None = Field(None, description="Whether the verdict stands")
    evidence_claim: str | None = Field(
        None, description="What the best evidence says; both texts may be cut and then end in …"
    )
    evidence_url: str | None = None
    evidence_relation: Relation | None = Field(
        None, description="How the best evidence stands to the claim"
    )
    likeness: float | None = Field(
        None, description="Cosine to the text that the subscription wants claims to be like"
    )

"""Verification tasks: the unit of a reviewer's work, one for each distinct claim."""

from pydantic import Field

from schemas.article import ArticleRef
from schemas.base import Identifier, Model, Probability, UtcDatetime
from schemas.claim import Claim
from schemas.match import Match
from schemas.quotation import QuoteCheck


class Sighting(Model):
    """One place where the claim was seen."""

    article: ArticleRef
    claim: Claim
    own_cluster_id: Identifier | None = Field(
        default=None, description="Its cluster without the choices of reviewers"
    )


class TaskChange(Model):
    """Something that happened to a task after it was made, and what it did to its place in the queue."""

    id: Identifier = Field(description="A hash of what happened, so that it counts once")
    why: str = Field(description="What happened, in a sentence")
    at: UtcDatetime | None = None
    evidence_ids: list[Identifier] = []
    priority_from: Probability | None = None
    priority_to: Probability | None = None


class PriorityPart(Model):
    """One reason for a task's place in the queue: `value` times `weight` is what it adds."""

    name: str
    value: Probability
    weight: float
    why: str


class Priority(Model):
    """A task's place in the queue, from 0 to 1, as the sum of its parts."""

    value: Probability
    parts: list[PriorityPart] = []


class Task(Model):
    """Please verify this claim. `id` is a hash of the claim's cluster, so every sighting joins one task.

    An event carries the sightings of one article. What the desk shows carries the newest ones of all
    articles, and `sighting_count` and `article_count` say how many there are.
    """

    id: Identifier
    cluster_id: Identifier
    claim: Claim
    sightings: list[Sighting] = Field(min_length=1)
    sighting_count: int | None = Field(default=None, ge=0, description="Null: those listed")
    article_count: int | None = Field(default=None, ge=0, description="Null: those listed")
    evidence: list[Match] = []
    quotation: QuoteCheck | None = Field(
        default=None,
        description="The gravest finding on the quotation, where the claim is or holds one",
    )
    priority: Priority
    reason: str = Field(description="Why this became a task, in a sentence")
    due: str | None = Field(default=None, description="The day a promise falls due, ISO 8601")
    first_seen_at: UtcDatetime | None = None
    changes: list[TaskChange] = Field(default=[], description="What happened since, oldest first")

"""Verdicts: what a human reviewer decided about a claim."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime


class Rating(StrEnum):
    """The default rating scale."""

    TRUE = "true"
    MOSTLY_TRUE = "mostly_true"
    HALF_TRUE = "half_true"
    MOSTLY_FALSE = "mostly_false"
    FALSE = "false"
    UNVERIFIABLE = "unverifiable"
    NOT_A_CLAIM = "not_a_claim"


class Verdict(Model):
    """A decision on one task, by one person. It becomes evidence for the next sighting."""

    id: Identifier
    task_id: Identifier
    cluster_id: Identifier
    claim: str = Field(min_length=1)
    speaker: str | None = None
    rating: Rating
    rationale: str = Field(default="", max_length=100_000)
    evidence_ids: list[Identifier] = []
    reviewer: Identifier
    lease: int = Field(ge=1, description="The lease number under which it was submitted")
    decided_at: UtcDatetime
    url: str | None = None
    language: str = "en"

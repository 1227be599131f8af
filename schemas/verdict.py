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


class VerdictStatus(StrEnum):
    """Whether the decision stands."""

    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class Verdict(Model):
    """The desk's decision on one task, or that it is taken back. An issued one is evidence for the next sighting.

    A task's verdicts are told apart by `revision`: each decision and each withdrawal has the next one, and the
    highest one stands. A withdrawn verdict repeats what it takes back.
    """

    id: Identifier
    task_id: Identifier
    cluster_id: Identifier
    claim: str = Field(min_length=1)
    speaker: str | None = None
    rating: Rating
    rationale: str = Field(default="", max_length=100_000)
    evidence_ids: list[Identifier] = []
    reviewer: Identifier = Field(description="Whose opinion it follows")
    reviewers: list[Identifier] = Field(
        default=[], description="Everybody who gave an opinion in this round, in order"
    )
    round: int = Field(default=1, ge=1, description="Grows each time the task is opened again")
    revision: int = Field(default=1, ge=1)
    status: VerdictStatus = VerdictStatus.ISSUED
    reason: str | None = Field(
        default=None, max_length=2_000, description="Why it was withdrawn, in words"
    )
    lease: int = Field(
        ge=1,
        description="The number of the lease that decided it, or of the withdrawal; it only grows",
    )
    decided_at: UtcDatetime = Field(description="When it was decided, or taken back")
    url: str | None = None
    language: str = "en"

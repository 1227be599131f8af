"""Changes of the evidence: an item came, was revised or was withdrawn, so claims must be looked at again."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime


class Change(StrEnum):
    """What happened to an item."""

    ADDED = "added"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"


class EvidenceChange(Model):
    """An item of evidence now stands otherwise than before; the item itself is read from the store.

    Made only of what changed, so that the same change is the same event however often it is published.
    """

    evidence_id: Identifier
    change: Change
    revision: int = Field(
        default=1,
        ge=1,
        description="The revision that now stands; for a withdrawn item the last one that stood",
    )
    reason: str | None = Field(
        default=None, max_length=2_000, description="Why, in words for a reviewer"
    )
    at: UtcDatetime | None = Field(
        default=None, description="When it changed, as its source says; never when it was read"
    )

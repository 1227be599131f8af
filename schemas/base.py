"""What every model of the wire contract has in common."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


UtcDatetime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment with a zone, kept in UTC; a time without a zone is refused, never guessed."""

Span = Annotated[
    tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]],
    Field(description="Half-open character offsets [start, end) into the article's stored text"),
]
"""Half-open character offsets [start, end) into the article's stored text."""

Identifier = Annotated[str, Field(min_length=1, max_length=512)]
"""An id: opaque, deterministic, safe in a key."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
"""A number from 0 to 1."""


class Model(BaseModel):
    """A value on the wire: immutable, and tolerant of fields that a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")

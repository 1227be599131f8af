"""The envelope of every message: CloudEvents 1.0, JSON format, structured mode."""

from typing import Generic, Literal, TypeVar

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime

CONTENT_TYPE = "application/cloudevents+json"
"""Media type of a message in structured mode."""


Data = TypeVar("Data", bound=Model)


class CloudEvent(Model, Generic[Data]):
    """One event. Attribute names are CloudEvents'; `ingesttime` and `traceparent` are extensions.

    `time` is when this event was made, `ingesttime` when the article at the head of its chain came in:
    their difference is the latency a user feels.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Identifier
    source: str = Field(min_length=1, description="The service that made it: /claimdesk/<service>")
    type: str = Field(min_length=1, description="claimdesk.<event>.v<version>")
    subject: str | None = Field(default=None, description="The key that orders it")
    time: UtcDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str | None = None
    ingesttime: UtcDatetime | None = None
    traceparent: str | None = None
    data: Data

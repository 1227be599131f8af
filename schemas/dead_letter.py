"""Dead letters: messages that could not be handled, kept whole with the reason."""

from pydantic import ConfigDict, Field

from schemas.base import Identifier, Model, UtcDatetime


class DeadLetter(Model):
    """A message that a step refused. `id` is a hash of step and position, so a retry adds nothing."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: Identifier
    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    key: str = ""
    value: bytes = Field(description="The message's bytes, untouched; base64 in JSON")
    size: int | None = Field(
        default=None, description="Bytes the message had, when `value` is only its beginning"
    )
    headers: dict[str, str] = {}
    step: str
    version: str = Field(description="Version of the software that refused it")
    reason: str = Field(
        description="Short code: not_json, unknown_version, invalid, not_handled, …"
    )
    message: str = Field(description="What is wrong, where, and what to do")
    attempts: int = Field(default=1, ge=1)
    failed_at: UtcDatetime

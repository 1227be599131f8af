"""Bytes to events and back, with every way of being wrong named."""

from datetime import datetime
from typing import Any

import pydantic_core
from pydantic import ValidationError

from schemas.base import Model
from schemas.envelope import CloudEvent
from schemas.topics import BY_MODEL, DEAD_LETTERS, Topic
from services.runtime.errors import BadMessage
from services.runtime.ids import stable_id

MAX_MESSAGE = 8_000_000
"""Bytes a message may have; the topics are created with the same limit."""

MAX_LETTER = 12_000_000
"""Bytes a dead letter may have: the largest message in base64, and what is said about it."""


def limit_of(topic: Topic) -> int:
    """Bytes a message of `topic` may have."""
    return MAX_LETTER if topic.name == DEAD_LETTERS.name else MAX_MESSAGE


def make_event(
    data: Model,
    *,
    service: str,
    now: datetime,
    cause: CloudEvent[Any] | None = None,
    ingesttime: datetime | None = None,
) -> CloudEvent[Any]:
    """Wrap `data` for its topic.

    The id is a hash of type and content, so that a redelivered cause yields the same events. The
    extensions of `cause` (ingest time, trace) are carried on.
    """
    topic = BY_MODEL[type(data)]
    key = topic.key(data)
    return CloudEvent[topic.model](  # type: ignore[name-defined]
        id=stable_id("evt", topic.type, key, data.model_dump_json()),
        source=f"/claimdesk/{service}",
        type=topic.type,
        subject=key,
        time=now,
        ingesttime=cause.ingesttime if cause else ingesttime,
        traceparent=cause.traceparent if cause else None,
        data=data,
    )


def encode(event: CloudEvent[Any]) -> bytes:
    """The event as CloudEvents JSON in UTF-8."""
    return event.model_dump_json(exclude_none=True).encode()


def decode(topic: Topic, value: bytes | None) -> CloudEvent[Any]:
    """Read a message of `topic`.

    Raises BadMessage with reason `too_large`, `empty`, `not_utf8`, `not_json`, `not_cloudevent`,
    `wrong_topic`, `unknown_version` or `invalid`.
    """
    if not value:
        raise BadMessage("empty", f"{topic.name}: the message has no value")
    if len(value) > limit_of(topic):
        raise BadMessage(
            "too_large", f"{topic.name}: {len(value):,} bytes; the limit is {limit_of(topic):,}"
        )
    _check_type(topic, _parse(topic, value))
    try:
        return CloudEvent[topic.model].model_validate_json(value)  # type: ignore[name-defined]
    except ValidationError as error:
        raise BadMessage("invalid", f"{topic.name}: {describe(error)}") from error


def describe(error: ValidationError, most: int = 3) -> str:
    """A validation error in one line: where, what, and how many more."""
    rows = error.errors(include_url=False, include_input=False)
    told = "; ".join(
        f"{'.'.join(str(part) for part in row['loc']) or 'value'}: {row['msg']}"
        for row in rows[:most]
    )
    return told + (f" (and {len(rows) - most} more)" if len(rows) > most else "")


def _parse(topic: Topic, value: bytes) -> dict[str, Any]:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadMessage("not_utf8", f"{topic.name}: byte {error.start} is not UTF-8") from error
    try:
        parsed = pydantic_core.from_json(value)
    except ValueError as error:
        raise BadMessage("not_json", f"{topic.name}: {error}") from error
    if not isinstance(parsed, dict) or not isinstance(parsed.get("type"), str):
        raise BadMessage("not_cloudevent", f"{topic.name}: not a CloudEvents object with a type")
    return parsed


def _check_type(topic: Topic, parsed: dict[str, Any]) -> None:
    name, _, version = parsed["type"].rpartition(".v")
    if name != f"claimdesk.{topic.event}":
        raise BadMessage("wrong_topic", f"{topic.name}: an event of type {parsed['type']!r}")
    if version not in {str(known) for known in topic.versions}:
        known = ", ".join(f"v{number}" for number in topic.versions)
        raise BadMessage(
            "unknown_version",
            f"{topic.name}: {parsed['type']!r} is not a version that this release reads ({known}); "
            "upgrade the reader, then replay the dead letter",
        )

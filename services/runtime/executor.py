"""One message through one step: what every runner does between reading and committing."""

from dataclasses import dataclass
from typing import Any

import structlog

from schemas.dead_letter import DeadLetter
from schemas.envelope import CloudEvent
from schemas.topics import BY_MODEL
from services.runtime.clock import Clock
from services.runtime.errors import BadMessage, NotReady, TooManyBadMessages
from services.runtime.events import decode, encode, limit_of, make_event
from services.runtime.ids import stable_id
from services.runtime.step import Step

log = structlog.get_logger(__name__)

UNEXPECTED_ATTEMPTS = 3
"""Times that an unexpected exception is tried before the message counts as bad."""

_MOST_SAID = 2_000  # characters of an error that are kept
_KEPT_OF_TOO_LARGE = 1_000_000


@dataclass(frozen=True)
class Message:
    """Bytes for a topic: a key that orders them, and headers."""

    topic: str
    key: str
    value: bytes | None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Record(Message):
    """A message at its place in the log."""

    partition: int = 0
    offset: int = 0


def to_message(event: CloudEvent[Any]) -> Message:
    """The event as a message for its topic.

    Raises BadMessage (`too_large`) when it exceeds what a topic takes.
    """
    topic = BY_MODEL[type(event.data)]
    value = encode(event)
    if len(value) > limit_of(topic):
        raise BadMessage(
            "too_large",
            f"{topic.name}: {event.subject} is {len(value):,} bytes; "
            f"the limit is {limit_of(topic):,}",
        )
    return Message(
        topic.name, event.subject or "", value, (("content-type", "application/cloudevents+json"),)
    )


class Executor:
    """Runs a step on records, and turns what cannot be handled into dead letters.

    `limit` bad messages in a row raise TooManyBadMessages: the fault is then likely ours.
    """

    def __init__(self, step: Step, clock: Clock, version: str, limit: int = 100) -> None:
        self._step, self._clock, self._version, self._limit = step, clock, version, limit
        self._bad_in_a_row = 0

    def run(self, record: Record) -> list[Message]:
        """The messages that `record` gives: the step's events, or one dead letter.

        Raises NotReady when a dependency is away (try the same record again) and TooManyBadMessages.
        """
        try:
            messages = self._attempt(record)
        except BadMessage as bad:
            self._bad_in_a_row += 1
            if self._bad_in_a_row > self._limit:
                raise TooManyBadMessages(
                    f"{self._step.name}: more than {self._limit} bad messages in a row on "
                    f"{record.topic}, the last because {bad}; see `claimdesk dead-letters list`"
                ) from bad
            return [self._dead_letter(record, bad)]
        self._bad_in_a_row = 0
        return messages

    def _attempt(self, record: Record) -> list[Message]:
        event = decode(self._step.consumes, record.value)
        for attempt in range(1, UNEXPECTED_ATTEMPTS + 1):
            try:
                return [to_message(out) for out in self._outputs(event)]
            except (BadMessage, NotReady):
                raise
            except Exception as error:  # the boundary of a step: a bug must not stop the flow
                log.exception(
                    "step failed", step=self._step.name, attempt=attempt, offset=record.offset
                )
                last = error
        raise BadMessage("unexpected", f"{type(last).__name__}: {last}") from last

    def _outputs(self, event: CloudEvent[Any]) -> list[CloudEvent[Any]]:
        outputs = []
        for data in self._step.handle(event.data):
            if BY_MODEL[type(data)] not in self._step.produces:
                raise TypeError(f"{self._step.name} may not produce {type(data).__name__}")
            outputs.append(
                make_event(data, service=self._step.service, now=self._clock.now(), cause=event)
            )
        return outputs

    def _dead_letter(self, record: Record, bad: BadMessage) -> Message:
        log.warning(
            "dead letter",
            step=self._step.name,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=bad.reason,
            message=_printable(str(bad)),
        )
        letter = DeadLetter(
            id=stable_id("dl", self._step.name, record.topic, record.partition, record.offset),
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value or b"",
            headers=dict(record.headers),
            step=self._step.name,
            version=self._version,
            reason=bad.reason,
            message=_printable(str(bad)),
            attempts=UNEXPECTED_ATTEMPTS if bad.reason == "unexpected" else 1,
            failed_at=self._clock.now(),
        )
        try:
            return self._letter_message(letter)
        except BadMessage:  # only a message beyond every limit, with headers as large as its value
            return self._letter_message(_cut(letter))

    def _letter_message(self, letter: DeadLetter) -> Message:
        return to_message(make_event(letter, service=self._step.service, now=self._clock.now()))


def _printable(text: str) -> str:
    """What is said about a message, short, and without lone surrogates, which no JSON can carry."""
    return text[:_MOST_SAID].encode("utf-8", "backslashreplace").decode()


def _cut(letter: DeadLetter) -> DeadLetter:
    """The letter with the beginning of its value only, and without headers; `size` tells it."""
    return letter.model_copy(
        update={
            "key": letter.key[:_MOST_SAID],
            "value": letter.value[:_KEPT_OF_TOO_LARGE],
            "size": len(letter.value),
            "headers": {},
        }
    )

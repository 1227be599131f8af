"""What can be done with dead letters, on any log: list, replay, drop.

They live in one compacted topic, keyed by the letter's id: the last record of a key counts, and one
without a value (a tombstone) says that the letter is gone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.dead_letter import DeadLetter
from schemas.topics import DEAD_LETTERS
from services.ports.event_log import LogAdmin, Producer
from services.runtime.errors import BadMessage, UserError
from services.runtime.events import decode
from services.runtime.executor import Message


@dataclass(frozen=True)
class Letter:
    """A record of the topic: the dead letter, or why it cannot be read."""

    id: str
    content: DeadLetter | None
    problem: str | None = None


def list_letters(admin: LogAdmin) -> list[Letter]:
    """The letters that are there, oldest failure first, unreadable ones last. Raises NotReady."""
    found: dict[str, Letter] = {}
    for record in admin.read(DEAD_LETTERS):
        if record.value is None:
            found.pop(record.key, None)
        else:
            found[record.key] = _letter(record.key, record.value)
    return sorted(found.values(), key=_age)


def letter_ids(admin: LogAdmin) -> set[str]:
    """The ids of the letters that are there; holds no letter in memory. Raises NotReady."""
    found: set[str] = set()
    for record in admin.read(DEAD_LETTERS):
        if record.value is None:
            found.discard(record.key)
        else:
            found.add(record.key)
    return found


def choose(letters: Sequence[Letter], ids: Iterable[str]) -> list[Letter]:
    """Those of `letters` with one of `ids`, in the letters' order. Raises UserError for an unknown id."""
    wanted = set(ids)
    unknown = wanted - {letter.id for letter in letters}
    if unknown:
        raise UserError(
            f"no dead letter {', '.join(sorted(unknown))}; `claimdesk dead-letters list` shows all"
        )
    return [letter for letter in letters if letter.id in wanted]


def replay(producer: Producer, letters: Sequence[Letter]) -> int:
    """Publish each message again to the topic it came from, then remove its letter; how many.

    Every step that reads the topic sees the message again; effects are idempotent, so only the step
    that failed has something to do. The letter goes after the log has confirmed the message: a crash
    in between leaves both. Raises UserError, before anything is published, for a letter that does not
    hold its message, and NotReady.
    """
    messages = [_message(letter) for letter in letters]
    for letter, message in zip(letters, messages, strict=True):
        producer.publish([message])
        drop(producer, [letter])
    return len(letters)


def drop(producer: Producer, letters: Sequence[Letter]) -> int:
    """Remove letters for good; how many. Raises NotReady."""
    producer.publish([Message(DEAD_LETTERS.name, letter.id, None) for letter in letters])
    return len(letters)


def _letter(key: str, value: bytes) -> Letter:
    try:
        return Letter(key, decode(DEAD_LETTERS, value).data)
    except BadMessage as bad:
        return Letter(key, None, str(bad))


def _age(letter: Letter) -> tuple[bool, str, str]:
    failed_at = letter.content.failed_at.isoformat() if letter.content else ""
    return letter.content is None, failed_at, letter.id


def _message(letter: Letter) -> Message:
    content = letter.content
    if content is None:
        raise UserError(f"dead letter {letter.id} cannot be read: {letter.problem}")
    if content.size is not None:
        raise UserError(
            f"dead letter {letter.id} holds only the beginning of {content.size:,} bytes: it cannot "
            "be replayed; publish the message again from where it came from, then drop the letter"
        )
    return Message(content.topic, content.key, content.value, tuple(content.headers.items()))

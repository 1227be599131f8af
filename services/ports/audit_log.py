"""The audit trail: what was done, by whom, in an order that cannot be changed unnoticed.

Each entry's hash covers its content and the hash of the entry before it, as in a Merkle chain of one branch:
whoever alters, removes or inserts an entry must change every hash after it, and the last one is known
elsewhere (an export, a note, a print-out).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime

GENESIS = "0" * 64
"""The hash before the first entry's."""


class Event(Model):
    """What happened: `action` by `actor` to `subject`, with everything that it rested on in `details`."""

    at: UtcDatetime
    actor: Identifier
    action: str
    subject: Identifier
    details: dict[str, Any] = Field(default={})


class Entry(Event):
    """An event in its place: `seq` counts from 1 without gaps."""

    seq: int = Field(ge=1)
    previous: str
    hash: str


@dataclass(frozen=True)
class Report:
    """What a verification found. `problem` says what is wrong at the first entry that is not right."""

    entries: int
    head: str
    problem: str | None = None


class AuditLog(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing, and what keeps their rows from being changed."""
        ...

    def append(self, events: Iterable[Event]) -> None:
        """Add events that belong to no change of a task; those are added within the change itself."""
        ...

    def entries(self, *, subject: str | None = None, after: int = 0) -> Iterator[Entry]:
        """Entries in order, those of one subject or all, after that number; read in pieces."""
        ...


def link(event: Event, seq: int, previous: str) -> Entry:
    """The entry of `event` in its place."""
    fields = event.model_dump(mode="json", include=set(Event.model_fields))
    return Entry(**fields, seq=seq, previous=previous, hash=_hash(fields, seq, previous))


def verify(entries: Iterable[Entry], known: str | None = None) -> Report:
    """Check a whole trail from its first entry, without the database that it came from.

    `known` is a head that was noted before: it must be the hash of one of the entries, or the end was cut off
    or written anew.
    """
    count, head, met = 0, GENESIS, known in {None, GENESIS}
    for entry in entries:
        problem = _problem(entry, count + 1, head)
        if problem:
            return Report(count, head, problem)
        count, head = entry.seq, entry.hash
        met = met or head == known
    return Report(
        count, head, None if met else f"no entry has the hash {known} that was noted before"
    )


def _problem(entry: Entry, seq: int, previous: str) -> str | None:
    if entry.seq != seq:
        return f"entry {seq} is missing: {entry.seq} comes in its place"
    if entry.previous != previous:
        return f"entry {seq} does not follow the one before it"
    fields = entry.model_dump(mode="json", include=set(Event.model_fields))
    if entry.hash != _hash(fields, seq, previous):
        return f"entry {seq} was altered: {entry.action} by {entry.actor}"
    return None


def _hash(fields: dict[str, Any], seq: int, previous: str) -> str:
    # Keys sorted, no spaces, everything beyond ASCII escaped: one spelling in every language.
    text = json.dumps(
        {**fields, "seq": seq, "previous": previous}, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()

"""Answers that are kept, so that a request sent twice is done once (Idempotency-Key)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

KEPT = timedelta(hours=24)
"""How long an answer is given again."""

ABANDONED = timedelta(minutes=1)
"""After which a request without an answer counts as never finished: its process is gone."""


@dataclass(frozen=True)
class Answer:
    """A response as it was given."""

    status: int
    media_type: str
    body: bytes
    tag: str | None = None


class Unfinished(Exception):
    """The first request of this key is still being answered."""


class OtherRequest(Exception):
    """The key came with another request before."""


class AnswerStore(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def begin(self, key: str, fingerprint: str, now: datetime) -> Answer | None:
        """The answer that was given under `key`; none when it is free, and then it is the caller's.

        Of several who begin at the same time, one gets none. `fingerprint` is a hash of what is asked. Raises
        Unfinished, and OtherRequest when the key stands for something else.
        """
        ...

    def finish(self, key: str, answer: Answer) -> None:
        """Keep the answer for whoever comes with the key again."""
        ...

    def drop(self, key: str) -> None:
        """Nothing came of it: the key is free again."""
        ...

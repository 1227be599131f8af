"""Idempotency keys: what was answered to a push, so that the same push again gets the same answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Pushed:
    """The answer that a key got. `body_hash` tells whether it is asked again with the same body."""

    body_hash: str
    article_id: str
    revision: int
    state: str
    notes: tuple[str, ...] = ()


class PushKeys(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def answer(self, key: str) -> Pushed | None:
        """What this key got."""
        ...

    def remember(self, key: str, pushed: Pushed, now: datetime) -> Pushed:
        """Keep the answer, unless the key has one; the answer that it has then."""
        ...

    def forget(self, before: datetime) -> int:
        """Let go of keys from before that time; how many it were."""
        ...

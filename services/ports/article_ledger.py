"""What ingest remembers of the articles it has seen: content hash and revision of each."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Seen:
    """The last revision of an article that was published."""

    revision: int
    content_hash: str


class ArticleLedger(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def last(self, article_id: str) -> Seen | None:
        """What was last published under this id."""
        ...

    def record(self, article_id: str, seen: Seen) -> None:
        """Remember it; call after the log has confirmed the event."""
        ...

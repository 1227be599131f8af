"""What ingest remembers: the revisions of each article, and where it stands with each feed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Seen:
    """A revision of an article that was published."""

    revision: int
    content_hash: str


@dataclass(frozen=True)
class FeedState:
    """What a feed's server told us last: validators verbatim, and when it may be asked again."""

    etag: str | None = None
    last_modified: str | None = None
    not_before: datetime | None = None
    gone: bool = False


class ArticleLedger(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def last(self, article_ids: Iterable[str]) -> dict[str, Seen]:
        """The highest published revision of each of these articles that is known."""
        ...

    def revision_of(self, article_id: str, content_hash: str) -> int | None:
        """The latest revision of the article that had this content."""
        ...

    def record(self, seen: Sequence[tuple[str, Seen]]) -> None:
        """Remember revisions, each with its article's id; call after the log has confirmed the events.

        The same again changes nothing; another content under a known revision replaces it.
        """
        ...

    def feed(self, url: str) -> FeedState:
        """What is known of a feed; the empty state when nothing is."""
        ...

    def record_feed(self, url: str, state: FeedState) -> None:
        """Remember a feed's state; call after its articles are recorded."""
        ...

"""What ingest remembers: articles, their revisions and stories."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.article import Article


@dataclass(frozen=True)
class Seen:
    """A revision of an article that was published, or is about to be."""

    revision: int
    content_hash: str


@dataclass(frozen=True)
class Alias:
    """Another id that an article is also known by, and the content that it had under this one."""

    article_id: str
    content_hash: str


@dataclass(frozen=True)
class Member:
    """An article in its story. `number` counts the articles in the order they came."""

    number: int
    article_id: str
    story_id: str


class Reading(Protocol):
    """What can be asked. Raises NotReady from every method when the database is away."""

    def last(self, article_ids: Iterable[str]) -> dict[str, Seen]:
        """The highest revision of each of these articles that is known."""
        ...

    def revision_of(self, article_id: str, content_hash: str) -> int | None:
        """The latest revision of the article that had this content."""
        ...

    def aliases(self, names: Iterable[str]) -> dict[str, Alias]:
        """What each of these ids is an alias of; an article that has aliases is one of itself as well."""
        ...


class Taking(Reading, Protocol):
    """A transaction in which articles are identified, folded into stories and staged."""

    def content(self, article_id: str) -> Article | None:
        """The article's latest revision; none when it was forgotten or never kept."""
        ...

    def at_address(self, source: str, url: str) -> str | None:
        """The id of the source's latest article with this address."""
        ...

    def member(self, article_id: str) -> Member | None:
        """The article in its story."""
        ...

    def story(self, story_id: str, most: int) -> list[Member]:
        """The story's first members, at most so many, in the order they came."""
        ...

    def sharing(self, sketch: Sequence[int], least: int, most: int) -> list[Member]:
        """At most `most` articles whose sketch shares at least `least` hashes, those that share most first.

        Of equals the first that came. A hash that many articles have counts for the first of them only.
        """
        ...

    def stage(self, article: Article, sketch: Sequence[int], now: datetime) -> None:
        """Remember a revision with its content, as not yet published. `sketch` replaces the one before."""
        ...

    def name(self, name: str, alias: Alias) -> None:
        """Make `name` another id of an article, or give it its newest content."""
        ...


class ArticleLedger(Reading, Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def taking(self) -> AbstractContextManager[Taking]:
        """A transaction, the only one of its kind at a time in all processes.

        Committed at its end, rolled back by an exception. What it staged is `pending` until it is confirmed.
        """
        ...

    def pending(
        self, article_ids: Iterable[str], before: datetime, most: int = 100
    ) -> list[Article]:
        """Staged revisions that nobody has confirmed, in the order they were staged.

        Those of these articles, and those that were staged before that time.
        """
        ...

    def confirm(self, published: Iterable[tuple[str, int]]) -> None:
        """These revisions (id, number) are in the log; contents of earlier ones are let go."""
        ...

    def forget(self, before: datetime, most: int = 500) -> int:
        """Let go of contents and sketches of articles last staged before that time; how many articles it were.

        Their revisions stay known, and pending ones are never forgotten.
        """
        ...

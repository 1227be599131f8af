"""What the desk has published: one review a task, and what is left of those that were taken back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.match import Relation
from schemas.verdict import Rating


class Appearance(Model):
    """An article in which the claim appeared."""

    url: str
    headline: str = ""
    day: date | None = None


class Source(Model):
    """What the verdict rests on, as readers are shown it."""

    title: str
    publisher: str | None = None
    url: str | None = None
    day: str | None = Field(default=None, description="ISO 8601 of any precision")
    relation: Relation


class Published(Model):
    """What may leave the desk of one verdict; whatever is not in here stays inside.

    `revision` orders what is published of one task: the higher one stands. `rating` is none once it was
    withdrawn; then nothing of what was found is kept.
    """

    task_id: Identifier
    revision: int = Field(ge=1)
    rating: Rating | None = None
    claim: str
    speaker: str | None = None
    rationale: str = ""
    language: str = "en"
    first_at: UtcDatetime | None = Field(
        default=None, description="When the task's first review was published; null: never"
    )
    changed_at: UtcDatetime
    appearances: tuple[Appearance, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def newest_day(self) -> date:
        """The day of the claim or of the review, whichever is newer."""
        days = [one.day for one in self.appearances if one.day]
        return max([self.changed_at.date(), *([min(days)] if days else [])])


@dataclass(frozen=True)
class Wanted:
    """Which reviews.

    Every word begins a word of the claim or of its speaker, the language matches without its region, and the
    claim or the review is not older than `since`.
    """

    words: Sequence[str] = ()
    language: str | None = None
    since: date | None = None


ALL = Wanted()


@dataclass(frozen=True)
class Edition:
    """All that is published at a time: the number changes with every change."""

    number: int
    changed_at: datetime | None


class PublishedStore(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def put(self, item: Published) -> Published:
        """Keep `item` if its revision is higher than the one that is there; what stands then.

        The first review's date stays. Idempotent, in any order.
        """
        ...

    def get(self, task_id: str) -> Published | None:
        """What was published of a task, also when it was withdrawn; none when nothing ever came."""
        ...

    def page(
        self,
        wanted: Wanted = ALL,
        *,
        limit: int = 50,
        after: str | None = None,
        offset: int = 0,
    ) -> tuple[list[Published], str | None]:
        """Reviews that stand, the last changed first, and the cursor of the next page.

        `offset` counts from the cursor, or from the first. Raises UserError when `after` is no cursor of this
        store.
        """
        ...

    def all(self) -> Iterator[Published]:
        """Every review that stands, in the order of task ids, read in pieces.

        What is published meanwhile may be in it or not; what stands throughout is in it once.
        """
        ...

    def edition(self) -> Edition:
        """The state of the whole."""
        ...

"""Which feeds are polled, how each of them is, and which poller has it at the moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from services.runtime.ids import stable_id

Stopped = Literal["removed", "gone", "moved"]
"""Why a feed is not polled: a person took it out, it answered 410, or it became another known one."""


@dataclass(frozen=True)
class Feed:
    """A feed and how it is. Times are UTC.

    `id` and `source` are made from the address that it was added with and never change: its articles are known
    by them. `address` is where it is asked today, which a permanent redirect may change. `etag` and
    `last_modified` are verbatim; `fresh_at` is when a whole answer came last. `arrivals` are the times of its
    latest items, oldest first, which tell its pace; `asks` is how long it wants to be left alone after an
    answer. `failures` are those in a row. `lease` is the number of its latest lease: what is written under
    an older one counts for nothing.
    """

    id: str
    source: str
    address: str
    added_by: str
    added_at: datetime
    next_at: datetime
    title: str | None = None
    stopped: Stopped | None = None
    etag: str | None = None
    last_modified: str | None = None
    fresh_at: datetime | None = None
    not_before: datetime | None = None
    asked_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None
    reason: str | None = None
    error: str | None = None
    arrivals: tuple[datetime, ...] = ()
    asks: timedelta = timedelta(0)
    interval: timedelta | None = None
    items: int = 0
    new: int = 0
    revised: int = 0
    rejected: int = 0
    copies: int = 0
    lease: int = 0

    @property
    def copies_share(self) -> float | None:
        """The share of its new articles that repeat another one."""
        return self.copies / self.new if self.new else None


@dataclass(frozen=True)
class Health:
    """All feeds in figures."""

    active: int = 0
    stopped: int = 0
    failing: int = 0
    never_read: int = 0
    overdue: int = 0
    new: int = 0
    copies: int = 0


@dataclass(frozen=True)
class Page:
    """What is remembered of the page of an item whose feed gives only its beginning.

    `given` is the hash of what the feed said; `whole` tells whether the page's text was taken, `missing` how
    often in a row the page was not there, `gone` that its article was taken back for that.
    """

    key: str
    given: str
    first_at: datetime
    checked_at: datetime
    whole: bool = False
    missing: int = 0
    gone: bool = False


class FeedRegistry(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def add(
        self, addresses: Iterable[tuple[str, str | None]], by: str, now: datetime, *, seed: bool
    ) -> list[Feed]:
        """Remember addresses with their titles; the feeds, in that order. They are due at once.

        A known one stays as it is; it is taken up again if it was stopped, unless it is only a seed.
        """
        ...

    def find(self, name: str) -> Feed | None:
        """The feed with this id, this address or this first address."""
        ...

    def feeds(
        self, *, stopped: bool = False, after: str | None = None, most: int = 1_000
    ) -> list[Feed]:
        """Feeds in the order of their ids, from behind `after`; also those that are stopped, if so asked."""
        ...

    def remove(self, feed_id: str) -> bool:
        """Poll it no more; false if it is unknown. What it was is remembered, so that a seed does not bring it back."""
        ...

    def wake(self, feed_ids: Sequence[str], now: datetime) -> int:
        """Make active feeds due now, but for what their servers asked for; how many it were."""
        ...

    def health(self, now: datetime) -> Health:
        """All feeds in figures."""
        ...

    def due(self, now: datetime, only: Sequence[str] | None = None) -> int:
        """How many feeds are due, nobody's, and on a host that may be asked within a minute."""
        ...

    def next_due(self) -> datetime | None:
        """When `take` may have something again; none without active feeds."""
        ...

    def take(
        self,
        now: datetime,
        until: datetime,
        most: int,
        only: Sequence[str] | None = None,
    ) -> list[Feed]:
        """Lease due feeds that nobody has, the longest due first; with `only`, of these ids.

        A host is asked by one poller at a time: it is leased as well, and of its feeds one is given. Nobody else
        gets them before `until`, or before they are settled.
        """
        ...

    def settle(self, feed: Feed, host_free_at: datetime) -> bool:
        """Write how `feed` is now and end its lease; false, and nothing written, if the lease was lost.

        Where its new address is another feed's, it is stopped as `moved`. Its host may be asked again from
        `host_free_at` on.
        """
        ...

    def pages(self, keys: Iterable[str]) -> dict[str, Page]:
        """What is remembered of pages, by key."""
        ...

    def record_pages(self, pages: Sequence[Page]) -> None:
        """Remember it."""
        ...

    def forget_pages(self, before: datetime) -> int:
        """Let go of pages last checked before that time; how many it were."""
        ...


def feed_id(address: str) -> str:
    """The id of the feed that is added with `address`."""
    return stable_id("feed", address)

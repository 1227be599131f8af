"""A feed as people and programs see it: the same by command and over HTTP."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.ports.feed_registry import Feed


class FeedView(BaseModel):
    """A feed and its health. `pace_seconds` is the mean time between its latest items, `copies_share` the part of its new articles that repeat another."""

    model_config = ConfigDict(frozen=True)

    id: str
    address: str
    title: str | None
    added_by: str
    added_at: datetime
    state: str
    next_at: datetime | None
    asked_at: datetime | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    failures: int
    reason: str | None
    error: str | None
    items: int
    new: int
    revised: int
    rejected: int
    copies_share: float | None
    pace_seconds: float | None
    interval_seconds: float | None

    @classmethod
    def of(cls, feed: Feed, now: datetime) -> "FeedView":
        """The view of `feed`."""
        same = {
            name: getattr(feed, name)
            for name in cls.model_fields
            if hasattr(feed, name) and name != "next_at"
        }
        pace = (now - feed.arrivals[0]) / len(feed.arrivals) if feed.arrivals else None
        return cls(
            **same,
            state=state_of(feed),
            next_at=None if feed.stopped else feed.next_at,
            pace_seconds=round(pace.total_seconds(), 1) if pace is not None else None,
            interval_seconds=feed.interval.total_seconds() if feed.interval else None,
        )


def state_of(feed: Feed) -> str:
    """`removed`, `gone`, `moved`, `new`, `failing` or `fine`."""
    if feed.stopped:
        return feed.stopped
    if feed.failures:
        return "failing"
    return "fine" if feed.succeeded_at else "new"

"""When an alert goes out: at once, after the quiet hours, or with others in a digest."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.subscription import Digest, Subscription
from services.runtime.ids import stable_id

_HOUR = timedelta(hours=1)


class Plan(NamedTuple):
    """When, and the name of the digest that it goes out with, if any."""

    at: datetime
    digest: str | None


def plan(subscription: Subscription, now: datetime, recent: int) -> Plan:
    """The plan for an alert that is owed `now`, with `recent` single ones within the hour before.

    What comes in quiet hours, or is more than the cap, is told together at their end or in the next hour.
    """
    if subscription.digest is Digest.DAILY:
        at = _next(now, subscription.daily_at, subscription)
    elif subscription.digest is Digest.HOURLY or _over(subscription, recent):
        at = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    else:
        at = now
    at = after_quiet(subscription, at)
    if at <= now:
        return Plan(now, None)
    return Plan(at, stable_id("dig", subscription.id, at.astimezone(UTC).isoformat()))


def after_quiet(subscription: Subscription, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours that it lies in."""
    start, end = subscription.quiet_from, subscription.quiet_to
    if start is None or end is None:
        return at
    local = at.astimezone(ZoneInfo(subscription.time_zone)).time()
    quiet = start <= local < end if start < end else local >= start or local < end
    return _next(at, end, subscription) if quiet else at


def _over(subscription: Subscription, recent: int) -> bool:
    return subscription.hourly_cap is not None and recent >= subscription.hourly_cap


def _next(now: datetime, clock: time, subscription: Subscription) -> datetime:
    """The next moment after `now` at which the subscription's clock shows `clock`.

    When clocks go forward over it, that is the moment that would have shown it before the change.
    """
    return next(moment for moment in _moments(now, clock, subscription) if moment > now)


def _moments(now: datetime, clock: time, subscription: Subscription) -> Iterator[datetime]:
    zone = ZoneInfo(subscription.time_zone)
    day = now.astimezone(zone).date()
    for days in range(3):
        there = datetime.combine(day + timedelta(days=days), clock, zone)
        yield there.astimezone(UTC)

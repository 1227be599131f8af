"""When a feed is asked again: by its own pace, never sooner than it or its server wants."""

import random
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

LONGEST = timedelta(hours=6)
"""How rarely a quiet feed, or one that keeps failing, is asked."""

KEPT = 20
"""Arrivals that tell the pace."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def arrivals(
    before: tuple[datetime, ...],
    found: Iterable[datetime | None],
    since: datetime | None,
    now: datetime,
) -> tuple[datetime, ...]:
    """The times of the latest items: those `before`, and those that were new in the answer that came `now`.

    `since` is when the feed was read before: an item that is new came after that, whatever its date says. On the
    first reading dates are believed, unless they lie in the future. Without any, the feed counts as having begun now.
    """
    if since is None:
        times = [moment for moment in found if moment is not None and moment <= now]
    else:
        times = [min(max(moment or now, since), now) for moment in found]
    return tuple(sorted([*before, *times])[-KEPT:]) or (now,)


def interval(
    times: tuple[datetime, ...], asks: timedelta, least: timedelta, now: datetime
) -> timedelta:
    """How long to leave a feed alone that answered.

    Half the mean time between its latest items, the silence since the last of them included, so that a
    feed that falls silent is asked ever less. Not less than `asks` and `least`; not more than LONGEST.
    """
    pace = (now - times[0]) / len(times) if times else timedelta(0)
    return max(min(max(pace / 2, asks), LONGEST), least)


def after_failure(failures: int, least: timedelta) -> timedelta:
    """How long to leave a feed alone that failed so often in a row."""
    doubled: timedelta = least * 2 ** min(failures, 16)
    return max(min(doubled, LONGEST), least)


def jittered(pause: timedelta, draw: random.Random) -> timedelta:
    """A tenth more or less, so that feeds that began together drift apart."""
    return timedelta(seconds=pause.total_seconds() * draw.uniform(0.9, 1.1))


def max_age(cache_control: str | None) -> timedelta:
    """How long an answer stays fresh by its Cache-Control (RFC 9111); zero when that says nothing."""
    found = _MAX_AGE.search(cache_control or "")
    return timedelta(seconds=int(found[1])) if found else timedelta(0)

"""When to try again: exponential, capped, jittered, over days, and then no more."""

from datetime import datetime, timedelta
from random import Random

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=12)
GIVE_UP = timedelta(days=5)
"""How long after it was owed a delivery is still tried."""
ENDPOINT_LONGEST = timedelta(minutes=10)
"""The longest rest of an endpoint that keeps failing; what waits for it is tried one at a time."""


def next_attempt(attempts: int, owed_at: datetime, now: datetime, draw: Random) -> datetime | None:
    """When to try again after `attempts` failures (at least 1); none when it is time to give up."""
    at = now + _jittered(min(FIRST * 4 ** min(attempts - 1, 10), LONGEST), draw)
    return at if at <= owed_at + GIVE_UP else None


def rest(failures: int, now: datetime, draw: Random) -> datetime:
    """Until when an endpoint is left alone after `failures` in a row (at least 1)."""
    return now + _jittered(min(FIRST * 2 ** min(failures - 1, 10), ENDPOINT_LONGEST), draw)


def _jittered(pause: timedelta, draw: Random) -> timedelta:
    # Half fixed, half drawn: many that failed together do not come back together.
    return pause * draw.uniform(0.5, 1.0)

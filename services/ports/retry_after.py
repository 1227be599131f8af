"""The Retry-After header, in both of its forms."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)
"""A server that asks for more is asked again after this."""


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """When a server wants to be asked again (RFC 9110, 10.2.3: seconds or a date).

    None when `value` says nothing that can be read; never in the past, never later than LONGEST.
    """
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return now + timedelta(seconds=min(int(value[:9]), LONGEST.total_seconds()))
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return min(max(moment, now), now + LONGEST)

"""The dates that feeds and files carry, read strictly and never made up."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_YEARS = range(1800, 2101)
_UNSET = {datetime(1970, 1, 1, tzinfo=UTC)}  # what content systems write when there is no date

_FURTHEST = timedelta(hours=14)  # the island of Kiritimati


def read_date(
    value: str | None,
    notes: list[str],
    name: str = "published_at",
    *,
    then: str = "left out",
) -> datetime | None:
    """The moment that `value` names (ISO 8601 or RFC 5322); none when it cannot be right.

    It keeps the zone it came with, so that the publisher's day is known (`offset_of`). What is missing,
    wrong or assumed is said in `notes`: an article with a bad date is still worth checking, so it is kept
    without one. `then` is what the note says of a value that was not taken. The
    answer depends on `value` alone, never on today's date.
    """
    value = (value or "").strip()
    if not value:
        return None
    parsed = _parse(value)
    if parsed is None:
        notes.append(f"{name}: {value[:60]!r} is not a date that can be read; {then}")
        return None
    if parsed.tzinfo is None:
        notes.append(f"{name}: {value[:60]!r} has no time zone; read as UTC")
        parsed = parsed.replace(tzinfo=UTC)
    return _plausible(parsed, value, notes, name, then)


def _plausible(
    parsed: datetime, value: str, notes: list[str], name: str, then: str
) -> datetime | None:
    if parsed.year not in _YEARS:
        notes.append(f"{name}: the year in {value[:60]!r} cannot be right; {then}")
        return None
    if parsed in _UNSET:
        notes.append(f"{name}: {value[:60]!r} is the mark of a missing date; {then}")
        return None
    return parsed


def offset_of(moment: datetime | None) -> int | None:
    """Minutes east of UTC on the clock that `moment` was written by; none for one that no place has."""
    offset = moment.utcoffset() if moment is not None else None
    if offset is None or abs(offset) > _FURTHEST:
        return None
    return int(offset.total_seconds()) // 60


def _parse(value: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(value)
        except (ValueError, OverflowError, TypeError):
            continue
    return None

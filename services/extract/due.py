"""When a promise falls due."""

from collections.abc import Sequence
from datetime import date

from schemas.claim import DateMention, Kind
from services.extract.dates import Reference
from services.extract.dates_interval import last_day

_THIS_DAY = frozenset(("today", "tonight", "this morning", "this afternoon", "this evening"))


def due_date(kind: Kind, dates: Sequence[DateMention], reference: Reference) -> str | None:
    """For a promise the last day (YYYY-MM-DD) on which it can be kept, none otherwise.

    None too when no date lies ahead of the article's day: that a minister promised something "on
    Wednesday" does not make it due then. A date that the text contradicts is not taken.
    """
    if kind is not Kind.PROMISE:
        return None
    days = [
        last_day(mention.value)
        for mention in dates
        if mention.conflict is None and _lies_ahead(mention, reference.today)
    ]
    return max(days).isoformat() if days else None


def _lies_ahead(mention: DateMention, today: date | None) -> bool:
    if today is None:
        return True
    named_today = mention.text.lower() in _THIS_DAY
    return last_day(mention.value) > today or (named_today and last_day(mention.value) == today)

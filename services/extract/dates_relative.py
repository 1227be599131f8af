"""Rules for times that are counted from the day of writing, or from what was said before."""

import re
from datetime import timedelta

from services.extract.calendar_words import NOT_A_DAY, WEEKDAYS
from services.extract.dates_context import Context
from services.extract.dates_interval import Interval, around, move
from services.extract.dates_parts import calendar_unit
from services.extract.dates_patterns import (
    COUNT,
    FULL_WEEKDAY,
    UNIT,
    Match,
    Rule,
    S,
    count,
    group,
    rule,
    unit_of,
)
from services.extract.dates_tense import Tense

_NEAR = {"yesterday": -1, "last night": -1, "tomorrow": 1}
_STEP = {"last": -1, "this": 0, "the": 0, "current": 0, "next": 1}


def _near_day(match: Match, context: Context) -> Interval | None:
    words = " ".join(match["x"].lower().split())
    if words.startswith("the day "):
        steps = -2 if "before" in words else 2
    else:
        steps = _NEAR.get(words, 0)
    return Interval.of_day(context.today + timedelta(days=steps))


def _weekday(match: Match, context: Context) -> Interval | None:
    """In the past tense the most recent one, today included; otherwise the next, today included."""
    token = context.token(match.start("weekday"))
    before = context.word_before(match.start("x")).strip("\"'“”‘’(")
    if token is None or before in NOT_A_DAY or token.ent_type_ in ("ORG", "WORK_OF_ART", "EVENT"):
        return None
    today, word = context.today, group(match, "step").lower()
    wanted = WEEKDAYS[match["weekday"].lower()]
    past = today - timedelta(days=(today.weekday() - wanted) % 7)
    future = today + timedelta(days=(wanted - today.weekday()) % 7)
    if word == "last":
        return Interval.of_day(past if past < today else past - timedelta(days=7))
    if word == "next":
        return Interval.of_day(Interval.of_week(today).first + timedelta(days=7 + wanted))
    looks_back = context.tense(match.start("weekday")) in (Tense.PAST, Tense.UNKNOWN)
    return Interval.of_day(past if looks_back else future)


def _calendar_unit(match: Match, context: Context) -> Interval | None:
    """Reads "last year", "next week", "earlier this month": calendar units, weeks from Monday to Sunday."""
    unit, step = unit_of(match), _STEP[match["step"].lower()]
    whole = calendar_unit(unit, step, context.today)
    edge = group(match, "edge").lower() if step == 0 else ""
    if edge == "earlier":
        return Interval(whole.first, context.today)
    return Interval(context.today, whole.last) if edge == "later" else whole


def _weekend(match: Match, context: Context) -> Interval | None:
    """Saturday and Sunday; "the" or "this" weekend told as past on a weekday is the one before."""
    today, step = context.today, _STEP[match["step"].lower()]
    looks_back = context.tense(match.start("x")) is Tense.PAST
    if step == 0 and looks_back and today.weekday() < 5:
        step = -1
    sunday = Interval.of_week(today).last + timedelta(days=7 * step)
    return Interval(sunday - timedelta(days=1), sunday)


def _ago(match: Match, context: Context) -> Interval | None:
    """As exact as the unit: "two years ago" is a year, "three days ago" a day."""
    if context.word_before(match.start("x")) in _INEXACT:
        return None
    unit = unit_of(match)
    return around(move(context.today, unit, -count(match["count"])), unit)


_INEXACT = frozenset(["than", "over", "nearly", "almost", "least", "under", "many"])


def _until_today(match: Match, context: Context) -> Interval | None:
    steps = count(group(match, "count"))
    return Interval(move(context.today, unit_of(match), -steps), context.today)


def _from_today(match: Match, context: Context) -> Interval | None:
    return Interval(context.today, move(context.today, unit_of(match), count(match["count"])))


def _in_time(match: Match, context: Context) -> Interval | None:
    """Reads "in two weeks" is a time to come only where the tense or "in two weeks' time" says so."""
    if not match["time"] and context.tense(match.start("count")) is not Tense.FUTURE:
        return None
    unit = unit_of(match)
    return around(move(context.today, unit, count(match["count"])), unit)


def _since_then(_match: Match, context: Context) -> Interval | None:
    return Interval(context.last.first, context.today) if context.last else None


def _that(match: Match, context: Context) -> Interval | None:
    """Reads "that month", of the date last spoken of; "that day" after a mere year is no day."""
    if context.last is None:
        return None
    whole = around(context.last.first, unit_of(match))
    return whole if context.last.last <= whole.last else None


def _from_that(match: Match, context: Context) -> Interval | None:
    """Reads "the year before", "the following day", "two years later", from the date last spoken of."""
    if context.last is None:
        return None
    unit = unit_of(match)
    if context.last.last > around(context.last.first, unit).last:
        return None
    steps = count(group(match, "count"))
    back = match["way"].lower() in ("before", "earlier", "previous", "preceding", "prior")
    return around(move(context.last.first, unit, -steps if back else steps), unit)


_I = re.IGNORECASE
_CALENDAR = r"(?P<unit>day|week|month|year)"
_STOP = r"(?=\s{0,2}(?:$|[.,;:!?)\]\"”’—–-]|and\b|but\b|as\b|when\b))"

RELATIVE: tuple[Rule, ...] = (
    rule(
        "near",
        rf"(?P<x>the{S}day{S}(?:before{S}yesterday|after{S}tomorrow)|yesterday|today|tonight|tomorrow"
        rf"|last{S}night|this{S}(?:morning|afternoon|evening))\b",
        _near_day,
        _I,
    ),
    rule(
        "weekday",
        rf"(?P<x>(?:(?P<step>[Ll]ast|[Nn]ext|[Tt]his){S})?(?P<weekday>{FULL_WEEKDAY})"
        rf"(?:{S}(?:morning|afternoon|evening|night))?(?:{S}\(local{S}time\))?)",
        _weekday,
    ),
    rule(
        "unit",
        rf"(?P<x>(?:(?P<edge>earlier|later){S})?(?:the{S}(?=current))?(?P<step>last|this|next|current){S}"
        r"(?P<unit>week|month|quarter|year|decade|century))\b",
        _calendar_unit,
        _I,
    ),
    rule("weekend", rf"(?P<x>(?P<step>last|this|next|the){S}weekend)\b", _weekend, _I),
    rule("unit", rf"(?P<x>(?P<count>{COUNT}){S}{UNIT}{S}ago)\b", _ago, _I),
    rule(
        "unit",
        rf"(?P<x>(?:the|these){S}(?:past|last){S}(?:(?P<count>{COUNT}){S})?{UNIT})",
        _until_today,
        _I,
    ),
    rule("unit", rf"(?P<x>past{S}(?P<count>{COUNT}){S}{UNIT})", _until_today, _I),
    rule("unit", rf"(?P<x>(?:the{S})?next{S}(?P<count>{COUNT}){S}{UNIT})", _from_today, _I),
    rule("unit", rf"(?P<x>within{S}(?P<count>{COUNT}){S}{UNIT})(?!{S}of\b)", _from_today, _I),
    rule(
        "unit", rf"(?P<x>in{S}(?P<count>{COUNT}){S}{UNIT}(?P<time>['’]?{S}time\b)?)", _in_time, _I
    ),
    rule("then", rf"(?P<x>(?:ever{S})?since{S}then)\b", _since_then, _I),
    rule("unit", rf"(?P<x>(?:that|the{S}same|that{S}same){S}{_CALENDAR})\b", _that, _I),
    rule(
        "unit",
        rf"(?P<x>the{S}(?P<way>following|next|previous|preceding|prior){S}{_CALENDAR})\b",
        _from_that,
        _I,
    ),
    rule(
        "unit", rf"(?P<x>the{S}{_CALENDAR}{S}(?P<way>before|after|earlier)){_STOP}", _from_that, _I
    ),
    rule(
        "unit",
        rf"(?P<x>(?P<count>{COUNT}){S}{_CALENDAR}s?{S}(?P<way>later|earlier)){_STOP}",
        _from_that,
        _I,
    ),
)
"""Where two rules match the same words, the earlier one counts."""

"""Rules for times that two expressions make together: ranges, a weekday of another week, an anniversary."""

import re
from datetime import date, timedelta

from services.extract.calendar_words import FULL_MONTHS, NTH, WEEKDAYS
from services.extract.dates_absolute import month_by_tense, told_year
from services.extract.dates_context import Context
from services.extract.dates_interval import Interval
from services.extract.dates_parts import century_of, part_of
from services.extract.dates_patterns import (
    COUNT,
    DAY,
    FULL_MONTH,
    FULL_WEEKDAY,
    MONTH,
    WEEKDAY,
    YEAR,
    YEAR_BESIDE,
    Match,
    Rule,
    S,
    count,
    day_of,
    group,
    month_of,
    rule,
)
from services.extract.dates_tense import Tense

_STEP = {"last": -1, "this": 0, "next": 1}


def _months_across(match: Match, context: Context) -> Interval | None:
    """From the first month to the last; of two years the nearest before, where only one is told."""
    first, last = month_of(match["first"]), month_of(match["last"])
    end_year, start_year = told_year(match, context), match["start"]
    if end_year is None and start_year:
        end_year = int(start_year) + (last < first)
    if end_year is None:
        end_year = _year_across(first, last, match, context)
    begin = int(start_year) if start_year else end_year - (last < first)
    return Interval(_edge(begin, first, match["early"], 0), _edge(end_year, last, match["late"], 1))


def _year_across(first: int, last: int, match: Match, context: Context) -> int:
    """The year of the last month: the past looks back from it, the future on from the first."""
    if context.tense(match.start("last")) is Tense.FUTURE:
        start = month_by_tense(first, match.start("first"), context).first.year
        return start + (last < first)
    return month_by_tense(last, match.start("last"), context).first.year


def _edge(year: int, month: int, part: str | None, end: int) -> date:
    whole = Interval.of_month(year, month)
    if part:
        whole = part_of(whole, part.lower())
    return whole.last if end else whole.first


def _neighbours(match: Match, context: Context) -> Interval | None:
    """Reads "in July and August" as one time."""
    month = month_of(match["first"])
    first = month_by_tense(month, match.start("first"), context).first
    year = first.year + (month == 12)
    return Interval(first, Interval.of_month(year, month % 12 + 1).last)


def _years_across(match: Match, _context: Context) -> Interval | None:
    """Years of which one is told as a part: "2019 to early 2021"."""
    first, last = Interval.of_year(int(match["first"])), Interval.of_year(int(match["last"]))
    if match["early"]:
        first = part_of(first, match["early"].lower())
    if match["late"]:
        last = part_of(last, match["late"].lower())
    return Interval(first.first, last.last)


def _weekdays_across(match: Match, context: Context) -> Interval | None:
    """From a weekday to the next one of the other name, before or after today by tense."""
    first, last = WEEKDAYS[match["first"].lower()], WEEKDAYS[match["last"].lower()]
    today, days = context.today, (last - first) % 7
    if context.tense(match.start("last")) in (Tense.PAST, Tense.UNKNOWN):
        end = today - timedelta(days=(today.weekday() - last) % 7)
        return Interval(end - timedelta(days=days), end)
    start = today + timedelta(days=(first - today.weekday()) % 7)
    return Interval(start, start + timedelta(days=days))


def _of_week(match: Match, context: Context) -> Interval | None:
    """Reads "Monday last week", "Tuesday of next week"."""
    monday = Interval.of_week(context.today).first
    steps = 7 * _STEP[match["step"].lower()] + WEEKDAYS[match["weekday"].lower()]
    return Interval.of_day(monday + timedelta(days=steps))


def _weeks_ago_on(match: Match, context: Context) -> Interval | None:
    """Reads "a week ago on Tuesday" as the Tuesday nearest to that many weeks ago."""
    around_it = context.today - timedelta(days=7 * count(match["count"]))
    ahead = (WEEKDAYS[match["weekday"].lower()] - around_it.weekday() + 3) % 7 - 3
    return Interval.of_day(around_it + timedelta(days=ahead))


def _weeks_on(match: Match, context: Context) -> Interval | None:
    """Reads "a week on Monday" and "Monday week": the next one, and the weeks told after it."""
    weekday, today = WEEKDAYS[group(match, "weekday").lower()], context.today
    ahead = (weekday - today.weekday() - 1) % 7 + 1
    weeks = count(group(match, "count"))
    return Interval.of_day(today + timedelta(days=ahead + 7 * weeks))


def _weekday_from_that(match: Match, context: Context) -> Interval | None:
    """Reads "the following Monday" from the day last spoken of."""
    if context.last is None or context.last.first != context.last.last:
        return None
    day, weekday = context.last.first, WEEKDAYS[match["weekday"].lower()]
    if match["way"].lower() in ("previous", "preceding"):
        return Interval.of_day(day - timedelta(days=(day.weekday() - weekday - 1) % 7 + 1))
    return Interval.of_day(day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1))


def _near_and_named(match: Match, context: Context) -> Interval | None:
    """Reads "yesterday, November 28": the day named; flagged if yesterday was another."""
    near = context.today + timedelta(days=_NEAR[match["near"].lower()])
    month, day = month_of(group(match, "month")), day_of(group(match, "day"))
    year = told_year(match, context)
    named = date(near.year if year is None else year, month, day)
    if named != near:
        context.conflict = f"the text says {match['near'].lower()}, which was {near}, not {named}"
    return Interval.of_day(named)


_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}


def _anniversary(match: Match, _context: Context) -> Interval | None:
    """So many years after the day that the anniversary is said to be of."""
    number = match["nth"].lower()
    years = NTH[number] if number in NTH else _NTH[number] if number in _NTH else int(number[:-2])
    first = date(int(match["year"]), month_of(group(match, "month")), day_of(group(match, "day")))
    return Interval.of_day(first.replace(year=first.year + years))


_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
_NTH |= {"eighth": 8, "ninth": 9, "thirtieth": 30, "fortieth": 40, "fiftieth": 50}


def _centuries(match: Match, _context: Context) -> Interval | None:
    """Reads "the 18th and 19th centuries", and one that is told in words."""
    first = century_of(match["first"])
    last = century_of(match["last"]) if match["last"] else first
    return Interval(first.first, last.last)


def _fiscal(match: Match, _context: Context) -> Interval | None:
    """A business year by the year that names it: where it begins and ends the words do not tell."""
    first = int(group(match, "year"))
    last = group(match, "last")
    return (
        Interval.of_years(first, first // 100 * 100 + int(last[-2:]))
        if last
        else Interval.of_year(first)
    )


def _same_last_year(match: Match, context: Context) -> Interval | None:
    """Reads "the same month last year" and "than a year earlier" of a month or quarter spoken of."""
    last = context.last
    if last is None or last.first == last.last or last == Interval.of_year(last.first.year):
        return None
    years = last.first.year - int(match["told"]) if match["told"] else 1
    moved = last.first.replace(year=last.first.year - years)
    until = Interval.of_month(last.last.year - years, last.last.month).last
    return Interval(moved, until if last.last.day >= 28 else last.last.replace(year=until.year))


_I = re.IGNORECASE
_EARLY = r"(?:(?P<early>[Ee]arly|[Mm]id|[Ll]ate)[ -])?"
_LATE = r"(?:(?P<late>early|mid|late)[ -])?"
_TO = rf"(?:{S}?[-–—]{S}?|{S}(?:to|until|till|through){S})"
_DAY_AND_MONTH = rf"(?:(?P<month>{MONTH}){S}(?P<day>{DAY})|(?P<day2>{DAY}){S}(?P<month2>{MONTH}))"
_NTH_CENTURY = rf"(?:{'|'.join(NTH)}|1\d(?:st|th)|20th|21st|[1-9]th)"
_ONE = rf"{_EARLY}(?P<first>{MONTH})(?:,?{S}(?P<start>{YEAR}))?"
_OTHER = rf"{_LATE}(?P<last>{MONTH})(?!{S}\d{{1,2}}\b){YEAR_BESIDE}?"
_PAIRS = "|".join(
    rf"{one.title()}{S}and{S}{FULL_MONTHS[(number + 1) % 12].title()}"
    for number, one in enumerate(FULL_MONTHS)
)

JOINED: tuple[Rule, ...] = (
    rule("month", rf"(?P<x>[Bb]etween{S}{_ONE}{S}and{S}{_OTHER})", _months_across),
    rule("month", rf"(?P<x>{_ONE}{_TO}{_OTHER})", _months_across),
    rule(
        "month",
        rf"(?:[Ii]n|[Dd]uring|[Oo]f|[Tt]hroughout|[Ff]or){S}(?P<x>(?=(?P<first>{FULL_MONTH}))(?:{_PAIRS}))\b(?!,?{S}\d)",
        _neighbours,
    ),
    rule(
        "digit",
        rf"(?P<x>{_EARLY}(?P<first>{YEAR}){_TO}{_LATE}(?P<last>{YEAR}))(?![\w-])",
        _years_across,
    ),
    rule(
        "weekday",
        rf"(?:[Ff]rom|[Bb]etween){S}(?P<x>(?P<first>{FULL_WEEKDAY}){S}(?:to|until|till|through|and){S}"
        rf"(?P<last>{FULL_WEEKDAY}))",
        _weekdays_across,
    ),
    rule(
        "weekday",
        rf"(?P<x>(?P<weekday>{FULL_WEEKDAY}){S}(?:of{S})?(?P<step>last|this|next){S}week)\b",
        _of_week,
        _I,
    ),
    rule(
        "weekday",
        rf"(?P<x>(?P<count>{COUNT}){S}weeks?{S}ago{S}(?:on|last){S}(?P<weekday>{FULL_WEEKDAY}))",
        _weeks_ago_on,
        _I,
    ),
    rule(
        "weekday",
        rf"(?P<x>(?P<count>{COUNT}){S}weeks?{S}(?:on|from){S}(?P<weekday>{FULL_WEEKDAY}))",
        _weeks_on,
        _I,
    ),
    rule("weekday", rf"on{S}(?P<x>(?P<weekday>{FULL_WEEKDAY}){S}week)\b(?!-)", _weeks_on, _I),
    rule(
        "weekday",
        rf"(?P<x>the{S}(?P<way>following|next|previous|preceding){S}(?P<weekday>{FULL_WEEKDAY}))",
        _weekday_from_that,
        _I,
    ),
    rule(
        "month",
        rf"(?P<x>(?P<near>[Yy]esterday|[Tt]oday|[Tt]omorrow)(?:,{S}|{S}\()(?:{WEEKDAY},?{S})?"
        rf"{_DAY_AND_MONTH}{YEAR_BESIDE}?)",
        _near_and_named,
    ),
    rule(
        "month",
        rf"(?P<x>(?:the{S})?(?P<nth>{'|'.join([*NTH, *_NTH])}|\d{{1,3}}(?:st|nd|rd|th)){S}anniversary)"
        rf"(?={S}of\b[^.;!?]{{0,80}}?\b{_DAY_AND_MONTH},?{S}(?P<year>{YEAR}))",
        _anniversary,
    ),
    rule(
        "unit",
        rf"(?P<x>(?:the{S})?(?P<first>{_NTH_CENTURY})(?:{S}(?:and|to){S}(?:the{S})?(?P<last>{_NTH_CENTURY}))?"
        rf"(?:{S}|-)centur(?:y|ies))\b",
        _centuries,
        _I,
    ),
    rule(
        "digit",
        rf"(?P<x>(?:[Ff]iscal(?:{S}year)?{S}|FY{S}?)(?P<year>{YEAR})"
        rf"|(?P<year2>(?:19|20)\d\d)(?:[-–/](?P<last>(?:20)?\d\d))?{S}(?:fiscal|financial|tax){S}year)\b",
        _fiscal,
    ),
    rule(
        "unit",
        rf"(?P<x>the{S}same{S}(?:month|quarter|period|time){S}(?:of{S})?(?:last{S}year|the{S}previous{S}year"
        rf"|a{S}year{S}(?:earlier|ago|before)|(?:in{S}|of{S})?(?P<told>{YEAR})))",
        _same_last_year,
        _I,
    ),
    rule(
        "unit",
        rf"(?:than|from|on|with){S}(?P<x>a{S}year{S}(?:earlier|before)(?P<told>(?!))?)\b",
        _same_last_year,
        _I,
    ),
)
"""Where two rules match the same words, the earlier one counts."""

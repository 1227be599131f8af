"""Rules for parts of a longer time: its start, its early days, a quarter, a season, its first nine months."""

import re
from datetime import date, timedelta

from services.extract.calendar_words import NTH, SEASONS
from services.extract.dates_absolute import decade, month_by_tense, told_year
from services.extract.dates_context import Context
from services.extract.dates_interval import Interval, add_months, around, move
from services.extract.dates_patterns import (
    COUNT,
    FULL_WEEKDAY,
    MONTH,
    YEAR,
    YEAR_BESIDE,
    Match,
    Rule,
    S,
    count,
    group,
    month_of,
    place,
    rule,
)
from services.extract.dates_tense import Tense

_STEP = {"last": -1, "previous": -1, "this": 0, "the": 0, "next": 1, "": 0}
_DAYS_OF_WEEK = {"early": (0, 2), "mid": (1, 3), "late": (3, 6)}
_CUTS = {"early": (0, 1), "mid": (1, 2), "late": (2, 3)}
_MONTH_CUTS, _DECADE_CUTS, _CENTURY_CUTS = (0, 10, 20), (0, 4, 7, 10), (0, 33, 66, 100)


def part_of(whole: Interval, part: str) -> Interval:
    """The early, middle or late part of a week, month, year, decade or century.

    Thirds, as near as whole days of a month, months of a year and years of a decade go: early March is
    its first ten days, late 2023 begins in September.
    """
    first, days = whole.first, (whole.last - whole.first).days + 1
    low, high = _CUTS[part]
    if days == 7:
        start, end = _DAYS_OF_WEEK[part]
        return Interval(first + timedelta(days=start), first + timedelta(days=end))
    if days <= 31:
        start = _MONTH_CUTS[low]
        return Interval(
            first + timedelta(days=start),
            first + timedelta(days=_MONTH_CUTS[high] - 1) if high < 3 else whole.last,
        )
    months = (whole.last.year - first.year) * 12 + whole.last.month - first.month + 1
    years = {120: _DECADE_CUTS, 1200: _CENTURY_CUTS}.get(months)
    start, end = months * low // 3, months * high // 3
    if years:
        start, end = years[low] * 12, years[high] * 12
    return Interval(add_months(first, start), add_months(first, end) - timedelta(days=1))


_DECADE = rf"(?:[Tt]he{S})?(?P<tens>(?:1[5-9]|20)\d0|['’][2-9]0)['’]?s\b"
_CENTURY = (
    rf"(?:[Tt]he{S})?(?P<century>{'|'.join(NTH)}|1\d(?:st|th)|2[01]st|20th)(?:{S}|-)century\b"
)
_UNITS = "week|month|quarter|year|decade|century"
_WHOLE = (
    rf"(?:(?P<month>{MONTH}){YEAR_BESIDE}?(?!{S}(?!{FULL_WEEKDAY})[A-Z][a-z])"
    rf"|(?P<bare>{YEAR})|(?:[Tt]he{S})?(?P<step>this|last|next|previous){S}(?P<unit>{_UNITS})\b"
    rf"|the{S}(?P<unit2>week|month|year)\b|{_DECADE}|{_CENTURY})"
)
"""A stretch of time that has an early part, a start and an end."""
_PARTS = {"early": "early", "mid": "mid", "middle": "mid", "late": "late"}


def _whole(match: Match, context: Context) -> Interval | None:
    if month := group(match, "month"):
        number = month_of(month)
        year = told_year(match, context)
        if year is not None:
            return Interval.of_month(year, number)
        return month_by_tense(number, match.start("month"), context)
    if year_alone := group(match, "bare"):
        return Interval.of_year(int(year_alone))
    if tens := group(match, "tens"):
        return decade(tens)
    if century := group(match, "century"):
        return century_of(century)
    return calendar_unit(group(match, "unit"), _STEP[group(match, "step").lower()], context.today)


def century_of(word: str) -> Interval:
    """Reads "19th" and "nineteenth"."""
    lower = word.lower()
    number = NTH[lower] if lower in NTH else int(lower.rstrip("sthndr"))
    return Interval.of_years(number * 100 - 99, number * 100)


def calendar_unit(unit: str, step: int, today: date) -> Interval:
    """This one (0), the one before (-1) or the next: weeks from Monday, decades from a year with a 0."""
    unit = unit.lower()
    if unit == "decade":
        start = today.year // 10 * 10 + 10 * step
        return Interval.of_years(start, start + 9)
    if unit == "century":
        start = (today.year - 1) // 100 * 100 + 1 + 100 * step
        return Interval.of_years(start, start + 99)
    return around(move(around(today, unit).first, unit, step), unit)


def _part(match: Match, context: Context) -> Interval | None:
    whole = _whole(match, context)
    return part_of(whole, _PARTS[group(match, "part").lower()]) if whole else None


def _edge(match: Match, context: Context) -> Interval | None:
    """The first or last day: "the start of next year", "the end of March"."""
    whole = _whole(match, context)
    if whole is None:
        return None
    at_end = match["edge"].lower() in ("end", "close")
    return Interval.of_day(whole.last if at_end else whole.first)


def _quarter(match: Match, context: Context) -> Interval | None:
    """A quarter without a year: the last complete one told as past, otherwise the one to come.

    Quarters of a game are none: that is told by what else the sentence speaks of.
    """
    if any(token.lower_ in _SPORT for token in context.span):
        return None
    number = NTH_QUARTER[match["ordinal"].lower()]
    today, tense = context.today, context.tense(match.start("quarter"))
    years = range(today.year - 1, today.year + 2)
    quarters = [Interval.of_months(year, 3 * number - 2, 3) for year in years]
    if tense is Tense.FUTURE or _looks_ahead(match, context):
        return next(one for one in quarters if one.last >= today)
    return [one for one in quarters if one.last < today][-1]


def _looks_ahead(match: Match, context: Context) -> bool:
    """Whether a word of expecting stands right above ("expects sales to recover in …")."""
    token = context.token(match.start("quarter"))
    return token is not None and any(
        above.lemma_ in ("expect", "forecast", "plan", "aim", "hope", "predict", "project")
        for above in list(token.ancestors)[:6]
    )


NTH_QUARTER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4}
NTH_QUARTER |= {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_SPORT = frozenset(
    [
        "points",
        "touchdown",
        "touchdowns",
        "yards",
        "game",
        "games",
        "goal",
        "goals",
        "scored",
        "led",
        "visitors",
        "lead",
        "quarterback",
        "rebounds",
        "playoff",
        "coach",
        "match",
        "innings",
        "fumble",
        "interception",
        "halftime",
    ]
)


def _season(match: Match, context: Context) -> Interval | None:
    """Seasons of the northern half of the world, as whole months; winter begins in December."""
    start = SEASONS[match["season"].lower()]
    if year := group(match, "year"):
        if start == 12 and not match["turn"]:
            return None  # it may be the one that begins or the one that ends in it
        return _season_from(int(year), start)
    today, step = context.today, match["step"].lower()
    seasons = [_season_from(year, start) for year in range(today.year - 2, today.year + 2)]
    if step in ("last", "previous"):
        return [one for one in seasons if one.last < today][-1]
    if step == "next":
        return next(one for one in seasons if one.first > today)
    near = [one for one in seasons if one.first <= today <= one.last]
    this_year = [one for one in seasons if one.first.year == today.year]
    return (near or this_year)[0]


def _season_from(year: int, month: int) -> Interval:
    first = date(year, month, 1)
    return Interval(first, add_months(first, 3) - timedelta(days=1))


def _share(match: Match, context: Context) -> Interval | None:
    """Reads "the first nine months of 2022", "the last week of March", "the second half of May"."""
    whole = _whole(match, context)
    if whole is None:
        return None
    if match["unit2"] and whole.first > context.today and context.tense(0) is Tense.PAST:
        whole = calendar_unit(match["unit2"], -1, context.today)
    number = NTH_PART[match["ordinal"].lower()]
    kind, steps = match["kind"].lower(), count(group(match, "count"))
    if number > 1 and match["count"]:
        return None
    return half(whole, number) if kind == "half" else _stretch(whole, number, kind, steps)


NTH_PART = NTH_QUARTER | {"last": -1, "closing": -1, "final": -1, "opening": 1}


def half(whole: Interval, number: int) -> Interval | None:
    """The first or second half of a month (up to the 15th) or of a year."""
    if number not in (1, 2, -1):
        return None
    if (whole.last - whole.first).days <= 30:
        cut = whole.first.replace(day=15)
    else:
        months = (
            (whole.last.year - whole.first.year) * 12 + whole.last.month - whole.first.month + 1
        )
        cut = add_months(whole.first, months // 2) - timedelta(days=1)
    return Interval(whole.first, cut) if number == 1 else Interval(cut + timedelta(1), whole.last)


def _stretch(whole: Interval, number: int, unit: str, steps: int) -> Interval | None:
    if number < 0:
        start = move(whole.last + timedelta(days=1), unit, -steps)
        found = Interval(start, whole.last)
    else:
        start = move(whole.first, unit, (number - 1) * steps)
        found = Interval(start, move(start, unit, steps) - timedelta(days=1))
    return found if whole.first <= found.first and found.last <= whole.last else None


def _up_to(match: Match, context: Context) -> Interval | None:
    """Reads "the 12 months to January", "the year ended 31 October": it ends with the day or month told."""
    month = month_of(group(match, "month"))
    year, offset = told_year(match, context), place(match, "month")
    if day := group(match, "day"):
        number = int(day.rstrip("sthndr"))
        if year is None:
            year = month_by_tense(month, offset, context).first.year
        last = date(year, month, number)
    elif year is not None:
        last = Interval.of_month(year, month).last
    else:
        last = _complete_month(month, offset, context)
    unit, steps = match["unit"].lower(), count(group(match, "count"))
    if unit in ("day", "week"):
        return Interval(move(last, unit, -steps) + timedelta(days=1), last)
    if last == Interval.of_month(last.year, last.month).last:
        return Interval(add_months(move(last.replace(day=1), unit, -steps), 1), last)
    return Interval(move(last, unit, -steps) + timedelta(days=1), last)


def _complete_month(month: int, offset: int, context: Context) -> date:
    """The last day of the month; one that is not over is the year before's unless it lies ahead."""
    found = month_by_tense(month, offset, context)
    if found.last > context.today and context.tense(offset) is not Tense.FUTURE:
        found = Interval.of_month(found.first.year - 1, month)
    return found.last


_I = re.IGNORECASE
_NTH_WORDS = r"(?P<ordinal>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]inal|1st|2nd|3rd|4th)"
_SHARE_WORDS = (
    r"(?P<ordinal>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]inal|[Ll]ast|[Oo]pening|[Cc]losing)"
)
_SEASON = r"(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)"
_LAST_DAY = (
    rf"(?:(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?{S})?(?P<month>{MONTH})"
    rf"(?:{S}(?P<day2>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\w%]))?"
)

PARTS: tuple[Rule, ...] = (
    rule(
        "part",
        rf"(?P<x>(?:(?:[Tt]he{S})?(?P<part>[Ee]arly|[Mm]id|[Ll]ate)(?:{S}(?:in{S})?|-)"
        rf"|(?:[Tt]he{S})?(?P<part2>[Mm]iddle){S}of{S}){_WHOLE})",
        _part,
    ),
    rule(
        "end",
        rf"(?P<x>(?:[Tt]he{S})?(?P<edge>[Ss]tart|[Bb]eginning|[Ee]nd|[Cc]lose){S}of{S}{_WHOLE})",
        _edge,
    ),
    rule(
        "unit",
        rf"(?P<x>[Tt]he{S}{_NTH_WORDS}(?:{S}|-)(?P<quarter>quarter))\b(?!-|{S}of\b|{S}final)",
        _quarter,
    ),
    rule(
        "season",
        rf"(?P<x>(?P<step>last|this|next|previous){S}{_SEASON})\b(?!{S}(?:school|house|camp|games?|olympics)\b)",
        _season,
        _I,
    ),
    rule(
        "season",
        rf"(?P<x>(?:[Tt]he{S})?{_SEASON}{S}(?:of{S})?(?P<year>(?:1[5-9]|20)\d\d)(?:[-–/](?P<turn>\d\d(?:\d\d)?))?)(?![\w-])",
        _season,
    ),
    rule(
        "unit",
        rf"(?P<x>(?:[Tt]he{S})?{_SHARE_WORDS}{S}(?:(?P<count>{COUNT}){S})?(?P<kind>day|week|month|quarter|half)s?"
        rf"{S}of{S}{_WHOLE})",
        _share,
    ),
    rule(
        "unit",
        rf"(?P<x>[Tt]he{S}(?:(?P<count>{COUNT}){S})?(?P<unit>day|week|month|quarter|year)s?{S}"
        rf"(?:to|ended|ending|up{S}to|through){S}(?:the{S}end{S}of{S})?(?:in{S})?{_LAST_DAY}{YEAR_BESIDE}?)",
        _up_to,
    ),
)
"""Parts of a longer time. Where two rules match the same words, the earlier one counts."""

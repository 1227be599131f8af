"""Rules for days, months and years that are named, with or without their year."""

from collections.abc import Sequence
from datetime import date, timedelta

from spacy.tokens import Token

from services.extract.calendar_words import FULL_WEEKDAYS, ORDINALS, WEEKDAYS
from services.extract.dates_context import Context
from services.extract.dates_interval import Interval, add_months
from services.extract.dates_patterns import (
    DASH,
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
    day_of,
    group,
    month_of,
    place,
    rule,
)
from services.extract.dates_tense import Tense, tense_of

_STEP = {"last": -1, "this": 0, "next": 1}


def exists(year: int, month: int, day: int) -> bool:
    """Whether the calendar has that day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def by_tense(days: Sequence[date], tense: Tense, today: date) -> date:
    """Of `days` in order: the last until today in the past tense, else the first from today.

    Without a tense the nearest. Raises ValueError when there is none on that side.
    """
    past = [day for day in days if day <= today]
    future = [day for day in days if day >= today]
    if tense is Tense.PAST:
        return max(past)
    if tense is Tense.UNKNOWN and past and future:
        return min(past[-1], future[0], key=lambda day: abs(day - today))
    return min(future)


def year_without(month: int, day: int, offset: int, context: Context) -> int:
    """The year of a day (or of a month, with day 1) that is told without one."""
    today, tense = context.today, context.tense(offset)
    carried = context.topic_year
    fits = carried is not None and tense is Tense.PAST and exists(carried, month, day)
    if carried is not None and fits and date(carried, month, day) <= today:
        return carried
    years = range(today.year - 8, today.year + 9)  # 29 February may be eight years away
    days = [date(year, month, day) for year in years if exists(year, month, day)]
    return by_tense(days, tense, today).year


def told_year(match: Match, context: Context) -> int | None:
    """The year that stands beside; none where none does. Raises ValueError for "that year" of nothing."""
    if year := group(match, "year"):
        return int(year)
    which = group(match, "which").lower()
    if not which:
        return None
    if which in _STEP:
        return context.today.year + _STEP[which]
    if context.last is None:
        raise ValueError("that year: no year was spoken of")
    return context.last.first.year


def _year(match: Match, month: int, day: int, context: Context) -> int:
    told = told_year(match, context)
    return told or year_without(month, day, place(match, "month"), context)


def _calendar_day(match: Match, context: Context) -> Interval | None:
    """A day, or days of one month ("March 18-20")."""
    month, day = month_of(group(match, "month")), day_of(group(match, "day"))
    found = date(_year(match, month, day, context), month, day)
    if weekday := group(match, "weekday"):
        _check_weekday(weekday, found, context)
    elif group(match, "year"):
        _check_written(found, place(match, "month"), context)
        _check_direct(Interval.of_day(found), place(match, "month"), context)
    last = group(match, "until")
    return Interval(found, found.replace(day=day_of(last))) if last else Interval.of_day(found)


def _check_weekday(name: str, found: date, context: Context) -> None:
    told = WEEKDAYS[name.rstrip(".").lower()]
    if told != found.weekday():
        context.conflict = (
            f"the text says {FULL_WEEKDAYS[told].title()}, but {found} is a "
            f"{FULL_WEEKDAYS[found.weekday()].title()}"
        )


def _check_written(found: date, offset: int, context: Context) -> None:
    today = context.reference.today
    # A day of grace: the dateline and the publisher may live in different time zones.
    if today and found > today + timedelta(days=1) and context.tense(offset) is Tense.PAST:
        context.conflict = f"told as past, but {found} is after the article's day, {today}"


def _check_direct(found: Interval, offset: int, context: Context) -> None:
    """Flag a time whose own verb puts it on the other side of the article's day.

    Only where "in" or "on" hangs on a finite verb: "was extended to 2031" and "signed a contract that
    ends in 2031" contradict nothing.
    """
    today, verb = context.reference.today, _verb_of(offset, context)
    if today is None or verb is None:
        return
    tense = tense_of(verb)
    if tense is Tense.PAST and found.first > today + timedelta(days=1):
        context.conflict = f"told as past, but {found.iso()} is after the article's day, {today}"
    surely = any(child.lower_ in _SURELY for child in verb.children)
    if tense is Tense.FUTURE and surely and found.last < today - timedelta(days=1):
        context.conflict = (
            f"told as to come, but {found.iso()} is before the article's day, {today}"
        )


_SURELY = frozenset(("will", "shall", "'ll", "’ll"))


def _verb_of(offset: int, context: Context) -> Token | None:
    """The finite main verb that the expression hangs on by "in" or "on"."""
    token = context.token(offset)
    for _ in range(3):
        if token is None or token.head is token:
            return None
        if token.dep_ == "prep" and token.lower_ in ("in", "on"):
            verb = token.head
            return verb if verb.dep_ == "ROOT" and verb.pos_ in ("VERB", "AUX") else None
        token = token.head
    return None


def _days_across(match: Match, context: Context) -> Interval | None:
    """Reads "June 28 to July 4, 2023": a year told belongs to the second day."""
    month, day = month_of(group(match, "month")), day_of(group(match, "day"))
    other, until = month_of(group(match, "other")), day_of(group(match, "until"))
    turns = (other, until) < (month, day)
    year = _year(match, month, day, context)
    first_year = year - 1 if turns and told_year(match, context) else year
    return Interval(date(first_year, month, day), date(first_year + turns, other, until))


def _numeric(match: Match, _context: Context) -> Interval | None:
    """Day and month in figures, only where their order is certain."""
    one, two, year = int(match["a"]), int(match["b"]), int(match["year"])
    if one > 12:
        return Interval.of_day(date(year, two, one))
    return Interval.of_day(date(year, one, two)) if two > 12 or one == two else None


def _iso(match: Match, _context: Context) -> Interval | None:
    year, month = int(match["year"]), int(match["number"])
    if not match["day"]:
        return Interval.of_month(year, month)
    return Interval.of_day(date(year, month, int(match["day"])))


def _day_of_month(match: Match, context: Context) -> Interval | None:
    """Reads "on the 5th" as of this month, the one before or the one after, by tense; not "the 5th floor"."""
    token = context.token(match.start("day"))
    if token is not None and token.dep_ in ("amod", "compound", "nummod"):
        return None
    today, day = context.today, day_of(match["day"])
    months = [add_months(today.replace(day=1), step) for step in range(-2, 3)]
    days = [month.replace(day=day) for month in months if exists(month.year, month.month, day)]
    return Interval.of_day(by_tense(days, context.tense(match.start("x")), today))


def month_by_tense(month: int, offset: int, context: Context) -> Interval:
    """A month that is told without a year; the current one counts as past and as to come."""
    today = context.today
    if month == today.month and not (context.topic_year and context.tense(offset) is Tense.PAST):
        return Interval.of_month(today.year, month)
    return Interval.of_month(year_without(month, 1, offset, context), month)


def _month_alone(match: Match, context: Context) -> Interval | None:
    token = context.token(match.start("month"))
    if token is not None and token.ent_type_ == "PERSON":
        return None
    return month_by_tense(month_of(match["month"]), match.start("month"), context)


def _month_stepped(match: Match, context: Context) -> Interval | None:
    """Reads "last March" is never the current month, "next March" neither."""
    month, today, word = month_of(match["month"]), context.today, match["step"].lower()
    if word == "this":
        return Interval.of_month(today.year, month)
    if word == "last":
        return Interval.of_month(today.year - (month >= today.month), month)
    return Interval.of_month(today.year + (month <= today.month), month)


def _month_told(match: Match, context: Context) -> Interval | None:
    """A month, or months ("March to May 2020"), with the year beside."""
    year = told_year(match, context)
    if year is None:
        return None
    first = Interval.of_month(year, month_of(match["month"]))
    if not (other := group(match, "other")):
        _check_direct(first, place(match, "month"), context)
        return first
    last = Interval.of_month(year, month_of(other))
    turns = last.first < first.first
    return Interval(first.first.replace(year=year - turns), last.last)


_BEFORE_A_YEAR = frozenset(
    [
        "in",
        "since",
        "by",
        "until",
        "till",
        "during",
        "from",
        "before",
        "after",
        "for",
        "between",
        "early",
        "late",
        "mid",
        "around",
        "circa",
        "through",
        "throughout",
        "to",
        "and",
        "or",
        "fiscal",
        "of",
    ]
)
_DETERMINERS = frozenset(["the", "its", "his", "her", "their", "that", "this", "a"])


def _bare_year(match: Match, context: Context) -> Interval | None:
    """Four figures are a year where their neighbours say so, and a count where they count."""
    token = context.token(match.start("x"))
    if token is None:
        return None
    after = token.nbor() if token.i + 1 < len(token.doc) else None
    before = context.word_before(match.start("x")).strip("(\"'“‘")
    counts = after is not None and after.tag_ in ("NNS", "NNPS")
    if before in _DETERMINERS:
        good = after is not None and after.pos_ in ("NOUN", "PROPN", "ADJ", "VERB")
    elif counts:
        good = before in ("in", "since", "during", "until")
    else:
        good = before in _BEFORE_A_YEAR or token.ent_type_ == "DATE"
    return Interval.of_year(int(match["x"])) if good else None


def _years_across(match: Match, _context: Context) -> Interval | None:
    """Reads "2015-2020", "between 2015 and 2020"; "2020-21" is the two years that it touches."""
    first, last = int(match["first"]), int(match["last"])
    last += first // 100 * 100 if last < 100 else 0
    return Interval.of_years(first, last) if first < last else None


def decade(tens: str) -> Interval:
    """Reads "1990" of "1990s" and "90" of "'90s"."""
    first = int(tens.lstrip("'’"))
    first += 1900 if first < 100 else 0
    # "The 1800s" are a century to most writers; "the 2000s" are ten years.
    return Interval.of_years(first, first + (99 if first % 100 == 0 and first < 2000 else 9))


def _decade(match: Match, _context: Context) -> Interval | None:
    return decade(match["tens"])


def _part_of_year(match: Match, context: Context) -> Interval | None:
    """Quarters and halves of a calendar year that is told."""
    year = told_year(match, context)
    size = 6 if match["part"].lower() == "half" else 3
    number = int(match["number"]) if group(match, "number") else ORDINALS[match["ordinal"].lower()]
    number = 12 // size if number < 0 else number
    return Interval.of_months(year, (number - 1) * size + 1, size) if year else None


_DAY_AND_MONTH = (
    rf"(?:(?P<month>{MONTH}){S}(?P<day>{DAY})"
    rf"|(?:the{S})?(?P<day2>{DAY})(?:{S}of{S}|{S}|-)(?P<month2>{MONTH}))"
)
_OTHER_DAY = rf"(?:(?P<other>{MONTH}){S}(?P<until>{DAY})|(?P<until2>{DAY}){S}(?P<other2>{MONTH}))"
_MONTH_WORDS = (
    "[Ii]n|[Bb]y|[Ss]ince|[Uu]ntil|[Tt]ill|[Dd]uring|[Ff]rom|[Tt]hrough|[Bb]efore|[Aa]fter|"
    "[Ee]arly|[Ll]ate|start of|beginning of|middle of|month of"
)

ABSOLUTE: tuple[Rule, ...] = (
    rule("month", rf"(?P<x>{_DAY_AND_MONTH}{DASH}{_OTHER_DAY}{YEAR_BESIDE}?)", _days_across),
    rule(
        "month",
        rf"between{S}(?P<x>{_DAY_AND_MONTH}{S}and{S}{_OTHER_DAY}{YEAR_BESIDE}?)",
        _days_across,
    ),
    rule(
        "month",
        rf"(?P<x>(?P<month>{MONTH}){S}(?P<day>{DAY})(?:{DASH}|{S}and{S})(?P<until>{DAY}){YEAR_BESIDE}?)",
        _calendar_day,
    ),
    rule(
        "month",
        rf"(?P<x>(?P<day>{DAY})(?:{DASH}|{S}and{S})(?P<until>{DAY}){S}(?P<month>{MONTH}){YEAR_BESIDE}?)",
        _calendar_day,
    ),
    rule(
        "month",
        rf"(?P<x>(?:(?P<weekday>{WEEKDAY})(?:,?{S}|{S}\()(?:the{S})?)?{_DAY_AND_MONTH}{YEAR_BESIDE}?)",
        _calendar_day,
    ),
    rule(
        "digit",
        r"(?P<x>(?P<year>(?:1[5-9]|20|21)\d\d)-(?P<number>0[1-9]|1[0-2])(?:-(?P<day>[0-3]\d))?)(?![\d-])",
        _iso,
    ),
    rule(
        "digit",
        r"(?P<x>(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<year>(?:19|20)\d\d))(?![\d/])",
        _numeric,
    ),
    rule(
        "digit",
        rf"on{S}(?P<x>the{S}(?P<day>(?:3[01]|[12]\d|[1-9])(?:st|nd|rd|th)))\b",
        _day_of_month,
    ),
    rule(
        "month",
        rf"(?P<x>(?P<month>{MONTH})(?:{DASH}|{S}and{S})(?P<other>{MONTH}){YEAR_BESIDE})",
        _month_told,
    ),
    rule("month", rf"(?P<x>(?P<month>{MONTH}){YEAR_BESIDE})", _month_told),
    rule(
        "month",
        rf"(?P<x>(?P<step>[Ll]ast|[Tt]his|[Nn]ext){S}(?P<month>{FULL_MONTH}))(?!{S}\d)",
        _month_stepped,
    ),
    rule(
        "month",
        rf"(?:(?:{_MONTH_WORDS}){S}|[Mm]id-)(?P<x>(?P<month>{FULL_MONTH}))(?!{S}(?!{FULL_WEEKDAY})[A-Z][a-z])",
        _month_alone,
    ),
    rule(
        "digit",
        rf"(?P<x>(?:[Bb]etween{S}(?P<first>{YEAR}){S}and{S}(?P<last>{YEAR})))",
        _years_across,
    ),
    rule(
        "digit",
        r"(?P<x>(?P<first>(?:1[5-9]|20|21)\d\d)"
        rf"(?:{DASH}|/)(?P<last>(?:1[5-9]|20|21)\d\d|\d\d))(?![\w-])",
        _years_across,
    ),
    rule(
        "unit",
        rf"(?P<x>(?:[Tt]he{S})?(?P<ordinal>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|1st|2nd|3rd|4th|[Ll]ast|[Ff]inal)"
        rf"(?:{S}|-)(?P<part>quarter|half){YEAR_BESIDE})",
        _part_of_year,
    ),
    rule("digit", rf"(?P<x>(?P<part>Q)(?P<number>[1-4]){YEAR_BESIDE})", _part_of_year),
    rule(
        "digit",
        rf"(?P<x>(?:[Tt]he{S})?(?P<tens>(?:1[5-9]|20)\d0|['’][2-9]0|(?<=[Tt]he[ \xa0])[2-9]0)['’]?s)\b",
        _decade,
    ),
    rule("digit", rf"(?P<x>{YEAR})(?!-)", _bare_year),
)
"""Where two rules match the same words, the earlier one counts."""

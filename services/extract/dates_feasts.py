"""Named days: feasts and public days whose date the calendar tells, and what counts from them.

Days that differ between countries ("Independence Day", "Mother's Day") are left out, except where the
name belongs to one, and so is "Black Friday", which is many days; Thanksgiving is that of the United States, Easter the Western one.
"""

from collections.abc import Callable
from datetime import date, timedelta

from services.extract.dates_absolute import by_tense
from services.extract.dates_context import Context
from services.extract.dates_interval import Interval
from services.extract.dates_patterns import YEAR_BESIDE, Match, Rule, S, group, rule

_DayOf = Callable[[int], date]


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the "anonymous" algorithm of 1876, as in Meeus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    skipped = century - century // 4 - (8 * century + 13) // 25
    moon = (19 * golden + skipped + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> _DayOf:
    return lambda year: date(year, month, day)


def _from_easter(days: int) -> _DayOf:
    return lambda year: easter(year) + timedelta(days=days)


def _nth(weekday: int, number: int, month: int, then: int = 0) -> _DayOf:
    """The `number`-th weekday of a month (0 the last before it begins), and `then` days after."""

    def day_of(year: int) -> date:
        first = date(year, month, 1)
        ahead = (weekday - first.weekday()) % 7
        return first + timedelta(days=ahead + 7 * (number - 1) + then)

    return day_of


_APOSTROPHE = r"['’]?"
_DAYS: dict[str, _DayOf] = {
    rf"New Year{_APOSTROPHE}s? Day": _fixed(1, 1),
    rf"New Year{_APOSTROPHE}s? Eve": _fixed(12, 31),
    r"Christmas Day": _fixed(12, 25),
    r"Christmas Eve": _fixed(12, 24),
    r"Boxing Day": _fixed(12, 26),
    rf"Valentine{_APOSTROPHE}s? Day": _fixed(2, 14),
    rf"St\.? Patrick{_APOSTROPHE}s? Day": _fixed(3, 17),
    rf"International Women{_APOSTROPHE}s Day": _fixed(3, 8),
    r"Earth Day": _fixed(4, 22),
    r"Anzac Day|ANZAC Day": _fixed(4, 25),
    r"May Day": _fixed(5, 1),
    r"VE Day": _fixed(5, 8),
    r"Juneteenth": _fixed(6, 19),
    r"Canada Day": _fixed(7, 1),
    r"(?:[Tt]he )?Fourth of July|July Fourth": _fixed(7, 4),
    r"Bastille Day": _fixed(7, 14),
    r"Halloween": _fixed(10, 31),
    rf"All Saints{_APOSTROPHE} Day": _fixed(11, 1),
    r"Armistice Day|Veterans Day": _fixed(11, 11),
    r"Shrove Tuesday": _from_easter(-47),
    r"Ash Wednesday": _from_easter(-46),
    r"Palm Sunday": _from_easter(-7),
    r"Maundy Thursday": _from_easter(-3),
    r"Good Friday": _from_easter(-2),
    r"Easter Sunday": _from_easter(0),
    r"Easter Monday": _from_easter(1),
    r"Ascension Day": _from_easter(39),
    r"Pentecost|Whit Sunday": _from_easter(49),
    r"Whit Monday": _from_easter(50),
    r"Martin Luther King(?: Jr\.?)? Day": _nth(0, 3, 1),
    rf"Presidents{_APOSTROPHE} Day": _nth(0, 3, 2),
    r"Memorial Day": _nth(0, 0, 6),
    r"Labor Day": _nth(0, 1, 9),
    r"Columbus Day": _nth(0, 2, 10),
    r"Remembrance Sunday": _nth(6, 2, 11),
    r"Thanksgiving(?: Day)?": _nth(3, 4, 11),
    r"Cyber Monday": _nth(3, 4, 11, then=4),
    r"Christmas": _fixed(12, 25),  # after the days that begin with the same word
    r"Easter": _from_easter(0),
}
_NAMES = [f"(?P<n{number}>{names.replace(' ', S)})" for number, names in enumerate(_DAYS)]
_DAY_OF = dict(zip((f"n{number}" for number in range(len(_DAYS))), _DAYS.values(), strict=True))
_STEPS = {"last": -1, "this": 0, "next": 1}


def _feast(match: Match, context: Context) -> Interval | None:
    """The day in the year told, or on the side that the tense tells; not "the Christmas market"."""
    if _names_something(match, context):
        return None
    day_of = next(_DAY_OF[name] for name in _DAY_OF if match[name])
    if year := group(match, "year"):
        return Interval.of_day(day_of(int(year)))
    today = context.today
    if which := group(match, "which").lower():
        year_told = today.year + _STEPS[which] if which in _STEPS else None
        if year_told is None and context.last is not None:
            year_told = context.last.first.year
        return Interval.of_day(day_of(year_told)) if year_told is not None else None
    days = [day_of(year) for year in range(today.year - 1, today.year + 2)]
    step = group(match, "step").lower()
    if step == "last":
        return Interval.of_day(max(day for day in days if day < today))
    if step == "next":
        return Interval.of_day(min(day for day in days if day > today))
    return Interval.of_day(by_tense(days, context.tense(match.start("name")), today))


def _names_something(match: Match, context: Context) -> bool:
    """Whether the day's name is part of another name or stands before a noun."""
    token = context.token(match.end("name") - 1)
    if token is None or token.i + 1 >= len(token.doc):
        return False
    after = token.nbor()
    if context.word_before(match.start("x")) in ("a", "black", "father"):
        return True
    beside = after.text == "-" or (after.pos_ in ("NOUN", "PROPN") and after.dep_ != "npadvmod")
    return beside and not match["beside"] and token.dep_ in ("compound", "nmod", "amod", "punct")


FEASTS: tuple[Rule, ...] = (
    rule(
        "feast",
        rf"(?P<x>(?:(?P<step>[Ll]ast|[Tt]his|[Nn]ext){S})?(?P<name>{'|'.join(_NAMES)})\b"
        rf"(?P<beside>{YEAR_BESIDE}|{S}(?P<year2>(?:19|20)\d\d)\b)?)",
        _feast,
    ),
)
"""Named days, with or without their year."""

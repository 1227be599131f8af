"""Closed calendar intervals, and the ISO 8601 strings that stand for them."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Interval:
    """The days from `first` to `last`, both included; `first` is never after `last`."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"an interval ends before it begins: {self.first} to {self.last}")

    @classmethod
    def of_day(cls, day: date) -> "Interval":
        """One day."""
        return cls(day, day)

    @classmethod
    def of_month(cls, year: int, month: int) -> "Interval":
        """A calendar month."""
        return cls.of_months(year, month, 1)

    @classmethod
    def of_months(cls, year: int, month: int, count: int) -> "Interval":
        """`count` months from the first day of the given one, within its year."""
        end = month + count - 1
        return cls(date(year, month, 1), date(year, end, calendar.monthrange(year, end)[1]))

    @classmethod
    def of_year(cls, year: int) -> "Interval":
        """A calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def of_years(cls, first: int, last: int) -> "Interval":
        """Whole calendar years, both included."""
        return cls(date(first, 1, 1), date(last, 12, 31))

    @classmethod
    def of_week(cls, day: date) -> "Interval":
        """Monday to Sunday around `day`."""
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + timedelta(days=6))

    @property
    def year(self) -> int | None:
        """The year all of it lies in, if one."""
        return self.first.year if self.first.year == self.last.year else None

    def iso(self) -> str:
        """A day, a month or a year where it is exactly one; otherwise first day/last day."""
        if self.first == self.last:
            return self.first.isoformat()
        if self == Interval.of_month(self.first.year, self.first.month):
            return self.first.isoformat()[:7]
        if self == Interval.of_year(self.first.year):
            return self.first.isoformat()[:4]
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


def last_day(value: str) -> date:
    """The last day of an ISO value as `Interval.iso` writes it."""
    return parse_iso(value).last


def parse_iso(value: str) -> Interval:
    """The interval of a day, month, year or `A/B`. Raises ValueError for anything else."""
    if "/" in value:
        left, right = value.split("/", 1)
        return Interval(parse_iso(left).first, parse_iso(right).last)
    if len(value) == 4:
        return Interval.of_year(int(value))
    if len(value) == 7:
        return Interval.of_month(int(value[:4]), int(value[5:]))
    return Interval.of_day(date.fromisoformat(value))


def add_months(day: date, months: int) -> date:
    """`day` moved by calendar months, at most to the month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def move(day: date, unit: str, count: int) -> date:
    """`day` moved by `count` days, weeks, fortnights, months, years, decades or centuries."""
    if unit in DAYS_OF:
        return day + timedelta(days=count * DAYS_OF[unit])
    return add_months(day, count * MONTHS_OF[unit])


def around(day: date, unit: str) -> Interval:
    """The whole day, week, month or year that `day` lies in; a decade counts as a year's precision."""
    if unit == "day":
        return Interval.of_day(day)
    if unit in ("week", "fortnight"):
        return Interval.of_week(day)
    if unit == "month":
        return Interval.of_month(day.year, day.month)
    if unit == "quarter":
        return Interval.of_months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
    return Interval.of_year(day.year)


DAYS_OF = {"day": 1, "week": 7, "fortnight": 14}
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}

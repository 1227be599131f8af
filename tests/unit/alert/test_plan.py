"""When an alert goes out."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.subscription import Digest, Subscription
from services.alert.plan import after_quiet, plan
from tests.support.alerts import make_subscription

NIGHT = {"quiet_from": time(22), "quiet_to": time(7), "time_zone": "Europe/Berlin"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def quiet(now: str, **fields: object) -> str:
    return after_quiet(make_subscription(**(NIGHT | fields)), at(now)).strftime("%Y-%m-%d %H:%M")


def test_at_once_unless_something_else_was_asked_for() -> None:
    now = at("2026-05-31 12:34:56")
    assert plan(make_subscription(), now, 1_000) == (now, None)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-06-01 19:59", "2026-06-01 19:59"),  # 21:59 in Berlin
        ("2026-06-01 20:00", "2026-06-02 05:00"),
        ("2026-06-02 04:59", "2026-06-02 05:00"),
        ("2026-06-02 05:00", "2026-06-02 05:00"),
        ("2026-01-10 21:30", "2026-01-11 06:00"),  # in winter an hour later
        ("2026-03-28 23:00", "2026-03-29 05:00"),  # the night the clocks go forward
        ("2026-10-24 23:00", "2026-10-25 06:00"),  # and back
    ],
)
def test_quiet_hours_are_those_of_the_persons_clock(now: str, then: str) -> None:
    assert quiet(now) == then


def test_quiet_hours_within_a_day() -> None:
    hours = {"quiet_from": time(12), "quiet_to": time(14), "time_zone": "UTC"}
    assert quiet("2026-06-01 11:59", **hours) == "2026-06-01 11:59"
    assert quiet("2026-06-01 13:00", **hours) == "2026-06-01 14:00"
    assert quiet("2026-06-01 14:00", **hours) == "2026-06-01 14:00"


def test_what_comes_in_quiet_hours_is_told_together_at_their_end() -> None:
    subscription = make_subscription(**NIGHT)
    first = plan(subscription, at("2026-06-01 21:00"), 0)
    assert first.at == at("2026-06-02 05:00")
    assert first.digest is not None
    assert plan(subscription, at("2026-06-02 04:00"), 0) == first
    assert plan(make_subscription("s2", **NIGHT), at("2026-06-01 21:00"), 0).digest != first.digest


def test_digests_of_an_hour_and_of_a_day() -> None:
    hourly = make_subscription(digest=Digest.HOURLY)
    assert plan(hourly, at("2026-06-01 10:00"), 0).at == at("2026-06-01 11:00")
    assert plan(hourly, at("2026-06-01 10:59:59"), 0).at == at("2026-06-01 11:00")
    daily = make_subscription(digest=Digest.DAILY, daily_at=time(8), time_zone="Asia/Kolkata")
    assert plan(daily, at("2026-06-01 02:29"), 0).at == at("2026-06-01 02:30")
    assert plan(daily, at("2026-06-01 02:30"), 0).at == at("2026-06-02 02:30")


def test_more_than_the_cap_waits_for_the_next_hour() -> None:
    capped = make_subscription(hourly_cap=2)
    now = at("2026-06-01 10:20")
    assert plan(capped, now, 1) == (now, None)
    over = plan(capped, now, 2)
    assert over.at == at("2026-06-01 11:00")
    assert over.digest is not None


_CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
_ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]
)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - zones are added below
    st.tuples(_CLOCKS, _CLOCKS).filter(lambda hours: hours[0] != hours[1]),
    _CLOCKS,
    _ZONES,
    st.sampled_from(Digest),
    st.integers(0, 3),
)
def test_nothing_goes_out_early_or_in_quiet_hours_or_much_later(
    now: datetime,
    hours: tuple[time, time],
    daily_at: time,
    zone: str,
    digest: Digest,
    recent: int,
) -> None:
    now = now.replace(tzinfo=UTC)
    subscription = make_subscription(
        quiet_from=hours[0],
        quiet_to=hours[1],
        daily_at=daily_at,
        time_zone=zone,
        digest=digest,
        hourly_cap=2,
    )
    planned = plan(subscription, now, recent)
    assert now <= planned.at <= now + timedelta(hours=51)
    assert (planned.digest is None) == (planned.at == now)
    assert not within(subscription, planned.at)


def within(subscription: Subscription, moment: datetime) -> bool:
    """Whether the person's clock shows quiet hours, told minute by minute of a day."""
    start, end = subscription.quiet_from, subscription.quiet_to
    assert start is not None
    assert end is not None
    local = moment.astimezone(ZoneInfo(subscription.time_zone))
    minute = local.hour * 60 + local.minute
    first, last = start.hour * 60 + start.minute, end.hour * 60 + end.minute
    minutes = range(first, last) if first < last else [*range(first, 1_440), *range(last)]
    return minute in minutes

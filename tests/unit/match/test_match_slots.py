"""Numbers, dates, denials and ratings as match reads and compares them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import Finding
from services.match.dates import Day, agree, find_dates, from_iso
from services.match.numbers import find_numbers
from services.match.polarity import is_negated
from services.match.ratings import Stance, stance_of


def numbers(text: str) -> list[tuple[float, set[str]]]:
    taken = [one.span for one in find_dates(text)]
    return [(round(one.value, 4), set(one.units)) for one in find_numbers(text, taken)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.3 million people", [(2.3e6, {"people"})]),
        ("1,200,000 cases", [(1.2e6, {"case"})]),
        ("$5bn and €3", [(5e9, {"dollar"}), (3.0, {"euro"})]),
        ("850 crowns", [(850.0, {"crown"})]),
        ("10.6 per cent, then 12%", [(10.6, {"%"}), (12.0, {"%"})]),
        ("twelve people", [(12.0, {"people"})]),
        ("half of all cars", [(50.0, {"%"})]),
        ("four out of five refugees", [(80.0, {"%"})]),
        ("one in ten", [(10.0, {"%"})]),
        ("the third country, the 32nd member", [(3.0, {"ordinal"}), (32.0, {"ordinal"})]),
        ("ran it in 2:00:35", [(7235.0, {"clock"})]),
        ("in 2 hours and 35 seconds", [(7235.0, {"clock"})]),
        ("on 25 April 2015 and in 2020", []),
        ("COVID-19 and 5G", []),
        ("no figure here", []),
    ],
)
def test_numbers_and_units(text: str, expected: list[tuple[float, set[str]]]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("9 centimetres", "9.4 centimetres", True),
        ("50,000 people", "53,000 people", True),
        ("14 million cars", "13.8 million cars", True),
        ("half", "50 per cent", True),
        ("421 parts", "424.6 parts", False),
        ("4.9 million", "4.8 million", False),
        ("7.4", "7.8", False),
        ("30,000 people", "53,000 people", False),
        ("1.35 degrees", "1.55 degrees", False),
    ],
)
def test_rounding_is_no_difference_but_another_figure_is(one: str, other: str, same: bool) -> None:
    (mine,), (its,) = find_numbers(one, []), find_numbers(other, [])
    assert mine.comparable(its)
    assert mine.same(its) is same
    assert its.same(mine) is same


def test_a_share_is_never_compared_with_a_count() -> None:
    (share,), (number) = find_numbers("50 per cent", []), find_numbers("50", [])[0]
    assert not share.comparable(number)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on 25 April 2015", [Day(2015, 4, 25)]),
        ("on April 25th, 2015", [Day(2015, 4, 25)]),
        ("in April 2015", [Day(2015, 4)]),
        ("in 2015", [Day(2015)]),
        ("2015-04-25", [Day(2015, 4, 25)]),
        ("on July 1", [Day(None, 7, 1)]),
        ("from 1850 to 1900", [Day(1850, last=1900)]),
        ("2,015 people paid $2015 or 2015.5", []),
        ("31 Smarch 2020 people", [Day(2020)]),
        ("may 5", [Day(None, 5, 5)]),
    ],
)
def test_dates(text: str, days: list[Day]) -> None:
    assert [one.day for one in find_dates(text)] == days


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        (Day(2022), Day(2022, 11, 15), True),
        (Day(None, 7, 1), Day(2020, 7, 1), True),
        (Day(None, 7, 1), Day(2020, 6, 30), False),
        (Day(2022, 10), Day(2022, 11), False),
    ],
)
def test_dates_fit_unless_a_known_part_differs(one: Day, other: Day, fits: bool) -> None:
    assert one.fits(other) is fits
    assert other.fits(one) is fits


def test_dates_agree_only_where_both_sides_name_one() -> None:
    assert agree([], [Day(2020)]) is None
    assert agree([Day(2020), Day(2021)], [Day(2021)]) is True
    assert agree([Day(2020)], [Day(2021)]) is False


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("2021-03-10", [Day(2021, 3, 10)]),
        ("2021", [Day(2021)]),
        ("2021-03-15/2021-03-21", [Day(2021, 3)]),
        ("2020-12-28/2021-01-03", []),
        ("soon", []),
    ],
)
def test_resolved_dates_count_as_far_as_an_interval_agrees(value: str, days: list[Day]) -> None:
    assert from_iso(value) == days


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("Sweden is a member", False),
        ("Sweden is not a member", True),
        ("Sweden isn’t a member", True),
        ("It has never joined and never will", True),
        ("They deny that it is a member", True),
        ("They deny that it is not a member", False),
        ("no later than May", False),
        ("not only Sweden", False),
    ],
)
def test_denials(text: str, negated: bool) -> None:
    assert is_negated(text) is negated


@pytest.mark.parametrize(
    ("finding", "stance"),
    [
        (Finding.FALSE, Stance.FALSE),
        (Finding.SATIRE, Stance.FALSE),
        (Finding.MOSTLY_TRUE, Stance.TRUE),
        (Finding.MIXED, Stance.UNCLEAR),
        (Finding.MISLEADING, Stance.UNCLEAR),
        (Finding.UNPROVEN, Stance.UNCLEAR),
        (None, Stance.UNCLEAR),
    ],
)
def test_only_a_clear_finding_takes_a_side(finding: Finding | None, stance: Stance) -> None:
    assert stance_of(finding) is stance


@given(st.text(max_size=300))
def test_no_text_breaks_the_readers(text: str) -> None:
    numbers(text)
    is_negated(text)


def test_only_the_start_of_an_endless_sentence_is_read() -> None:
    assert 0 < len(find_numbers("9 " * 500_000, [])) <= 2_000
    assert 0 < len(find_dates("in 2020 " * 500_000)) <= 500
    assert not is_negated("a " * 500_000 + "not")

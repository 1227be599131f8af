"""Alpha against the worked examples of its author, and what must hold of any opinions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.agreement import alpha, nominal, ordinal, wilson

# Krippendorff (2011), examples A (two observers, binary), B (two, nominal) and C (four, with gaps); "." is a gap.
BINARY = ("0100000010", "1110010000")
NOMINAL = ("aabbdcccedda", "babbbcccedd d".replace(" ", ""))
GAPS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def units(observers: tuple[str, ...], values: str) -> list[list[int]]:
    return [
        [values.index(mark) for mark in column if mark in values]
        for column in zip(*observers, strict=True)
    ]


@pytest.mark.parametrize(
    ("observers", "values", "distance", "expected"),
    [
        (BINARY, "01", nominal, 0.095),
        (NOMINAL, "abcde", nominal, 0.692),
        (GAPS, "12345", nominal, 0.743),
        (GAPS, "12345", ordinal, 0.815),
    ],
)
def test_the_published_examples(
    observers: tuple[str, ...], values: str, distance: object, expected: float
) -> None:
    found = alpha(units(observers, values), len(values), distance)  # type: ignore[arg-type]
    assert found is not None
    assert found.value == pytest.approx(expected, abs=0.0005)
    assert found.low <= found.value <= found.high
    assert found.low < found.high


UNITS = st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=12)


def by_definition(given: list[list[int]], *, ranked: bool) -> float | None:
    """Pair by pair, as the definition reads; slow and without matrices."""
    kept = [unit for unit in given if len(unit) > 1]
    pool = [value for unit in kept for value in unit]

    def apart(one: int, other: int) -> float:
        if not ranked:
            return float(one != other)
        low, high = min(one, other), max(one, other)
        between = sum(pool.count(value) for value in range(low, high + 1))
        return (between - (pool.count(low) + pool.count(high)) / 2) ** 2

    def pairs(values: list[int]) -> float:
        return sum(
            apart(a, b) for i, a in enumerate(values) for j, b in enumerate(values) if i != j
        )

    expected = pairs(pool) / (len(pool) - 1) if len(pool) > 1 else 0.0
    observed = sum(pairs(unit) / (len(unit) - 1) for unit in kept)
    return 1 - observed / expected if expected else None


@given(UNITS, st.booleans())
def test_any_opinions_give_what_the_definition_gives(
    opinions: list[list[int]], ranked: bool
) -> None:
    expected = by_definition(opinions, ranked=ranked)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("services.review.agreement.RESAMPLES", 3)
        found = alpha(opinions, 5, ordinal if ranked else nominal)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert math.isclose(found.value, expected, abs_tol=1e-4)


def test_agreement_is_one_and_an_interval_narrows_with_more_tasks() -> None:
    same = alpha([[0, 0], [1, 1]], 2, nominal)
    assert same is not None
    assert same.value == 1.0
    few = alpha([[0, 0], [1, 1], [0, 1], [1, 1]] * 5, 2, nominal)
    many = alpha([[0, 0], [1, 1], [0, 1], [1, 1]] * 50, 2, nominal)
    assert few is not None
    assert many is not None
    assert many.high - many.low < (few.high - few.low) / 2
    assert alpha([[0, 0], [1, 1], [0, 1], [1, 1]] * 5, 2, nominal) == few


def test_a_share_of_few_is_uncertain() -> None:
    # Newcombe (1998), table I: 81 of 263 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=0.0001)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=0.0001)
    assert wilson(0, 0) == (0.0, 1.0)

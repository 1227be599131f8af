"""Dates of feeds and files: read strictly, never made up, never depending on today."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.dates import offset_of, read_date

JUNE = datetime(2025, 6, 3, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2025-06-03T14:05:00Z",
        "2025-06-03T16:05:00+02:00",
        "Tue, 03 Jun 2025 14:05:00 GMT",
        "Tue, 03 Jun 2025 10:05:00 EDT",
        "  2025-06-03 14:05:00+00:00 ",
    ],
)
def test_a_moment_with_a_zone_is_taken_as_it_is(value: str) -> None:
    notes: list[str] = []
    assert read_date(value, notes) == JUNE
    assert notes == []


@pytest.mark.parametrize("value", ["2025-06-03T14:05:00", "Tue, 03 Jun 2025 14:05:00 -0000"])
def test_no_zone_is_read_as_utc_and_said(value: str) -> None:
    notes: list[str] = []
    assert read_date(value, notes) == JUNE
    assert "UTC" in notes[0]


@pytest.mark.parametrize(
    "value",
    [
        "20189-01-01T00:00:00Z",
        "Mon, 01 Jan 20189 00:00:00 GMT",
        "0001-01-01T00:00:00Z",
        "2101-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "yesterday",
        "2025-02-30",
        "9" * 5_000,
    ],
)
def test_what_cannot_be_right_is_left_out_and_said(value: str) -> None:
    notes: list[str] = []
    assert read_date(value, notes, "modified_at") is None
    assert len(notes) == 1
    assert notes[0].startswith("modified_at: ")
    assert len(notes[0]) < 200


@pytest.mark.parametrize("value", [None, "", "  "])
def test_nothing_is_nothing(value: str | None) -> None:
    notes: list[str] = []
    assert read_date(value, notes) is None
    assert notes == []


@given(st.text(max_size=60))
def test_any_text_is_a_moment_in_a_zone_or_a_note(value: str) -> None:
    notes: list[str] = []
    moment = read_date(value, notes)
    assert moment is None or (moment.tzinfo is not None and 1800 <= moment.year <= 2101)
    assert moment is not None or notes or not value.strip()


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("2024-01-09T23:30:00-05:00", -300),
        ("Tue, 09 Jan 2024 23:30:00 EST", -300),
        ("2024-01-09T23:30:00+05:45", 345),
        ("2024-01-09T23:30:00Z", 0),
        ("2024-01-09T23:30:00+23:59", None),
    ],
)
def test_the_clock_that_a_date_was_written_by_is_kept(value: str, minutes: int | None) -> None:
    assert offset_of(read_date(value, [])) == minutes


def test_without_a_moment_there_is_no_clock() -> None:
    assert offset_of(None) is None

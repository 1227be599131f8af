"""Whatever is changed in an exported trail is told, with its place."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ports.audit_log import GENESIS, Entry, Event, link, verify

AT = datetime(2026, 5, 1, tzinfo=UTC)


def trail(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for seq in range(1, length + 1):
        event = Event(at=AT, actor="ana", action="decide", subject=f"t{seq}", details={"n": seq})
        entries.append(link(event, seq, entries[-1].hash if entries else GENESIS))
    return entries


def altered(entry: Entry, **changes: object) -> Entry:
    return entry.model_copy(update=changes)


def rehashed(entry: Entry) -> Entry:
    """By somebody who knows how hashes are made."""
    return link(altered(entry, actor="eve"), entry.seq, entry.previous)


CHANGES: dict[str, Callable[[list[Entry]], list[Entry]]] = {
    "altered": lambda rows: [*rows[:2], altered(rows[2], details={"n": 9}), *rows[3:]],
    "another actor": lambda rows: [*rows[:2], altered(rows[2], actor="eve"), *rows[3:]],
    "another time": lambda rows: [
        *rows[:2],
        altered(rows[2], at=datetime(2026, 5, 2, tzinfo=UTC)),
        *rows[3:],
    ],
    "altered and hashed anew": lambda rows: [*rows[:2], rehashed(rows[2]), *rows[3:]],
    "removed": lambda rows: [*rows[:2], *rows[3:]],
    "first removed": lambda rows: rows[1:],
    "swapped": lambda rows: [rows[0], rows[2], rows[1], *rows[3:]],
    "twice": lambda rows: [*rows[:3], *rows[2:]],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found(change: str) -> None:
    assert verify(CHANGES[change](trail(5))).problem is not None


def test_a_trail_cut_at_its_end_is_found_by_who_noted_its_head() -> None:
    rows = trail(5)
    assert verify(rows[:3]).problem is None
    assert verify(rows[:3], known=rows[4].hash).problem is not None
    assert verify(rows, known=rows[2].hash).problem is None
    assert verify([], known=GENESIS).problem is None


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.text(max_size=20)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.integers()
        | st.none(),
        max_size=5,
    )
)
def test_an_export_read_again_verifies(details: dict[str, object]) -> None:
    entry = link(Event(at=AT, actor="ä", action="x", subject="t", details=details), 1, GENESIS)
    again = Entry.model_validate_json(entry.model_dump_json())
    assert verify([again]).problem is None

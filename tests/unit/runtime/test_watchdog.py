"""A step that should move and does not."""

import pytest

from services.runtime.clock import FakeClock
from services.runtime.watchdog import Stalled, Watchdog

LIMIT = 60.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def look(
    clock: FakeClock, dog: Watchdog, *positions: tuple[int, int], excused: bool = False
) -> None:
    dog.look("extract", positions, excused=excused)
    clock.advance(LIMIT - 1)


def test_an_offset_that_stands_still_with_messages_waiting_is_an_error(clock: FakeClock) -> None:
    dog = Watchdog(clock, LIMIT)
    look(clock, dog, (3, 5))
    look(clock, dog, (3, 6))
    with pytest.raises(Stalled, match="extract has 4 messages waiting"):
        look(clock, dog, (3, 7))


@pytest.mark.parametrize(
    ("positions", "excused"),
    [
        ([(1, 9), (2, 9), (3, 9), (4, 9)], False),
        ([(5, 5)] * 4, False),
        ([(3, 5)] * 4, True),
    ],
    ids=["it moves", "nothing waits", "it waits for something that is away"],
)
def test_otherwise_it_is_none(
    clock: FakeClock, positions: list[tuple[int, int]], excused: bool
) -> None:
    dog = Watchdog(clock, LIMIT)
    for position in positions:
        look(clock, dog, position, excused=excused)


def test_the_time_counts_from_the_end_of_the_excuse(clock: FakeClock) -> None:
    dog = Watchdog(clock, LIMIT)
    look(clock, dog, (3, 5), excused=True)
    look(clock, dog, (3, 5), excused=True)
    look(clock, dog, (3, 5))
    with pytest.raises(Stalled):
        look(clock, dog, (3, 5))

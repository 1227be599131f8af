"""Reading a topic whose brokers go away in the middle: the client waits for ever, and we do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from kafka import TopicPartition

from services.adapters import kafka
from services.runtime.errors import NotReady

PLACE = TopicPartition("claimdesk.articles", 0)


@dataclass
class Row:
    offset: int


class Consumer:
    """Gives these offsets, a list a poll, and then nothing, as the client does without brokers."""

    def __init__(self, *polls: Sequence[int], knows: bool = True) -> None:
        self._polls, self._position = list(polls), 0 if knows else None

    def position(self, _place: TopicPartition, timeout_ms: float | None = None) -> int | None:
        assert timeout_ms is not None  # without it, a consumer that lost its brokers never returns
        return self._position

    def poll(self, timeout_ms: float) -> Mapping[TopicPartition, list[Row]]:
        offsets = self._polls.pop(0) if self._polls else ()
        if not offsets:
            return {}
        self._position = offsets[-1] + 1
        return {PLACE: [Row(offset) for offset in offsets]}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "_SILENCE_SECONDS", 0.0)


def test_what_is_there_is_read_up_to_the_end() -> None:
    rows = kafka._rows(Consumer([0, 1], [3, 4, 5]), PLACE, 5)
    assert [row.offset for row in rows] == [0, 1, 3, 4]


def test_brokers_that_go_away_in_the_middle_are_not_ready() -> None:
    rows = kafka._rows(Consumer([0, 1]), PLACE, 5)
    assert [next(rows).offset, next(rows).offset] == [0, 1]
    with pytest.raises(NotReady, match=r"claimdesk\.articles"):
        next(rows)


def test_brokers_that_never_say_where_it_begins_are_not_ready() -> None:
    with pytest.raises(NotReady):
        next(kafka._rows(Consumer(knows=False), PLACE, 5))

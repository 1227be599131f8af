"""Into the log: once, in order, and the same again after a crash."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ingest.intake import Intake
from services.ingest.item import Item, Refusal
from services.runtime.clock import FakeClock
from services.runtime.errors import NotReady
from tests.support.intake import DyingLedger, Killed, MemoryProducer, ledger_in


def make_items(*texts: str, guid: str | None = None, revision: int | None = None) -> list[Item]:
    return [
        Item(source="wire", guid=guid or text, text=text, revision=revision, where=f"at {text}")
        for text in texts
    ]


@pytest.fixture
def ledger(tmp_path: Path) -> DyingLedger:
    return ledger_in(tmp_path)


@pytest.fixture
def producer() -> MemoryProducer:
    return MemoryProducer()


@pytest.fixture
def intake(producer: MemoryProducer, ledger: DyingLedger) -> Intake:
    return Intake(producer, ledger, FakeClock())


def states(intake: Intake, items: list[Item]) -> list[tuple[str, int | None]]:
    return [(result.state, result.revision) for result in intake.take(items)]


def test_new_revised_unchanged(intake: Intake, producer: MemoryProducer) -> None:
    assert states(intake, make_items("One.", guid="g")) == [("new", 1)]
    assert states(intake, make_items("One.", guid="g")) == [("unchanged", 1)]
    assert states(intake, make_items("Two.", guid="g")) == [("revised", 2)]
    assert states(intake, make_items("Two.", guid="g")) == [("unchanged", 2)]
    assert [(event.data.revision, event.data.text) for event in producer.events] == [
        (1, "One."),
        (2, "Two."),
    ]


def test_reading_again_adds_nothing(intake: Intake, producer: MemoryProducer) -> None:
    items = make_items(*(f"Text {number}." for number in range(250)))
    assert {state for state, _ in states(intake, items)} == {"new"}
    assert {state for state, _ in states(intake, items)} == {"unchanged"}
    assert len(producer.messages) == 250


def test_revisions_of_one_article_in_one_batch(intake: Intake, producer: MemoryProducer) -> None:
    both = make_items("One.", guid="g", revision=1) + make_items("Two.", guid="g", revision=2)
    assert states(intake, both) == [("new", 1), ("revised", 2)]
    assert states(intake, both) == [("unchanged", 1), ("unchanged", 2)]
    assert len(producer.messages) == 2


def test_the_envelope_says_when_and_the_data_does_not(
    intake: Intake, producer: MemoryProducer
) -> None:
    list(intake.take(make_items("One.")))
    (event,) = producer.events
    assert event.ingesttime == event.time == FakeClock().now()
    assert event.data.ingested_at is None
    assert event.subject == event.data.id


def test_killed_between_log_and_ledger_the_same_event_comes_again(
    producer: MemoryProducer, ledger: DyingLedger
) -> None:
    clock = FakeClock()
    ledger.deaths = 1
    with pytest.raises(Killed):
        list(Intake(producer, ledger, clock).take(make_items("One.")))
    clock.advance(3_600)
    (result,) = Intake(producer, ledger, clock).take(make_items("One."))
    assert result.state == "new"
    first, second = producer.events
    assert first.id == second.id
    assert first.data == second.data
    assert first.time != second.time


def test_a_log_that_is_away_loses_nothing(ledger: DyingLedger) -> None:
    producer = MemoryProducer(away=1)
    intake = Intake(producer, ledger, FakeClock())
    items = make_items("One.", "Two.")
    with pytest.raises(NotReady):
        list(intake.take(items))
    assert producer.messages == []
    assert states(intake, items) == [("new", 1), ("new", 1)]


def test_a_bad_item_is_told_and_the_next_goes_through(
    intake: Intake, producer: MemoryProducer
) -> None:
    bad = [Refusal("here", "not_json", "why"), *make_items("One.", ""), *make_items("Two.")]
    results = list(intake.take(bad))
    assert [(row.state, row.reason) for row in results] == [
        ("rejected", "not_json"),
        ("new", None),
        ("rejected", "empty"),
        ("new", None),
    ]
    assert results[2].where == "at "
    assert [event.data.text for event in producer.events] == ["One.", "Two."]


def test_an_article_that_no_message_can_hold_is_rejected(intake: Intake) -> None:
    (result,) = intake.take(make_items("\U0001f5de" * 2_000_000, guid="g"))
    assert (result.state, result.reason) == ("rejected", "too_large")


def test_items_are_taken_as_they_come(intake: Intake) -> None:
    def endless() -> Iterator[Item]:
        number = 0
        while True:
            number += 1
            yield from make_items(f"Text {number}.")

    results = intake.take(endless())
    assert [next(results).state for _ in range(150)] == ["new"] * 150

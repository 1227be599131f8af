"""What every store of kept answers does: one of those who come with a key goes on, the others get its answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from services.adapters.sql import make_engine
from services.adapters.sql_answers import SqlAnswerStore
from services.ports.answers import (
    ABANDONED,
    KEPT,
    Answer,
    AnswerStore,
    OtherRequest,
    Unfinished,
)

NOW = datetime(2024, 5, 2, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ANSWER = Answer(200, "application/json", b'{"a": "\xc3\xa9\x00"}', '"tag"')


@pytest.fixture
def store(url: str) -> Iterator[AnswerStore]:
    engine = make_engine(url)
    made = SqlAnswerStore(engine)
    made.setup()
    yield made
    engine.dispose()


def test_the_answer_of_the_first_is_given_to_who_comes_again(store: AnswerStore) -> None:
    assert store.begin("k", "asked", NOW) is None
    store.finish("k", ANSWER)
    assert store.begin("k", "asked", NOW) == ANSWER
    assert store.begin("other", "asked", NOW) is None


def test_who_comes_before_the_answer_is_told_so(store: AnswerStore) -> None:
    store.begin("k", "asked", NOW)
    with pytest.raises(Unfinished):
        store.begin("k", "asked", NOW + ABANDONED - TICK)


def test_a_key_stands_for_one_request(store: AnswerStore) -> None:
    store.begin("k", "asked", NOW)
    with pytest.raises(OtherRequest):
        store.begin("k", "something else", NOW)
    store.finish("k", ANSWER)
    with pytest.raises(OtherRequest):
        store.begin("k", "something else", NOW)


def test_a_dropped_key_is_free(store: AnswerStore) -> None:
    store.begin("k", "asked", NOW)
    store.drop("k")
    assert store.begin("k", "something else", NOW) is None
    store.drop("never there")


def test_a_request_whose_process_died_frees_its_key(store: AnswerStore) -> None:
    store.begin("k", "asked", NOW)
    assert store.begin("k", "asked", NOW + ABANDONED) is None


def test_answers_are_kept_for_a_day(store: AnswerStore) -> None:
    store.begin("k", "asked", NOW)
    store.finish("k", ANSWER)
    assert store.begin("k", "asked", NOW + KEPT - TICK) == ANSWER
    assert store.begin("k", "asked", NOW + KEPT) is None


def test_of_many_at_the_same_time_one_goes_on(store: AnswerStore) -> None:
    def come(_: int) -> bool:
        try:
            return store.begin("k", "asked", NOW) is None
        except Unfinished:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, range(24))) == 1

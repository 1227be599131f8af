"""What every memory of idempotency keys promises, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.adapters.sql import make_engine
from services.adapters.sql_push_keys import SqlPushKeys
from services.ports.push_keys import Pushed, PushKeys
from services.runtime.errors import NotReady

NOW = datetime(2024, 5, 6, 9, tzinfo=UTC)
PUSHED = Pushed("h", "art_1", 2, "revised", ("a note",))


@pytest.fixture
def keys(url: str) -> Iterator[PushKeys]:
    engine = make_engine(url)
    made = SqlPushKeys(engine)
    made.setup()
    yield made
    engine.dispose()


def test_the_first_answer_stays(keys: PushKeys) -> None:
    assert keys.answer("k") is None
    assert keys.remember("k", PUSHED, NOW) == PUSHED
    assert keys.remember("k", replace(PUSHED, revision=3), NOW) == PUSHED
    assert keys.answer("k") == PUSHED
    assert keys.answer("K") is None


def test_old_keys_are_forgotten(keys: PushKeys) -> None:
    keys.remember("old", PUSHED, NOW)
    keys.remember("new", PUSHED, NOW + timedelta(days=1))
    assert keys.forget(NOW + timedelta(hours=1)) == 1
    assert keys.answer("old") is None
    assert keys.answer("new") == PUSHED


def test_a_database_that_is_away_is_not_ready() -> None:
    away = SqlPushKeys(make_engine("postgresql://nobody@127.0.0.1:9/none"))
    with pytest.raises(NotReady):
        away.answer("k")
    with pytest.raises(NotReady):
        away.remember("k", PUSHED, NOW)

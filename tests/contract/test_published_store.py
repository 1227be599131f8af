"""What every store of published reviews keeps: the highest revision of each task, searched and paged."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.verdict import Rating
from services.adapters.sql import make_engine
from services.adapters.sql_published import SqlPublishedStore
from services.ports.published import Appearance, Published, PublishedStore, Wanted
from services.runtime.errors import UserError

START = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(url: str) -> Iterator[PublishedStore]:
    engine = make_engine(url)
    made = SqlPublishedStore(engine)
    made.setup()
    yield made
    engine.dispose()


def item(name: str = "t1", revision: int = 1, **fields: Any) -> Published:
    at = START + timedelta(hours=revision)
    given: dict[str, Any] = {
        "task_id": name,
        "revision": revision,
        "rating": Rating.FALSE,
        "claim": "The bridge cost 12 million euros",
        "speaker": "Maria Lind",
        "first_at": at,
        "changed_at": at,
    }
    return Published(**(given | fields))


def withdrawn(name: str = "t1", revision: int = 2) -> Published:
    return item(name, revision, rating=None, first_at=None)


def names(store: PublishedStore, **wanted: Any) -> list[str]:
    return [one.task_id for one in store.page(Wanted(**wanted))[0]]


def test_what_was_published_comes_back(store: PublishedStore) -> None:
    assert store.get("t1") is None
    one = item(
        rationale="Nine, says the audit.", appearances=(Appearance(url="https://a.example/"),)
    )
    assert store.put(one) == one
    assert store.get("t1") == one
    assert list(store.all()) == [one]


def test_a_correction_takes_the_place_and_keeps_the_first_day(store: PublishedStore) -> None:
    store.put(item())
    store.put(item(revision=2, rating=Rating.HALF_TRUE))
    found = store.get("t1")
    assert found is not None
    assert (found.rating, found.first_at, found.changed_at) == (
        Rating.HALF_TRUE,
        START + timedelta(hours=1),
        START + timedelta(hours=2),
    )
    assert names(store) == ["t1"]


def test_in_any_order_and_however_often_the_highest_revision_stands(store: PublishedStore) -> None:
    for seed in range(4):
        name = f"t{seed}"
        sent = [item(name, 1), withdrawn(name, 2), item(name, 3), withdrawn(name, 4)] * 2
        random.Random(seed).shuffle(sent)
        for one in sent:
            store.put(one)
        found = store.get(name)
        assert found is not None
        assert (found.revision, found.rating) == (4, None)
    assert names(store) == []
    assert list(store.all()) == []


def test_what_is_withdrawn_is_in_no_list_and_says_that_it_once_was(store: PublishedStore) -> None:
    store.put(item())
    store.put(withdrawn())
    found = store.get("t1")
    assert found is not None
    assert (found.rating, found.first_at) == (None, START + timedelta(hours=1))
    assert names(store) == []


def test_a_late_verdict_does_not_undo_a_withdrawal_that_came_first(store: PublishedStore) -> None:
    store.put(withdrawn())
    store.put(item())
    found = store.get("t1")
    assert found is not None
    assert (found.rating, found.first_at) == (None, None)


def test_pages_follow_each_other_the_last_changed_first(store: PublishedStore) -> None:
    for number in range(7):
        store.put(item(f"t{number}", changed_at=START + timedelta(hours=number // 2)))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page, cursor = store.page(limit=2, after=cursor)
        seen += [one.task_id for one in page]
        if cursor is None:
            break
    assert seen == ["t6", "t4", "t5", "t2", "t3", "t0", "t1"]
    offset, _ = store.page(limit=2, offset=3)
    assert [one.task_id for one in offset] == ["t2", "t3"]


@pytest.mark.parametrize("cursor", ["", "x", "bnVsbA", "WzEsMl0", "é", "WyIyMDI0LTA1LTAxIiwiYSJd"])
def test_what_is_no_cursor_is_refused(store: PublishedStore, cursor: str) -> None:
    with pytest.raises(UserError, match="cursor"):
        store.page(after=cursor)


def test_words_begin_words_of_the_claim_or_of_its_speaker(store: PublishedStore) -> None:
    store.put(item("bridge", claim="The Bridge carried 40,000 vehicles_a 100% Ärger"))
    store.put(item("tunnel", claim="The tunnel is closed", speaker="Bridget Vale"))
    assert names(store, words=["bridge"]) == ["bridge", "tunnel"]
    assert names(store, words=["bridge", "vehicle"]) == ["bridge"]
    assert names(store, words=["LIND", "carried"]) == ["bridge"]
    assert names(store, words=["40000"]) == ["bridge"]
    assert names(store, words=["ärger"]) == ["bridge"]
    assert names(store, words=["100%"]) == ["bridge"]
    assert names(store, words=["ridge"]) == []
    assert names(store, words=["%"]) == ["bridge"]
    assert names(store, words=["vehicles_"]) == ["bridge"]


def test_the_region_of_a_language_does_not_count(store: PublishedStore) -> None:
    store.put(item("en", language="en-GB"))
    store.put(item("de", language="de"))
    assert names(store, language="en-US") == ["en"]
    assert names(store, language="DE") == ["de"]


def test_age_counts_from_the_newer_of_claim_and_review(store: PublishedStore) -> None:
    said = (Appearance(url="https://a.example/", day=date(2024, 6, 1)),)
    store.put(item("old"))
    store.put(item("foretold", appearances=said))
    assert names(store, since=date(2024, 5, 2)) == ["foretold"]
    assert names(store, since=date(2024, 5, 1)) == ["foretold", "old"]


def test_the_edition_changes_with_every_change_and_only_then(store: PublishedStore) -> None:
    assert store.edition().changed_at is None
    seen = [store.edition().number]
    for one in (item("a"), item("b"), item("a", 2), withdrawn("b"), item("b", 3)):
        store.put(one)
        seen.append(store.edition().number)
        store.put(one)
        store.put(item("a"))
        assert store.edition().number == seen[-1]
    assert len(set(seen)) == len(seen)
    assert store.edition().changed_at == START + timedelta(hours=3)


def test_all_reads_past_one_page(store: PublishedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.adapters.sql_published._PAGE", 3)
    for number in range(7):
        store.put(item(f"t{number}"))
    assert [one.task_id for one in store.all()] == [f"t{number}" for number in range(7)]

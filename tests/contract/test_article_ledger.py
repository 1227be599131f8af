"""What every article ledger promises, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from services.adapters.sql import make_engine
from services.adapters.sql_ledger import SqlArticleLedger
from services.ports.article_ledger import ArticleLedger, FeedState, Seen
from services.runtime.errors import NotReady


@pytest.fixture
def ledger(url: str) -> Iterator[ArticleLedger]:
    engine = make_engine(url)
    made = SqlArticleLedger(engine)
    made.setup()
    yield made
    engine.dispose()


def test_nothing_is_known_at_first(ledger: ArticleLedger) -> None:
    assert ledger.last(["a", "b"]) == {}
    assert ledger.last([]) == {}
    assert ledger.revision_of("a", "h") is None
    assert ledger.feed("https://feeds.example/one") == FeedState()


def test_the_highest_revision_is_the_last(ledger: ArticleLedger) -> None:
    ledger.record([("a", Seen(1, "one")), ("a", Seen(3, "three")), ("b", Seen(1, "x"))])
    ledger.record([("a", Seen(2, "two"))])
    assert ledger.last(["a", "b", "c"]) == {"a": Seen(3, "three"), "b": Seen(1, "x")}


def test_contents_of_earlier_revisions_are_known(ledger: ArticleLedger) -> None:
    ledger.record([("a", Seen(1, "one")), ("a", Seen(2, "two")), ("a", Seen(4, "one"))])
    assert ledger.revision_of("a", "two") == 2
    assert ledger.revision_of("a", "one") == 4
    assert ledger.revision_of("b", "one") is None


def test_recording_again_changes_nothing_and_other_content_replaces(ledger: ArticleLedger) -> None:
    ledger.record([("a", Seen(1, "one"))])
    ledger.record([("a", Seen(1, "one"))])
    assert ledger.last(["a"]) == {"a": Seen(1, "one")}
    ledger.record([("a", Seen(1, "other"))])
    assert ledger.last(["a"]) == {"a": Seen(1, "other")}


def test_more_ids_than_one_statement_takes(ledger: ArticleLedger) -> None:
    ids = [f"a{number}" for number in range(1_201)]
    ledger.record([(name, Seen(1, name)) for name in ids])
    assert len(ledger.last(ids)) == len(ids)


def test_validators_are_kept_to_the_letter(ledger: ArticleLedger) -> None:
    state = FeedState(
        "W/\"a 'strange' tag\"",
        "Sat, 1 Jan 2022  00:00:00 GMT",
        datetime(2024, 1, 1, 12, 30, 15, 250_000, tzinfo=UTC),
    )
    ledger.record_feed("https://feeds.example/one", state)
    assert ledger.feed("https://feeds.example/one") == state
    ledger.record_feed("https://feeds.example/one", FeedState(gone=True))
    assert ledger.feed("https://feeds.example/one") == FeedState(gone=True)
    assert ledger.feed("https://feeds.example/two") == FeedState()


def test_what_was_recorded_is_there_for_the_next_process(url: str) -> None:
    for _ in range(2):
        engine = make_engine(url)
        made = SqlArticleLedger(engine)
        made.setup()
        made.record([("a", Seen(1, "one"))])
        assert made.last(["a"]) == {"a": Seen(1, "one")}
        engine.dispose()


def test_a_database_that_is_away_is_not_ready() -> None:
    away = SqlArticleLedger(make_engine("postgresql://nobody@127.0.0.1:9/none"))
    with pytest.raises(NotReady):
        away.last(["a"])
    with pytest.raises(NotReady):
        away.record([("a", Seen(1, "one"))])
    with pytest.raises(NotReady):
        away.feed("https://feeds.example/one")

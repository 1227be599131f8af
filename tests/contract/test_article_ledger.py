"""What every article ledger promises, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.article import Article
from services.adapters.sql import make_engine
from services.adapters.sql_ledger import SqlArticleLedger
from services.ports.article_ledger import Alias, ArticleLedger, Member, Seen
from services.runtime.errors import NotReady

NOW = datetime(2024, 5, 6, 9, tzinfo=UTC)


def article(name: str, revision: int, content: str, **fields: Any) -> Article:
    given: dict[str, Any] = {
        "source": "wire",
        "guid": name,
        "text": f"Text “{content}”.",
        "story_id": f"story-{name}",
        "published_at": NOW,
    }
    return Article(id=name, revision=revision, content_hash=content, **(given | fields))


def stage(ledger: ArticleLedger, *articles: Article, now: datetime = NOW) -> None:
    with ledger.taking() as taking:
        for one in articles:
            taking.stage(one, (1, 2), now)


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


def test_the_highest_revision_is_the_last(ledger: ArticleLedger) -> None:
    stage(ledger, article("a", 1, "one"), article("a", 3, "three"), article("b", 1, "x"))
    stage(ledger, article("a", 2, "two"))
    assert ledger.last(["a", "b", "c"]) == {"a": Seen(3, "three"), "b": Seen(1, "x")}


def test_contents_of_earlier_revisions_are_known(ledger: ArticleLedger) -> None:
    stage(ledger, article("a", 1, "one"), article("a", 2, "two"), article("a", 4, "one"))
    assert ledger.revision_of("a", "two") == 2
    assert ledger.revision_of("a", "one") == 4
    assert ledger.revision_of("b", "one") is None


def test_more_ids_than_one_statement_takes(ledger: ArticleLedger) -> None:
    ids = [f"a{number}" for number in range(1_201)]
    stage(ledger, *(article(name, 1, name) for name in ids))
    assert len(ledger.last(ids)) == len(ids)
    assert len(ledger.pending(ids, NOW, most=2_000)) == len(ids)
    ledger.confirm((name, 1) for name in ids)
    assert ledger.pending(ids, NOW) == []


def test_what_was_staged_is_pending_with_its_content_until_it_is_confirmed(
    ledger: ArticleLedger,
) -> None:
    one, two, other = article("a", 1, "one"), article("a", 2, "two"), article("b", 1, "x")
    stage(ledger, one)
    stage(ledger, two, other, now=NOW + timedelta(minutes=5))
    assert ledger.pending(["a"], NOW) == [one, two]
    assert ledger.pending([], NOW + timedelta(minutes=1)) == [one]
    assert ledger.pending([], NOW + timedelta(hours=1)) == [one, two, other]
    assert ledger.pending([], NOW + timedelta(hours=1), most=2) == [one, two]
    ledger.confirm([("a", 2), ("b", 1)])
    assert ledger.pending(["a", "b"], NOW) == [one]
    ledger.confirm([("a", 1)])
    assert ledger.pending(["a", "b"], NOW + timedelta(hours=1)) == []
    with ledger.taking() as taking:
        assert taking.content("a") == two
        assert taking.content("c") is None


def test_a_transaction_that_fails_stages_nothing(ledger: ArticleLedger) -> None:
    def fail() -> None:
        with ledger.taking() as taking:
            taking.stage(article("a", 1, "one"), (1, 2, 3), NOW)
            taking.name("b", Alias("a", "one"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ledger.last(["a"]) == {}
    assert ledger.aliases(["b"]) == {}
    assert ledger.pending(["a"], NOW + timedelta(hours=1)) == []


def test_an_alias_has_the_content_that_was_seen_under_it_last(ledger: ArticleLedger) -> None:
    with ledger.taking() as taking:
        taking.name("b", Alias("a", "one"))
        taking.name("b", Alias("a", "two"))
        assert taking.aliases(["b", "c"]) == {"b": Alias("a", "two")}
    assert ledger.aliases(["b"]) == {"b": Alias("a", "two")}


def test_the_latest_article_of_an_address_at_its_source(ledger: ArticleLedger) -> None:
    url = "https://news.example/one"
    stage(ledger, article("a", 1, "x", url=url), article("b", 1, "y", url=url))
    with ledger.taking() as taking:
        assert taking.at_address("wire", url) == "b"
        assert taking.at_address("other", url) is None
        assert taking.at_address("wire", url + "/") is None


def test_articles_that_share_most_come_first_and_of_equals_the_earlier(
    ledger: ArticleLedger,
) -> None:
    sketches = {"a": (1, 2, 3), "b": (2, 3, 4, -5), "c": (9, 8), "d": (1, 2, 3)}
    with ledger.taking() as taking:
        for name, sketch in sketches.items():
            taking.stage(article(name, 1, name, story_id=f"s{name}"), sketch, NOW)

        def ids(sketch: tuple[int, ...], least: int = 2, most: int = 9) -> list[str]:
            return [member.article_id for member in taking.sharing(sketch, least, most)]

        assert ids((2, 3, 4, -5)) == ["b", "a", "d"]
        assert ids((2, 3, 4, -5), least=3) == ["b"]
        assert ids((1, 2, 3), most=2) == ["a", "d"]
        assert ids((7, 6)) == ids(()) == []
        assert [member.story_id for member in taking.sharing((8, 9), 2, 9)] == ["sc"]


def test_a_sketch_takes_the_place_of_the_one_before(ledger: ArticleLedger) -> None:
    with ledger.taking() as taking:
        taking.stage(article("a", 1, "one"), (2**63 - 1, -(2**63)), NOW)
        before = taking.member("a")
        taking.stage(article("a", 2, "two", story_id="s2"), (3, 4), NOW)
        assert taking.sharing((2**63 - 1, -(2**63)), 1, 9) == []
        (after,) = taking.sharing((3, 4), 2, 9)
        assert before
        assert after == Member(before.number, "a", "s2")
        assert taking.member("b") is None


def test_a_hash_of_many_articles_brings_only_the_first_of_them(ledger: ArticleLedger) -> None:
    with ledger.taking() as taking:
        for number in range(80):
            taking.stage(article(f"a{number}", 1, "x", story_id="s"), (1, 2), NOW)
        found = taking.sharing((1, 2), 2, 100)
        assert [member.article_id for member in found] == [f"a{number}" for number in range(64)]
        assert [member.article_id for member in taking.story("s", 3)] == ["a0", "a1", "a2"]


def test_what_is_older_than_the_window_is_forgotten_but_for_its_revisions(
    ledger: ArticleLedger,
) -> None:
    day = timedelta(days=1)
    stage(ledger, article("old", 1, "x"), article("edited", 1, "y"), article("owed", 1, "z"))
    stage(ledger, article("edited", 2, "yy"), article("new", 1, "n"), now=NOW + 2 * day)
    ledger.confirm([("old", 1), ("edited", 1), ("edited", 2), ("new", 1)])
    assert ledger.forget(NOW + day) == 1
    assert ledger.forget(NOW + day) == 0
    with ledger.taking() as taking:
        assert taking.content("old") is None
        kept = ["edited", "owed", "new"]
        assert all(taking.content(name) for name in kept)
        assert [member.article_id for member in taking.sharing((1, 2), 2, 9)] == kept
    assert ledger.last(["old"]) == {"old": Seen(1, "x")}


def test_it_forgets_a_bounded_number_at_a_time(ledger: ArticleLedger) -> None:
    stage(ledger, *(article(f"a{number}", 1, "x") for number in range(5)))
    ledger.confirm((f"a{number}", 1) for number in range(5))
    counts = [ledger.forget(NOW + timedelta(days=1), most=2) for _ in range(4)]
    assert counts == [2, 2, 1, 0]


def test_one_transaction_waits_for_the_other(ledger: ArticleLedger) -> None:
    inside, order = threading.Event(), []

    def other() -> None:
        inside.wait()
        with ledger.taking() as taking:
            order.append("second")
            assert taking.member("a")

    thread = threading.Thread(target=other)
    thread.start()
    with ledger.taking() as taking:
        inside.set()
        thread.join(0.3)  # it would be through by then
        taking.stage(article("a", 1, "one"), (), NOW)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_what_was_staged_is_there_for_the_next_process(url: str) -> None:
    for _ in range(2):
        engine = make_engine(url)
        made = SqlArticleLedger(engine)
        made.setup()
        stage(made, article("a", 1, "one"))
        assert made.last(["a"]) == {"a": Seen(1, "one")}
        assert made.pending(["a"], NOW) == [article("a", 1, "one")]
        engine.dispose()


def test_a_database_that_is_away_is_not_ready() -> None:
    away = SqlArticleLedger(make_engine("postgresql://nobody@127.0.0.1:9/none"))
    with pytest.raises(NotReady):
        away.last(["a"])
    with pytest.raises(NotReady):
        away.confirm([("a", 1)])
    with pytest.raises(NotReady), away.taking():
        pass
    with pytest.raises(NotReady):
        away.pending(["a"], NOW)

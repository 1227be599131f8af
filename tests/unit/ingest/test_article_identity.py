"""Which article an item is, whatever its source does with guids."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.ingest.intake import Intake, Result
from services.ingest.item import Item
from services.runtime.clock import FakeClock
from tests.support.intake import MemoryProducer, ledger_in
from tests.support.stories import make_item, prose

URL = "https://news.example/bridge"
DAY = datetime(2024, 5, 6, 9, tzinfo=UTC)


class Wire:
    """An intake, and what it published."""

    def __init__(self, folder: Path) -> None:
        self.producer = MemoryProducer()
        self.intake = Intake(self.producer, ledger_in(folder), FakeClock())

    def take(self, *items: Item) -> list[Result]:
        return list(self.intake.take(items))

    def states(self, *items: Item) -> list[tuple[str, int | None]]:
        return [(row.state, row.revision) for row in self.take(*items)]

    @property
    def articles(self) -> list[Any]:
        return [event.data for event in self.producer.events]


@pytest.fixture
def wire(tmp_path: Path) -> Wire:
    return Wire(tmp_path)


def test_a_new_guid_at_the_same_address_is_the_same_article(wire: Wire) -> None:
    wire.take(make_item(prose(1), guid="a", url=URL, title="Old"))
    edited = prose(1) + " It was edited."
    (result,) = wire.take(make_item(edited, guid="b", url=URL, title="New"))
    assert (result.state, result.revision) == ("revised", 2)
    first, second = wire.articles
    assert (second.id, second.guid) == (first.id, "a")
    assert second.previous_revision == 1


def test_a_page_that_every_item_links_to_joins_nothing(wire: Wire) -> None:
    items = [make_item(prose(n), guid=f"g{n}", url=URL, title=f"T{n}") for n in range(3)]
    assert wire.states(*items) == [("new", 1)] * 3
    assert len({article.id for article in wire.articles}) == 3


def test_a_short_text_at_the_same_address_joins_by_its_title_only(wire: Wire) -> None:
    wire.take(make_item("Bridge opens.", guid="a", url=URL, title="Bridge"))
    assert wire.states(make_item("Bridge closes.", guid="b", url=URL, title="Bridge")) == [
        ("revised", 2)
    ]
    assert wire.states(make_item("Bridge closes.", guid="c", url=URL + "2", title="Bridge")) == [
        ("new", 1)
    ]


def test_the_same_words_under_a_new_guid_and_address_are_the_same_article(wire: Wire) -> None:
    wire.take(make_item(prose(1), guid="a", url=URL, published_at=DAY))
    again = make_item(prose(1), guid="b", url=URL + "-new", published_at=DAY + timedelta(hours=3))
    assert wire.states(again) == [("unchanged", 1)]
    assert wire.states(again) == [("unchanged", 1)]
    assert len(wire.articles) == 1


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ("Six balls: 4 8 15 16 23 42.", {}),  # a form filled in with other figures
        ("", {"published_at": DAY + timedelta(days=3)}),
        ("", {"source": "another paper"}),
    ],
)
def test_nearly_the_same_words_may_be_another_article(
    wire: Wire, change: str, fields: dict[str, Any]
) -> None:
    form = prose(1) + "\n\n"
    wire.take(make_item(form + "Six balls: 1 2 3 5 6 7.", guid="a", published_at=DAY))
    given = {"guid": "b", "published_at": DAY} | fields
    other = make_item(form + (change or "Six balls: 1 2 3 5 6 7."), **given)
    assert wire.states(other) == [("new", 1)]


def test_two_guids_that_show_two_texts_do_not_take_turns(wire: Wire) -> None:
    one = make_item(prose(1), guid="a", url=URL)
    two = make_item(prose(1) + " More of it.", guid="b", url=URL)
    assert wire.states(one, two) == [("new", 1), ("revised", 2)]
    for _ in range(2):
        assert wire.states(one, two) == [("unchanged", 2), ("unchanged", 2)]
    assert len(wire.articles) == 2
    edited = make_item(prose(1) + " Still more.", guid="a", url=URL)
    assert wire.states(edited) == [("revised", 3)]
    assert wire.states(edited, two) == [("unchanged", 3), ("unchanged", 3)]


def test_a_guid_that_is_used_again_names_another_article(wire: Wire) -> None:
    first = make_item(prose(1), guid="1", url=URL, title="Bridge")
    second = make_item(prose(2), guid="1", url="https://news.example/market", title="Market")
    assert wire.states(first) == [("new", 1)]
    assert wire.states(second) == [("new", 1)]
    assert wire.states(second, first) == [("unchanged", 1), ("unchanged", 1)]
    ids = [article.id for article in wire.articles]
    assert len(set(ids)) == 2
    assert wire.articles[1].guid == "https://news.example/market"
    edited = make_item(prose(2) + " More.", guid="1", url="https://news.example/market", title="M")
    assert wire.states(edited) == [("revised", 2)]
    assert wire.articles[2].id == ids[1]


def test_an_article_that_is_rewritten_at_its_address_stays_itself(wire: Wire) -> None:
    wire.take(make_item(prose(1), guid="1", url=URL, title="Bridge"))
    assert wire.states(make_item(prose(2), guid="1", url=URL, title="Other")) == [("revised", 2)]


def test_a_withdrawal_keeps_the_words(wire: Wire) -> None:
    wire.take(make_item(prose(1), guid="a", url=URL, title="Bridge", published_at=DAY))
    gone = make_item("", guid="a", withdrawn="The feed marks this article as deleted.")
    assert wire.states(gone) == [("revised", 2)]
    assert wire.states(gone) == [("unchanged", 2)]
    article = wire.articles[-1]
    assert (article.status, article.title, article.text) == ("withdrawn", "Bridge", prose(1))
    assert article.published_at == DAY
    assert [notice.span for notice in article.notices] == [None]
    assert not article.silent_edit


def test_a_page_that_is_gone_withdraws_the_article_at_its_address(wire: Wire) -> None:
    wire.take(make_item(prose(1), guid="a", url=URL))
    gone = make_item("", guid=URL, url=URL, withdrawn="The page answers 410.")
    assert wire.states(gone) == [("revised", 2)]
    assert wire.articles[-1].id == wire.articles[0].id


def test_a_text_that_only_says_it_was_withdrawn_keeps_the_words(wire: Wire) -> None:
    wire.take(make_item(prose(1), guid="a"))
    notice = "This article has been withdrawn because its source could not be confirmed."
    assert wire.states(make_item(notice, guid="a")) == [("revised", 2)]
    article = wire.articles[-1]
    assert (article.status, article.text) == ("withdrawn", prose(1))
    assert article.notices[0].text == notice


def test_a_withdrawn_article_may_come_back(wire: Wire) -> None:
    wire.take(make_item(prose(1), guid="a"))
    wire.take(make_item("", guid="a", withdrawn="Deleted."))
    assert wire.states(make_item(prose(1), guid="a")) == [("revised", 3)]
    assert wire.articles[-1].status == "published"


def test_a_withdrawal_of_what_was_never_read_is_rejected(wire: Wire) -> None:
    (result,) = wire.take(make_item("", guid="a", withdrawn="Deleted."))
    assert (result.state, result.reason) == ("rejected", "unknown_article")
    assert wire.articles == []


def test_an_edit_tells_its_words_and_whether_it_is_silent(wire: Wire) -> None:
    text = prose(1) + '\n\nThe mayor said: "We will never pay 40,000 crowns."'
    wire.take(make_item(text, guid="a"))
    wire.take(make_item(text.replace("40,000", "31,000"), guid="a"))
    corrected = (
        text.replace("40,000", "20,000") + "\n\nCorrection: It is 20,000 crowns, not 31,000."
    )
    wire.take(make_item(corrected, guid="a"))
    _, silent, told = wire.articles
    (change,) = silent.changes
    assert (change.before, change.after, change.number, change.quotation) == (
        "40,000",
        "31,000",
        True,
        True,
    )
    assert silent.text[slice(*change.span)] == "31,000"
    assert (silent.silent_edit, silent.status) == (True, "published")
    assert (told.silent_edit, told.status) == (False, "corrected")
    assert (told.notices[0].wrong, told.notices[0].right) == ("31,000", "It is 20,000 crowns")

"""An article's identity and its revisions."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.ingest.handle import article_of, revise
from services.ingest.item import Item, Rejected
from services.ports.article_ledger import Seen

ENGLISH = "The council said on Tuesday that the new bridge had cost twelve million euros."


def make_item(**fields: Any) -> Item:
    return Item(**({"source": "wire", "guid": "1", "text": ENGLISH} | fields))


def test_the_id_is_source_and_guid_and_nothing_else() -> None:
    article = article_of(make_item())
    assert article.id == article_of(make_item(text="Other.", url="https://x.example", title="T")).id
    assert article.id != article_of(make_item(guid="2")).id
    assert article.id != article_of(make_item(source="other")).id
    assert (
        article_of(make_item(source="a", guid="bc")).id
        != article_of(make_item(source="ab", guid="c")).id
    )


@pytest.mark.parametrize("edit", [{"text": "Other."}, {"title": "T"}, {"byline": "B"}])
def test_an_edit_changes_the_content_hash(edit: dict[str, str]) -> None:
    assert article_of(make_item()).content_hash != article_of(make_item(**edit)).content_hash


def test_what_is_no_edit_does_not() -> None:
    moved = make_item(
        url="https://x.example/?utm=1",
        published_at=datetime(2025, 1, 1, tzinfo=UTC),
        modified_at=datetime(2025, 1, 1, tzinfo=UTC),
        language="en",
        publisher="P",
    )
    assert article_of(make_item()).content_hash == article_of(moved).content_hash


def test_no_clock_is_in_the_article() -> None:
    assert article_of(make_item()).ingested_at is None


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (ENGLISH, None, "en"),
        (ENGLISH, "en-GB", "en-GB"),
        (ENGLISH, "de", "en"),  # declared wrongly, as is common
        (
            "El ministro dijo el martes que el número de casos había bajado mucho este año.",
            None,
            "es",
        ),
        ("Too short.", None, "und"),
        ("Too short.", "fr", "fr"),
        ("Too short.", "not a tag!", "und"),
        ("12 345 678 " * 20, None, "und"),
    ],
)
def test_the_language_when_it_is_certain(text: str, declared: str | None, language: str) -> None:
    assert article_of(make_item(text=text, language=declared)).language == language


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": ""}, "empty"),
        ({"text": "x" * 2_000_001}, "too_large"),
        ({"title": "x" * 2_001}, "field_too_long"),
        ({"guid": "x" * 2_001}, "field_too_long"),
    ],
)
def test_what_cannot_be_an_article(fields: dict[str, str], reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        article_of(make_item(**fields))
    assert caught.value.reason == reason


LAST = Seen(3, "another content")


@pytest.mark.parametrize(
    ("last", "stated", "known", "state", "revision"),
    [
        (None, None, None, "new", 1),
        (None, 4, None, "new", 4),
        (LAST, None, None, "revised", 4),
        (LAST, 7, None, "revised", 7),
        (LAST, 3, None, "revised", 4),
        (LAST, 1, None, "revised", 4),  # it edits without counting
        (LAST, 1, 1, "unchanged", 1),  # an old revision shown again
        (LAST, None, 1, "revised", 4),  # an edit that was taken back
    ],
)
def test_the_next_revision(
    last: Seen | None, stated: int | None, known: int | None, state: str, revision: int
) -> None:
    outcome = revise(article_of(make_item()), last, stated, known)
    assert (outcome.state, outcome.revision) == (state, revision)
    assert state == "unchanged" or outcome.article.revision == revision


@pytest.mark.parametrize("stated", [None, 1, 3, 9])
def test_the_same_content_is_unchanged_whatever_is_stated(stated: int | None) -> None:
    article = article_of(make_item())
    outcome = revise(article, Seen(3, article.content_hash), stated)
    assert (outcome.state, outcome.revision) == ("unchanged", 3)

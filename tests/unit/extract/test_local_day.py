"""Days are counted from the publisher's own day, not from the one it was in UTC."""

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from schemas.article import Article
from services.cli.main import build_app
from services.extract.handle import handle
from services.ingest.dates import read_date
from services.ingest.handle import article_of
from services.ingest.item import Item

if TYPE_CHECKING:
    from spacy.language import Language

TEXT = "The pier, which was closed on Monday, was opened again today."
CASES = [
    ("2024-01-09T23:30:00-05:00", {"2024-01-09", "2024-01-08"}),  # a Tuesday in New York
    ("Tue, 09 Jan 2024 23:30:00 EST", {"2024-01-09", "2024-01-08"}),
    ("2024-01-10T04:30:00Z", {"2024-01-10", "2024-01-08"}),  # the same moment, where is not told
    ("2024-01-09T08:30:00+12:00", {"2024-01-09", "2024-01-08"}),  # still Monday in UTC
]


def days(article: Article, nlp: "Language") -> set[str]:
    (event,) = handle(article, nlp=nlp)
    return {date.value for claim in event.claims for date in claim.dates}


@pytest.mark.parametrize(("published", "expected"), CASES)
def test_an_article_s_today_is_its_publisher_s(
    nlp: "Language", published: str, expected: set[str]
) -> None:
    item = Item("wire", "1", TEXT, published_at=read_date(published, []))
    stored = article_of(item).model_dump_json()  # as it travels: in UTC
    assert days(Article.model_validate_json(stored), nlp) == expected


def test_the_command_counts_from_the_same_day() -> None:
    published, expected = CASES[0]
    row = json.dumps({"id": "a", "text": TEXT, "published_at": published})
    found = json.loads(
        CliRunner().invoke(build_app("extract"), ["extract", "--jsonl"], input=row).stdout
    )
    assert {day for claim in found["claims"] for day in claim["dates"]} == expected


def test_a_time_at_the_calendar_s_end_is_left_in_utc() -> None:
    given = {"id": "a", "source": "s", "guid": "1", "text": "Rain."}
    article = Article.model_validate(
        given | {"published_at": "9999-12-31T23:30:00Z", "published_offset": 600}
    )
    assert article.published_local == article.published_at

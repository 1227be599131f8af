"""One article in, one event out; what cannot be read is refused with its reason."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from schemas.article import Article
from services.extract.handle import handle
from services.runtime.errors import BadMessage

if TYPE_CHECKING:
    from spacy.language import Language


def article(text: str, **fields: Any) -> Article:
    return Article(id="art", source="test", guid="1", text=text, **fields)


def test_one_event_for_one_article(nlp: "Language") -> None:
    given = article(
        "Robert Berg said the dam was safe.",
        title="Dam",
        revision=3,
        published_at=datetime(2024, 6, 5, tzinfo=UTC),
    )
    (event,) = handle(given, nlp=nlp)
    assert (event.article.id, event.article.revision, event.article.title) == ("art", 3, "Dam")
    assert [claim.text for claim in event.claims] == ["the dam was safe"]
    assert event.pipeline


def test_same_article_same_event(nlp: "Language") -> None:
    given = article("Robert Berg said the dam was safe. It was checked in May.")
    assert list(handle(given, nlp=nlp)) == list(handle(given, nlp=nlp))


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("   \n ", "und", "no words"),
        ("1234 -- 5678 !!", "en", "no words"),
        ("Der Minister sagte am Montag, dass die Brücke im Mai geschlossen werde.", "und", "'de'"),
        ("Le ministre a dit lundi que le pont serait fermé au mois de mai.", "und", "'fr'"),
        ("قال الوزير يوم الاثنين إن الجسر سيغلق في شهر مايو", "und", "'ar'"),
        ("The dam was closed.", "sv", "'sv'"),
    ],
)
def test_what_cannot_be_read_is_refused(
    nlp: "Language", text: str, language: str, told: str
) -> None:
    with pytest.raises(BadMessage, match=told) as refused:
        list(handle(article(text, language=language), nlp=nlp))
    assert refused.value.reason == "not_handled"


@pytest.mark.parametrize("language", ["en", "en-GB", "EN", "und"])
def test_english_is_read_under_every_tag(nlp: "Language", language: str) -> None:
    assert list(handle(article("The dam is safe.", language=language), nlp=nlp))


def test_pipeline_is_left_as_it_was(nlp: "Language") -> None:
    before = list(nlp.pipe_names)
    list(handle(article("The dam is safe."), nlp=nlp))
    assert nlp.pipe_names == before
    assert len(list(nlp('"One. Two," he said.').sents)) >= 1

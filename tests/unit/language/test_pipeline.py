"""The pipeline's loader checks what it loads; the analysis gives both stores the same terms."""

from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from services.language.analysis import Analyser
from services.language.pipeline import NEEDED, load_pipeline
from services.runtime.errors import UserError


def test_the_default_pipeline_has_what_is_needed(nlp: Language) -> None:
    assert set(NEEDED) <= set(nlp.pipe_names)
    assert nlp.meta["version"].startswith("3.8")


def test_an_unknown_pipeline_names_the_setting() -> None:
    with pytest.raises(UserError, match=r"'no_such_pipeline'.*CLAIMDESK_PIPELINE"):
        load_pipeline("no_such_pipeline")


def test_a_pipeline_without_a_parser_is_refused_by_name(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(UserError, match="has no tagger, parser"):
        load_pipeline(str(tmp_path / "blank"))


def test_terms_are_lemmas_without_stop_words_but_with_numbers(analyser: Analyser) -> None:
    assert analyser.terms(["The bridges were closed in 2019, two of them by the mayors."]) == [
        ["bridge", "close", "2019", "2", "mayor"]
    ]


def test_analysis_leaves_the_pipeline_as_it_was(nlp: Language, analyser: Analyser) -> None:
    analyser.terms(["One sentence."])
    assert nlp("She opened the port.")[0].dep_ == "nsubj"


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=200))
def test_no_term_holds_white_space_or_capitals(analyser: Analyser, text: str) -> None:
    for term in analyser.terms([text])[0]:
        assert term
        assert term == "".join(term.split())
        assert term == term.lower()

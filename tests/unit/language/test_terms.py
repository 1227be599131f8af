"""Index terms: what two writers of the same thing have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.lang.en import English
from spacy.language import Language

from services.language.terms import MAX_TERM, Lemmas


@pytest.fixture(scope="module")
def lemmas(nlp: Language) -> Lemmas:
    return Lemmas(nlp)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bridges were closed", "closing the bridge"),
        ("1,200,000 cases", "1200000 case"),
        ("twelve men", "12 man"),
        ("5%", "5 per cent"),
        ("the 32nd member", "member 32"),
        ("U.S. inflation", "US inflation"),
        ("Türkiye’s children", "TURKIYE child"),
        ("rain https://example.org/a?b=c falls", "rain fall"),
    ],
)
def test_the_same_thing_has_the_same_terms(lemmas: Lemmas, one: str, other: str) -> None:
    assert sorted(lemmas.terms(one)) == sorted(lemmas.terms(other))


def test_an_acronym_is_not_lost_as_a_stop_word(lemmas: Lemmas) -> None:
    assert lemmas.terms("the WHO and us") == ["w.h.o."]
    assert lemmas.terms("WHO ARE THESE PEOPLE") == ["people"]


def test_a_pipeline_without_tables_leaves_words_as_they_are() -> None:
    assert Lemmas(English()).terms("The bridges closed") == ["bridges", "closed"]


@given(text=st.text(max_size=200))
def test_terms_hold_no_white_space_and_have_a_length(lemmas: Lemmas, text: str) -> None:
    for term in lemmas.terms(text):
        assert term.split() == [term]
        assert 0 < len(term) <= MAX_TERM

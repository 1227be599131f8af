"""Saved word queries: what they find, and how a wrong one is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.query import QueryError, Text, parse
from services.alert.words import fold

WORD = st.text(st.sampled_from("abcdeéßñ0123"), min_size=1, max_size=6)


def found(query: str, *fields: str) -> bool:
    return parse(query).matches(Text(list(fields)))


@pytest.mark.parametrize(
    ("query", "fields", "hit"),
    [
        ("bridge", ["The Bridge opened"], True),
        ("bridge", ["Bridges opened"], False),
        ("ridge", ["bridge"], False),
        ("bridge cost", ["cost of the bridge"], True),
        ("bridge cost", ["the bridge", "a cost"], True),
        ("bridge cost", ["the bridge"], False),
        ('"twelve million"', ["cost twelve million euros"], True),
        ('"twelve million"', ["million twelve"], False),
        ('"twelve million"', ["twelve", "million"], False),
        ('"twelve  MILLION!"', ["Twelve-million"], True),
        ("bridge -tunnel", ["the bridge"], True),
        ("bridge -tunnel", ["the bridge and the tunnel"], False),
        ('bridge -"twelve million"', ["bridge, twelve million"], False),
        ('bridge -"twelve million"', ["bridge, million, twelve"], True),
        ("sao tome", ["São Tomé and Príncipe"], True),
        ("SÃO", ["sao"], True),
        ("strasse", ["Straße"], True),
        ("mayor", ["the mayor’s plan"], True),
        ("covid-19", ["COVID-19 cases"], True),
        ("covid-19", ["19 cases of covid"], False),
        ("same claim", ["same_claim"], True),
        ("мир", ["МИР"], True),
        ("Ελλάδας", ["ΕΛΛΆΔΑΣ"], True),
    ],
)
def test_what_a_query_finds(query: str, fields: list[str], hit: bool) -> None:
    assert found(query, *fields) is hit


@pytest.mark.parametrize(
    ("query", "position", "told"),
    [
        ("", 1, "at least one word"),
        ("   ", 1, "at least one word"),
        ("-tunnel", 1, "at least one word"),
        ('bridge "twelve', 8, "never closed"),
        ('bridge ""', 9, "no letter or digit"),
        ("bridge -", 8, "no letter or digit"),
        ("bridge —", 8, "no letter or digit"),
        ("bridge OR tunnel", 8, "OR is not understood"),
        ("a NOT b", 3, "NOT is not understood"),
        ("speaker:lind", 1, "fields"),
        ("bridge (tunnel)", 8, "'('"),
        ("brid*", 5, "'*'"),
        ('say"what', 4, "'\"'"),
        ("x" * 2_001, 2_001, "longer than"),
        ("a " * 51, 101, "more than 50"),
    ],
)
def test_a_wrong_query_is_told_with_its_position(query: str, position: int, told: str) -> None:
    with pytest.raises(QueryError, match="position") as caught:
        parse(query)
    assert caught.value.position == position
    assert told in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_an_error_within_it(text: str) -> None:
    position = None
    try:
        assert parse(text).required
    except QueryError as error:
        position = error.position
    assert position is None or 1 <= position <= len(text) + 1


@given(st.lists(WORD, min_size=1, max_size=6), st.lists(WORD, max_size=4))
def test_words_are_found_exactly_where_all_occur(words: list[str], text: list[str]) -> None:
    expected = {word for given in words for word in fold(given)} <= set(fold(" ".join(text)))
    assert found(" ".join(words), " ".join(text)) is expected


@given(st.lists(WORD, min_size=1, max_size=8), st.data())
def test_a_piece_of_the_text_is_found_as_a_phrase(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    phrase = " ".join(words[start:end])
    assert found(f'"{phrase.upper()}"', "before", " ".join(words), "after")
    assert not parse(f'{words[0]} -"{phrase}"').matches(Text([" ".join(words)]))


@given(st.text(max_size=50))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(" ".join(once)) == once

"""Saved queries: what they find, and how a wrong one is told."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.document import FIELDS, Document
from services.alert.parse import QueryError, parse
from services.alert.words import fold

WORD = st.text(st.sampled_from("abcdeéßñ0123"), min_size=1, max_size=6)


def found(query: str, *values: str) -> bool:
    return parse(query).matches(Document({"claim": values}))


def day(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


EVENT = Document(
    {
        "claim": ["The harbour bridge cost twelve million euros"],
        "speaker": ["Maria Lind"],
        "title": ["A costly crossing"],
        "relation": ["same_claim", "contradicts"],
        "type": ["task"],
    },
    {
        "priority": [0.62],
        "sightings": [3.0],
        "published": [day("2026-05-31T23:30:00"), day("2026-06-02T08:00:00")],
    },
)


@pytest.mark.parametrize(
    ("query", "values", "hit"),
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
        ("“twelve million”", ["twelve million"], True),
        ("„twelve million“", ["million, twelve"], False),
        ("bridge -tunnel", ["the bridge"], True),
        ("bridge -tunnel", ["the bridge and the tunnel"], False),
        ("bridge NOT tunnel", ["the bridge and the tunnel"], False),
        ("bridge AND NOT (tunnel OR road)", ["bridge and road"], False),
        ("bridge AND NOT (tunnel OR road)", ["bridge and rail"], True),
        ('bridge -"twelve million"', ["bridge, twelve million"], False),
        ('bridge -"twelve million"', ["bridge, million, twelve"], True),
        ("bridge OR tunnel", ["a tunnel"], True),
        ("bridge OR tunnel", ["a road"], False),
        ("(bridge OR tunnel) cost", ["tunnel cost"], True),
        ("(bridge OR tunnel) cost", ["tunnel"], False),
        ("+bridge +cost", ["bridge cost"], True),
        ("sao tome", ["São Tomé and Príncipe"], True),
        ("SÃO", ["sao"], True),
        ("strasse", ["Straße"], True),
        ("mayor", ["the mayor’s plan"], True),
        ("covid-19", ["COVID-19 cases"], True),
        ("covid-19", ["19 cases of covid"], False),
        ("same claim", ["same_claim"], True),
        ("мир", ["МИР"], True),
        ("Ελλάδας", ["ΕΛΛΆΔΑΣ"], True),
        ("vaccin*", ["the Vaccination"], True),
        ("vaccin*", ["the vaccine"], True),
        ("vaccin*", ["vacation"], False),
        ("organi?ation", ["organisation", "x"], True),
        ("organi?ation", ["organiation"], False),
        ("Zelenskyy~", ["Zelensky spoke"], True),
        ("Zelenskyy~1", ["Zelenskij spoke"], False),
        ("form~1", ["from"], True),
        ("ab~", ["ac"], False),
        ('"bridge cost"~1', ["bridge will cost"], True),
        ('"bridge cost"~1', ["bridge will surely cost"], False),
        ('"bridge cost"~1', ["cost bridge"], False),
        ('"bridge cost"~2', ["cost bridge"], True),
        ('"bridge cost"~50', ["bridge", "cost"], False),
        (r"12\:30", ["at 12:30"], True),
        ("and or not", ["not and or"], True),
    ],
)
def test_what_a_query_finds(query: str, values: list[str], hit: bool) -> None:
    assert found(query, *values) is hit


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("speaker:lind", True),
        ("speaker:bridge", False),
        ('speaker:"maria lind" bridge', True),
        ("speaker:(lind OR olsen)", True),
        ("speaker:(lind AND olsen)", False),
        ("bridge -speaker:lind", False),
        ("claim:costly", False),
        ("title:cost*", True),
        ("relation:same_claim", True),
        ("relation:contradicts type:task", True),
        ("rating:*", False),
        ("speaker:*", True),
        ("priority:*", True),
        ("due:*", False),
        ("priority:[0.5 TO *]", True),
        ("priority:[0.62 TO 1]", True),
        ("priority:{0.62 TO 1]", False),
        ("priority:>0.62", False),
        ("priority:>=0.62", True),
        ("priority:<0.7", True),
        ("sightings:3", True),
        ("sightings:4", False),
        ("published:2026-05-31", True),
        ("published:2026-06-01", False),
        ("published:2026-06", True),
        ("published:2025", False),
        ("published:[2026-06-03 TO *]", False),
        ("published:{2026-06-02 TO *]", False),
        ("published:[2026-06-02 TO *]", True),
        ("published:[* TO 2026-05-31]", True),
        ("published:[* TO 2026-05-31}", False),
        ('published:"2026-05-31T23:30:00Z"', True),
    ],
)
def test_fields(query: str, hit: bool) -> None:
    assert parse(query).matches(EVENT) is hit


def test_what_was_found_is_shown_as_the_person_wrote_it() -> None:
    query = parse('(Tunnel OR Bridge) "twelve Million" cost* priority:>0.5 -road speaker:lind')
    assert query.found(EVENT) == ["Bridge", "twelve Million", "cost*", "priority:>0.5", "lind"]


@pytest.mark.parametrize(
    ("query", "position", "told"),
    [
        ("", 1, "at least one word"),
        ("   ", 1, "at least one word"),
        ("-tunnel", 1, "at least one word"),
        ("NOT tunnel", 1, "at least one word"),
        ("-a -b", 1, "at least one word"),
        ("a OR -b", 6, "one of several choices"),
        ("a (-b)", 4, "nothing is left"),
        ("a OR b c", 3, "two ways: use brackets"),
        ("a b OR c", 5, "two ways: use brackets"),
        ("a OR b AND c", 8, "two ways: use brackets"),
        ('bridge "twelve', 8, "never closed"),
        ("bridge (twelve", 8, "never closed"),
        ("bridge) twelve", 7, "never opened"),
        ("bridge AND", 11, "missing at the end"),
        ("OR bridge", 1, "cannot stand here"),
        ("bridge []", 9, "cannot stand here"),
        ('bridge ""', 8, "no letter or digit"),
        ("bridge —", 8, "no letter or digit"),
        ("bridge -", 9, "missing at the end"),
        ("bridge colour:red", 8, "there is no field 'colour'"),
        ("http://example.com", 1, "there is no field 'http'"),
        ("title:(a speaker:b)", 10, "close its bracket"),
        ("a speaker:-lind", 3, "-speaker:"),
        ("bri^2", 1, "leave it out"),
        ("a /b+/", 3, "patterns"),
        ("a b*", 3, "at least 2 letters"),
        ("a *b", 3, "at least 2 letters"),
        ("a b-c*d", 3, "one word"),
        ('say"what"', 1, "quotation mark within a word"),
        ('a "b b"~2', 3, "repeats a word"),
        ("a bridge~3", 3, "1 or 2"),
        ("a speaker:[b TO c]", 11, "ranges work in priority"),
        ("a priority:high", 12, "a number such as"),
        ("a due:tomorrow", 7, "a day such as"),
        ("a due:[2026-13-01 TO *]", 8, "a day such as"),
        ("x" * 2_001, 2_001, "longer than"),
        ("a " * 51, 101, "more than 50"),
        ("(" * 21 + "a" + ")" * 21, 21, "brackets inside"),
    ],
)
def test_a_wrong_query_is_told_with_its_position(query: str, position: int, told: str) -> None:
    with pytest.raises(QueryError, match="position") as caught:
        parse(query)
    assert (told in str(caught.value), caught.value.position) == (True, position), caught.value


@given(
    st.text(max_size=60)
    | st.text(st.sampled_from('ab:*?~^"()[]{}<>=+-!&|/\\ORANDT 1.'), max_size=40)
)
def test_any_text_is_a_query_or_an_error_within_it(text: str) -> None:
    position = None
    try:
        parse(text).matches(EVENT)
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
    assert not found(f'{words[0]} -"{phrase}"', " ".join(words))


@given(st.text(max_size=50))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(" ".join(once)) == once


def test_every_field_can_be_asked_for() -> None:
    for name in FIELDS:
        parse(f"bridge {name}:2026")

"""Which claims are the same claim."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.language.wording import normalise, normalise_speaker, wording_id
from tests.support.desk import make_claim


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The bridge cost 12 million.", "the bridge cost 12 million"),
        ("“It’s safe,”", '"It\'s safe"'),
        ("[T]he vaccine is safe", "The vaccine is safe"),
        ("the vacine [sic] is safe", "the vacine is safe"),
        ("it was [...] a success", "it was … a success"),
        ("it was […] a success", "it was a success"),
        ("1,234,567 people", "1234567 people"),
        ("a well-known fact", "a well known fact"),
        ("soft\u00adware \u200bworks", "software works"),
        ("non\u00a0breaking   spaces\n", "non breaking spaces"),
        ("the ﬁrst", "the first"),
        ("from 2019–2021", "from 2019-2021"),
        ("minus: −5 degrees", "minus -5 degrees"),
    ],
)
def test_the_same_words_are_the_same_claim(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("it rose by 1.5", "it rose by 15"),
        ("it rose by 5%", "it rose by 5"),
        ("it cost $5", "it cost €5"),
        ("it was -5 degrees", "it was 5 degrees"),
        ("it is safe", "it is not safe"),
        ("in 1,2 and 3", "in 12 and 3"),
    ],
)
def test_what_changes_the_claim_is_kept(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.text(max_size=200))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(max_size=200))
def test_nothing_invisible_is_left(text: str) -> None:
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in normalise(text))
    assert normalise(text) == " ".join(normalise(text).split())


@pytest.mark.parametrize("name", ["Dr. Ada Byron", "ada byron", "Prof. Dr. ADA BYRON,"])
def test_honorifics_and_case_do_not_part_a_speaker(name: str) -> None:
    assert normalise_speaker(name) == "ada byron"


def test_a_name_that_is_only_an_honorific_stays() -> None:
    assert normalise_speaker("Miss") == "miss"


def test_the_id_is_what_is_said_and_who_says_it() -> None:
    claim = make_claim()
    same = make_claim(f"“{claim.text.upper()}.”", id="other", span=(9, 99))
    assert wording_id(claim) == wording_id(same)
    assert wording_id(claim) != wording_id(make_claim(speaker="Somebody Else"))
    assert wording_id(claim) != wording_id(make_claim(speaker=None))


def test_a_pronoun_resolved_to_different_people_is_two_claims() -> None:
    said = "He won three elections"
    one = make_claim(said, resolved_text="Karl Nord won three elections")
    other = make_claim(said, resolved_text="Olaf Sund won three elections")
    assert wording_id(one) != wording_id(other)


def test_claims_of_marks_alone_are_not_all_one() -> None:
    assert wording_id(make_claim("?!")) != wording_id(make_claim("..."))

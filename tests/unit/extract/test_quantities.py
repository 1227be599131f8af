"""Quantities: bounds, units, and what is no quantity."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from services.extract.quantities import find_quantities
from services.extract.quantities_numbers import words

# Sentence, then text, low, high, unit of every quantity in it.
CASES = [
    ("Tens of thousands of farmers marched.", [("Tens of thousands", 2e4, 1e5, "farmer")]),
    ("The firm paid $1.2m for it.", [("$1.2m", 1.2e6, 1.2e6, "USD")]),
    ("It cost €5-10 million.", [("€5-10 million", 5e6, 1e7, "EUR")]),
    ("Support fell by 5 per cent.", [("5 per cent", 5, 5, "%")]),
    ("Support fell by 5%.", [("5%", 5, 5, "%")]),
    ("More than 40 people died.", [("More than 40", 40, None, "people")]),
    ("Up to 300 homes burned.", [("Up to 300", None, 300, "home")]),
    ("Nearly half of the voters stayed away.", [("Nearly half", 45, 50, "%")]),
    ("One in five bridges is unsafe.", [("One in five", 20, 20, "%")]),
    ("A dozen cows were stolen.", [("A dozen", 12, 12, "cow")]),
    ("Several hundred nurses quit.", [("Several hundred", 300, 900, "nurse")]),
    (
        "Two hundred and fifty thousand voters moved.",
        [("Two hundred and fifty thousand", 2.5e5, 2.5e5, "voter")],
    ),
    ("Between 200 and 300 homes burned.", [("Between 200 and 300", 200, 300, "home")]),
    ("They sold 3,400 tonnes of rice.", [("3,400", 3400, 3400, "tonne")]),
    ("He cleared 6.25m.", [("6.25m", 6.25, 6.25, "metre")]),
    ("It sold for 20 million yen.", [("20 million yen", 2e7, 2e7, "JPY")]),
    ("It sold for Rs 500 crore.", [("Rs 500 crore", 5e9, 5e9, "INR")]),
    (
        "The sea warmed by 1.5 degrees Celsius.",
        [("1.5 degrees Celsius", 1.5, 1.5, "degree Celsius")],
    ),
    ("The tax pays for half a million meals.", [("half a million", 5e5, 5e5, "meal")]),
    ("Between five and ten cows died.", [("Between five and ten", 5, 10, "cow")]),
    ("Two to three million tonnes rotted.", [("Two to three million", 2e6, 3e6, "tonne")]),
    ("Two and a half million people voted.", [("Two and a half million", 2.5e6, 2.5e6, "people")]),
    ("A couple of dozen cows died.", [("A couple of dozen", 24, 24, "cow")]),
    ("The mill employs 4 000 people.", [("4 000", 4000, 4000, "people")]),
    ("Sales doubled in 2019.", [("doubled", 2, 2, "time")]),
    ("The price has more than tripled.", [("more than tripled", 3, None, "time")]),
    ("The bank halved its fee.", [("halved", 0.5, 0.5, "time")]),
    ("They sold twice as many cars.", [("twice", 2, 2, "time")]),
    ("Exports grew tenfold.", [("tenfold", 10, 10, "time")]),
    ("Rates rose from 3 to 4 per cent.", [("3", 3, 3, "%"), ("4 per cent", 4, 4, "%")]),
    ("A 2.5-mile tunnel opened.", [("2.5-mile", 2.5, 2.5, "mile")]),
    ("It was minus 5 degrees Celsius.", [("minus 5 degrees Celsius", -5, -5, "degree Celsius")]),
    ("Inflation hit 3.4pc.", [("3.4pc", 3.4, 3.4, "%")]),
    ("Two-thirds of the roads are closed.", [("Two-thirds", 66.67, 66.67, "%")]),
]

NOTHING = [
    "He came third on 5 May 2020 at 10:30.",
    "The 32nd member joined in 2016.",
    "A 45-year-old man read Article 5 on page four.",
    "They met at 5 p.m. on the 5th.",
    "The G20 spoke of COVID-19.",
    "The address is 10.0.0.1, the version 3.8.1.",
    "The two never met, and no one knew.",
    "In the 1990s nobody cared.",
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_reads(
    text: str, expected: list[tuple[str, float | None, float | None, str]], nlp: Language
) -> None:
    found = [(q.text, q.low, q.high, q.unit) for q in find_quantities(nlp(text)[:])]
    assert found == expected


@pytest.mark.parametrize("text", NOTHING)
def test_is_no_quantity(text: str, nlp: Language) -> None:
    assert find_quantities(nlp(text)[:]) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ninety-nine", 99),
        ("a hundred and one", 101),
        ("two million three hundred thousand and five", 2_300_005),
        ("nineteen hundred", 1900),
        ("two three", None),
        ("fifteen five", None),
        ("two thousand million", None),
    ],
)
def test_number_words(text: str, value: float | None) -> None:
    assert words(text) == value


def test_offsets_point_into_the_doc(nlp: Language) -> None:
    doc = nlp("Nobody came. About 40 cows and $3bn were lost.")
    second = list(doc.sents)[-1]
    found = find_quantities(second)
    assert len(found) == 2
    assert all(doc.text[slice(*quantity.span)] == quantity.text for quantity in found)


_TEXT = (
    "more than nearly about between and to of tens hundreds thousands million billion m bn k 5 10 1.2 "
    "3,400 $ £ Rs % per cent percent half a dozen one in five two third quarter people km 2016 May - "
    "12345678901234567890 1.2.3 5-10 ."
)
_WORDS = st.sampled_from(_TEXT.split(" "))


@settings(max_examples=60, deadline=None)
@given(words=st.lists(_WORDS, max_size=25))
def test_any_words_give_exact_spans_and_ordered_bounds(words: list[str], nlp: Language) -> None:
    doc = nlp(" ".join(words))
    end = 0
    for quantity in find_quantities(doc[:]):
        assert doc.text[slice(*quantity.span)] == quantity.text
        assert quantity.span[0] >= end
        end = quantity.span[1]
        assert quantity.low is not None or quantity.high is not None
        if quantity.low is not None and quantity.high is not None:
            assert 0 <= quantity.low <= quantity.high


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=120))
def test_any_text_is_survived(text: str, nlp: Language) -> None:
    for quantity in find_quantities(nlp(text)[:]):
        assert text[slice(*quantity.span)] == quantity.text

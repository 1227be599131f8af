"""Quotation marks written alike."""

import pytest

from services.language.analysis import Analyser
from services.language.marks import even_marks


@pytest.mark.parametrize(
    "text",
    [
        'She said "never again".',
        "She said 'never again'.",
        "She said “never again”.",
        "She said «never again».",
    ],
)
def test_quotation_marks_are_one(text: str) -> None:
    assert even_marks(text) == 'She said "never again".'


def test_apostrophes_stay() -> None:
    assert even_marks("It’s John's and don’t") == "It's John's and don't"


def test_two_prints_of_one_sentence_get_one_vector(analyser: Analyser) -> None:
    one, other = analyser.vectors(["He called it “the end”.", "He called it 'the end'."])
    assert (one == other).all()

"""Quotation marks of every kind are paired; broken ones spoil no more than their paragraph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.extract.paragraphs import find_paragraphs
from services.extract.quotes import find_quotations


def inner(text: str) -> list[str]:
    found = find_quotations(text, find_paragraphs(text))
    return [text[one.inner[0] : one.inner[1]] for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"It rained," she said.', ["It rained,"]),
        ("“It rained,” she said.", ["It rained,"]),
        ("«It rained», she said.", ["It rained"]),
        ("„It rained“, she said.", ["It rained"]),
        ("‘It rained,’ she said.", ["It rained,"]),
        ("'It rained,' she said.", ["It rained,"]),
        ('"One," he said. "Two."', ["One,", "Two."]),
        ("“He said ‘never’ twice,” she said.", ["He said ‘never’ twice,"]),
        ("“He said “never” twice,” she said.", ["He said “never” twice,"]),
        ("The farmers' union met in the '90s.", []),
        ("It's the mayor's plan, don't forget.", []),
        ("A 5' 10\" man left.", []),
    ],
)
def test_pairs(text: str, expected: list[str]) -> None:
    assert inner(text) == expected


def test_missing_closing_mark_ends_with_the_paragraph() -> None:
    text = 'She said: "It rained.\n\nThe road was closed. "It will open," he said.'
    found = find_quotations(text, find_paragraphs(text))
    assert inner(text) == ["It rained.", "It will open,"]
    assert [one.closed for one in found] == [False, True]
    assert not any(one.continues for one in found)


def test_quotation_reopened_in_the_next_paragraph_continues() -> None:
    text = '"It rained all day.\n\n"Then it snowed," she said.'
    assert [one.continues for one in find_quotations(text, find_paragraphs(text))] == [False, True]


@given(st.text(alphabet="\"'“”‘’«»„ab ,.\n", max_size=200))
def test_spans_are_in_order_and_within_the_text(text: str) -> None:
    at = 0
    for one in find_quotations(text, find_paragraphs(text)):
        assert at <= one.span[0] < one.inner[0] < one.inner[1] <= one.span[1] <= len(text)
        at = one.span[1]

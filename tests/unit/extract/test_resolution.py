"""A claim's resolved text: each replacement points at what it replaces and at where that comes from."""

import pytest

from schemas.claim import Claim
from tests.unit.extract.conftest import Extract

TEXTS = [
    "Madeleine Orr spoke first. She opened the dam. It rained on her house.",
    "The Tarn Valley Water Act was passed in 2019. The act bans fishing. It raised the price of water.",
    "Robert Quist met Mary Berg on Monday. He said his dam was safe, and she said her road was open.",
    "Mary Berg chairs the council. The road, which she closed, was safe.",
    "Madrid sold two ships. The country said it had sold its ships.",
]


def applied(claim: Claim) -> str:
    """The claim's text with the replacements put in."""
    parts, at = [], claim.span[0]
    for one in claim.replacements:
        parts += [claim.text[at - claim.span[0] : one.span[0] - claim.span[0]], one.text]
        at = one.span[1]
    return "".join((*parts, claim.text[at - claim.span[0] :]))


def test_replacement_is_linked_to_its_source(extracted: Extract) -> None:
    text = "Madeleine Orr spoke first. She opened the dam."
    claim = extracted(text).claims[1]
    (one,) = claim.replacements
    assert claim.resolved_text == "Madeleine Orr opened the dam"
    assert (one.span, one.text, one.source_span) == ((27, 30), "Madeleine Orr", (0, 13))


def test_possessive_points_at_the_name_itself(extracted: Extract) -> None:
    text = "Madeleine Orr spoke first. Her dam broke in May."
    (one,) = extracted(text).claims[1].replacements
    assert (one.span, one.text, one.source_span) == ((27, 30), "Madeleine Orr’s", (0, 13))


def test_nearest_place_before_is_the_source(extracted: Extract) -> None:
    text = "Madeleine Orr spoke. Madeleine Orr left. She opened the dam."
    (one,) = extracted(text).claims[-1].replacements
    assert one.source_span == (21, 34)


def test_thing_points_at_its_phrase(extracted: Extract) -> None:
    text = "The old dam was built in 1931. It holds two million litres."
    (one,) = extracted(text).claims[1].replacements
    assert (one.span, one.text, one.source_span) == ((31, 33), "The old dam", (0, 11))


def test_nothing_replaced_is_an_empty_list(extracted: Extract) -> None:
    (claim,) = extracted("The dam broke in May.").claims
    assert (claim.resolved_text, claim.replacements) == (None, [])


@pytest.mark.parametrize("text", TEXTS)
def test_replacements_make_the_resolved_text(extracted: Extract, text: str) -> None:
    for claim in extracted(text).claims:
        assert applied(claim) == (claim.resolved_text or claim.text)
        assert bool(claim.replacements) == (claim.resolved_text is not None)
        for one in claim.replacements:
            assert claim.span[0] <= one.span[0] < one.span[1] <= claim.span[1]
            if one.source_span is not None:
                name = one.text.removesuffix("’s").removesuffix("’")
                assert text[slice(*one.source_span)].lower() == name.lower()

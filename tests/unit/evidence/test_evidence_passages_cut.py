"""A text to passages: they lose nothing, keep sentences whole, and take linear time."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import Evidence
from services.evidence.passages import LONGEST, MOST, passage_text, passages

SENTENCE = "The committee met on Tuesday and agreed on the text of its report."


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in passages(text)]


@given(st.text(alphabet=st.sampled_from('aB. \n"!?\u00a0é1'), max_size=3_000))
def test_every_character_that_is_no_space_is_in_one_passage(text: str) -> None:
    spans = passages(text)
    assert "".join("".join(cut(text)).split()) == "".join(text.split())
    assert all(left.end <= right.start for left, right in pairwise(spans))
    assert all(0 < span.end - span.start <= LONGEST for span in spans)


def test_passages_hold_whole_sentences_and_a_few_of_them() -> None:
    found = cut(" ".join([SENTENCE] * 20))
    assert all(part.startswith("The committee") and part.endswith("report.") for part in found)
    assert {part.count("report.") for part in found} == {4}


def test_an_abbreviation_an_initial_and_a_decimal_end_no_sentence() -> None:
    text = (
        f"Dr. Ann B. Clark of the U.S. Navy paid 3.5 million to Mr. Day. {SENTENCE} " + SENTENCE * 4
    )
    first = cut(text)[0]
    assert first.startswith("Dr. Ann B. Clark of the U.S. Navy paid 3.5 million to Mr. Day. The")


def test_a_closing_quotation_mark_belongs_to_its_sentence() -> None:
    text = f"“{SENTENCE}” " * 12
    assert all(part.startswith("“") and part.endswith("”") for part in cut(text))


def test_short_paragraphs_stand_together_and_long_ones_apart() -> None:
    lines = "Good evening.\nThank you.\n" + f"{SENTENCE} {SENTENCE} {SENTENCE} {SENTENCE}"
    assert cut(lines)[0].startswith("Good evening.\nThank you.")


def test_an_item_without_text_gives_its_claim() -> None:
    assert passage_text(Evidence(id="a", claim="Rain fell.", text=" ")) == "Rain fell."
    assert passage_text(Evidence(id="a", claim="Rain fell.", text="Long.")) == "Long."


def test_passages_are_bounded_in_linear_time() -> None:
    assert len(passages(f"{SENTENCE} " * 150_000)) == MOST
    # Quadratic time would take hours here.
    for unit in (".", "\n", "x", "A.", '"', " ", ". ", " \t"):
        assert len(passages(f"a{unit * 500_000}b")) <= MOST

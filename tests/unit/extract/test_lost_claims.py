"""Statements that the parser or a cue in their midst hid: a claim that is lost is worse than one without a speaker."""

from typing import TYPE_CHECKING

import pytest

from schemas.claim import Kind, Quote

if TYPE_CHECKING:
    from schemas.claim import Claim
    from tests.unit.extract.conftest import Extract


def claims_of(extracted: "Extract", text: str) -> dict[str, "Claim"]:
    return {claim.text: claim for claim in extracted(text, "2025-05-14").claims}


def test_a_cue_after_a_short_subject_hides_nothing(extracted: "Extract") -> None:
    text = (
        "Mayor Ivo Hallam spoke on Monday. Norway, he conceded, had opened the tunnel in May 2019,"
        " but Denmark “has never paid and never will”."
    )
    found = claims_of(extracted, text)
    opened = found["Norway, he conceded, had opened the tunnel in May 2019"]
    assert opened.resolved_text == "Norway had opened the tunnel in May 2019"
    assert opened.speaker == "Ivo Hallam"
    assert opened.quote is Quote.INDIRECT
    assert found["Denmark “has never paid and never will”"].quote is Quote.MIXED


def test_what_follows_an_interrupting_cue_stays_with_its_subject(extracted: "Extract") -> None:
    text = (
        "Ada Hallam spoke on Monday. Ferries, she added, burned more oil each month than all the"
        " city's buses, a figure Berg called “invented”."
    )
    claim = next(c for c in extracted(text).claims if c.text.startswith("Ferries"))
    assert claim.speaker == "Ada Hallam"
    assert claim.resolved_text is not None
    assert claim.resolved_text.startswith("Ferries burned more oil each month")


def test_a_statement_before_a_cue_that_a_quotation_follows(extracted: "Extract") -> None:
    text = (
        "Ada Hallam spoke on Monday. Uruguay was the first country to close its coal plants, in"
        " 1971, she said, “and every neighbour since has found a reason to wait”."
    )
    found = claims_of(extracted, text)
    first = found["Uruguay was the first country to close its coal plants, in 1971"]
    assert (first.speaker, first.quote) == ("Ada Hallam", Quote.INDIRECT)
    assert found["and every neighbour since has found a reason to wait"].quote is Quote.DIRECT


def test_a_circumstance_before_the_cue_is_no_statement(extracted: "Extract") -> None:
    text = "As she left the hall in 2019, Ada Hallam said, “We have paid every bill we had”."
    said = [claim.text for claim in extracted(text).claims if claim.speaker]
    assert said == ["We have paid every bill we had"]


def test_a_statement_between_a_quotation_of_the_sentence_before_and_one_of_its_own(
    extracted: "Extract",
) -> None:
    text = (
        "“The bridge was closed on 3 March,” the minister, Ada Hallam, told him. “What you read is"
        " the day of the vote.” She added that 61.5 per cent of those who came had voted to close"
        " it, “so not the triumph you remember”."
    )
    claim = next(c for c in extracted(text).claims if "61.5 per cent" in c.text)
    assert claim.speaker == "Ada Hallam"


def test_a_sentence_after_a_quotation_lends_it_its_speaker_and_keeps_its_own_claim(
    extracted: "Extract",
) -> None:
    text = "“We had no money in 2019.” Ada Hallam said that the fee had doubled to 40 crowns."
    assert {claim.text: claim.speaker for claim in extracted(text).claims} == {
        "We had no money in 2019.": "Ada Hallam",
        "the fee had doubled to 40 crowns": "Ada Hallam",
    }


def test_what_happened_and_what_will_are_two_claims(extracted: "Extract") -> None:
    text = (
        "Peru overtook Chile as the largest exporter of copper in 2021 and its share will grow for"
        " years, the head of the mining office said."
    )
    found = claims_of(extracted, text)
    assert {text: claim.kind for text, claim in found.items()} == {
        "Peru overtook Chile as the largest exporter of copper in 2021": Kind.EVENT,
        "its share will grow for years": Kind.PREDICTION,
    }


def test_an_and_that_the_parser_hung_elsewhere_still_joins_two_claims(extracted: "Extract") -> None:
    text = (
        "Wheat output fell by a fifth in 2022 and its price will rise for years, the head of the"
        " grain board said."
    )
    assert list(claims_of(extracted, text)) == [
        "Wheat output fell by a fifth in 2022",
        "its price will rise for years",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "that the fee, and the fine that it replaced, rose in 2019",
        "that he met the board in March and left it in May",
    ],
)
def test_words_joined_within_one_statement_stay_one(extracted: "Extract", said: str) -> None:
    found = claims_of(extracted, f"Ada Hallam said {said}.")
    assert [claim.removeprefix("that ") for claim in found] == [said.removeprefix("that ")]


def test_being_told_so_demands_nothing(extracted: "Extract") -> None:
    text = (
        "“Peru was the fifth country to map the deep sea, after Japan, and my children have told me"
        " so more than once,” Ada Hallam said."
    )
    (claim,) = extracted(text).claims
    assert claim.kind in {Kind.FACT, Kind.EVENT}


def test_a_sentence_whose_verb_the_parser_missed_is_a_claim(extracted: "Extract") -> None:
    text = "The category 4 hurricane hit after dusk on 9 June 2021. People fled inland by bus."
    found = claims_of(extracted, text)
    missed = found["The category 4 hurricane hit after dusk on 9 June 2021"]
    plain = found["People fled inland by bus"]
    assert missed.speaker is None
    assert missed.confidence < plain.confidence


def test_what_stands_before_a_doubt_is_not_lost_with_it(extracted: "Extract") -> None:
    text = (
        "There are more than nine million of us here, the city having passed that mark in May 2021,"
        " and I doubt that any two of us agree about what it means."
    )
    assert (
        "There are more than nine million of us here, the city having passed that mark in May 2021"
        in claims_of(extracted, text)
    )


@pytest.mark.parametrize(
    "text",
    [
        "Category 4 hurricane after dusk on 9 June 2021",
        "- The category 4 hurricane after dusk on 9 June 2021.",
        "2. The category 4 hurricane after dusk on 9 June 2021.",
        "The old harbour bridge, 9 June 2021.",
        "The category 4 hurricane on 9 June 2021?",
        "Call our free line on 555 0100 by 9 June 2021.",
        "Ada Hallam said in May 2019, on her first day, what she thought of 40 others.",
    ],
    ids=["headline", "list item", "numbered item", "caption", "question", "request", "attribution"],
)
def test_what_is_no_statement_is_no_claim_for_its_figures(extracted: "Extract", text: str) -> None:
    assert [claim.text for claim in extracted(f"{text}\n\nPeople fled.", "2025-05-14").claims] == []

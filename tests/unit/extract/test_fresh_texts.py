"""Mistakes that texts of other styles showed: court reports, live blogs, wires, health and budget stories."""

from typing import TYPE_CHECKING

import pytest

from services.extract.quantities import find_quantities

if TYPE_CHECKING:
    from spacy.language import Language

    from schemas.claim import Claim
    from tests.unit.extract.conftest import Extract

# A text, words of one claim of it, and who says that.
SPEAKERS = [
    ("Rents near the quay fell by 4% last year, official figures show.", "Rents", "official figures"),
    ("Water levels could rise by 30cm even if rain stops, the team estimate.", "levels", "team"),
    ("The agency quoted Premier Ivo Sand as saying that the bank had erred.", "the bank", "Ivo Sand"),
    ("As Ada Hallam once wrote, plain language hides no lies.", "plain language", "Ada Hallam"),
    (
        "Ada Hallam spoke on Monday. Under the plan, she said, the sum would be raised by a levy.",
        "Under the plan",
        "Ada Hallam",
    ),
    ("Another, shopkeeper Imran Sheikh, 41, said police had come twice.", "police", "Imran Sheikh"),
    ("The Harbour Studies Centre disagreed. It calculated that fees would double.", "fees", "Harbour Studies Centre"),
    ("House prices fell by 4% last year, the bank said.", "prices", "bank"),
    ("The court heard the victims were aged between 78 and 94.", "the victims", None),
    ("Mayor Ivo Hallam met Tom Berg. “Berg was a fool for a month,” he said on Friday.", "Berg was", "Ivo Hallam"),
]  # fmt: skip


def claim_with(extracted: "Extract", text: str, words: str) -> "Claim":
    return next(claim for claim in extracted(text, "2025-05-14").claims if words in claim.text)


@pytest.mark.parametrize(("text", "words", "speaker"), SPEAKERS, ids=[one[0] for one in SPEAKERS])
def test_speaker(extracted: "Extract", text: str, words: str, speaker: str | None) -> None:
    assert claim_with(extracted, text, words).speaker == speaker


def test_quoted_as_saying_keeps_who_passed_it_on(extracted: "Extract") -> None:
    text = "The agency Norpress quoted Premier Ivo Sand as saying that the bank had erred."
    found = extracted(text).claims
    assert [(claim.speaker, claim.reported_by) for claim in found] == [("Ivo Sand", ["Norpress"])]


def test_a_label_in_capitals_is_the_person_of_that_name(extracted: "Extract") -> None:
    text = (
        "HOST: With me is the secretary, Rob Aldous.\n\n"
        "ALDOUS: We froze 40,000 tickets in March.\n\n"
        "ALDOUS: Fares fell by a third last year."
    )
    assert claim_with(extracted, text, "froze").speaker == "Rob Aldous"


def test_nobody_of_a_clause_before_is_given_what_a_colon_follows(extracted: "Extract") -> None:
    text = "The cut was in line with hopes: 17 of 21 economists had forecast a fall of that size."
    assert all(claim.speaker is None for claim in extracted(text).claims)


def test_a_man_without_a_name_is_not_the_minister(extracted: "Extract") -> None:
    text = (
        "Minister Tom Ackroyd said the aid was late.\n\n"
        "Police confirm a man in his 60s has died near Otterby. He has not been named."
    )
    told = [claim.resolved_text or "" for claim in extracted(text).claims]
    assert not any("Ackroyd" in one for one in told)


WHOLE = [
    # text, a claim of it
    ('Jonas Weil added that they had "not been consulted at all".', 'they had "not been consulted at all"'),
    ("The owner said it had co-operated fully with the investigation.", "it had co-operated fully with the investigation"),
    ("Valmoria lost the cup after its president defended a ban on women.", "its president defended a ban on women"),
    ("Critics say that I am unfair, and that the flood changed everything.", "the flood changed everything"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "claim"), WHOLE, ids=[one[0] for one in WHOLE])
def test_claim_is_whole_and_no_more(extracted: "Extract", text: str, claim: str) -> None:
    assert claim in [one.text for one in extracted(text).claims]


ACTS = [
    ("Simon Teague told the court that the ledger was forged.", "Simon Teague told the court that the ledger was forged"),
    ("The jury was told that the ledger was forged.", "The jury was told that the ledger was forged"),
    ("The court heard that the ledger was forged.", "The court heard that the ledger was forged"),
    ("The Treasury said it did not recognise the figures.", "The Treasury said that it did not recognise the figures"),
    (
        "The federation, which has nine members, said no decision would be taken in May.",
        "The federation said that no decision would be taken in May",
    ),
    (
        "Reports from journalists and aid groups have surfaced about the camp.",
        "Reports from journalists and aid groups have surfaced about the camp",
    ),
    (
        "Water levels could rise by 30cm even if rain stops, official statistics suggest.",
        "Official statistics suggest that water levels could rise by 30cm even if rain stops",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "statement"), ACTS, ids=[one[0] for one in ACTS])
def test_act_reads_as_a_reader_would_say_it(
    extracted: "Extract", text: str, statement: str
) -> None:
    acts = [claim.speech_act.statement for claim in extracted(text).claims if claim.speech_act]
    assert statement in acts


def test_a_cue_that_interrupts_is_left_out_of_what_stands_alone(extracted: "Extract") -> None:
    text = (
        "Ada Hallam spoke on Monday. Under the plan, she said, the sum would be raised by a levy."
    )
    claim = claim_with(extracted, text, "Under the plan")
    assert claim.resolved_text == "Under the plan, the sum would be raised by a levy"


QUANTITIES = [
    ("There were 7.3 cases per 100,000 people.", [("7.3 cases per 100,000", "cases per 100,000")]),
    ("Spending was £240 per 1,000 pupils.", [("£240 per 1,000", "GBP per 1,000")]),
    ("It pledged £1.2bn over three years.", [("£1.2bn", "GBP"), ("three", "year")]),
    ("He served for over three years.", [("over three", "year")]),
]


@pytest.mark.parametrize(("text", "wanted"), QUANTITIES, ids=[one[0] for one in QUANTITIES])
def test_quantity(nlp: "Language", text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(one.text, one.unit) for one in find_quantities(nlp(text)[:])] == wanted


def test_an_age_makes_no_quantity_claim(extracted: "Extract") -> None:
    text = "Reece Dalton, 24, was taken to the clinic."
    assert [claim.kind.value for claim in extracted(text).claims] == ["event"]


def test_guilty_pleas_are_no_demand(extracted: "Extract") -> None:
    text = "Dawn Hallowell pleaded guilty to theft."
    assert [claim.kind.value for claim in extracted(text).claims] == ["event"]


def test_a_bound_gives_no_direction(extracted: "Extract") -> None:
    text = "Births fell by more than 60 percent from 2015 to 2018."
    (one,) = extracted(text).claims[0].comparisons
    assert one.direction == "below"


def test_less_than_an_hour_is_compared_with_nothing(extracted: "Extract") -> None:
    assert not extracted("The blaze burned the block in less than an hour.").claims[0].comparisons


def test_a_wire_notice_is_no_claim(extracted: "Extract") -> None:
    text = (
        "Harvan bank raises rates again\n"
        "(Corrects paragraph 4 to show that unemployment was 6.1%, not 6.8%)\n\n"
        "The bank raised its rate to 7.5% on Friday."
    )
    found = extracted(text)
    assert "editorial_notice" in [one.kind.value for one in found.excluded]
    assert not any("6.8%" in claim.text for claim in found.claims)


def test_a_title_line_ends_where_it_was_ended(extracted: "Extract") -> None:
    text = "About the firm\nSolvane runs plants in 23 countries and reported sales of nine million."
    assert extracted(text).claims[0].text.startswith("Solvane")


def test_lines_wrapped_at_a_width_stay_together(extracted: "Extract") -> None:
    text = "The harbour office in the north of the town was shut by\nMayor Ada Hallam on the first day of the long strike in March."
    assert "by\nMayor" in extracted(text).claims[0].text

"""Polarity, modality, comparisons, places and the act of saying, as an event carries them."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from schemas.claim import Claim
    from tests.unit.extract.conftest import Extract


def claim_in(extracted: "Extract", text: str) -> "Claim":
    return extracted(text).claims[0]


def words(text: str, span: tuple[int, int] | None) -> str | None:
    return text[slice(*span)] if span is not None else None


POLARITY = [
    ("The harbour office did not reopen on Monday.", "negated", ["not"]),
    ("Nobody expected the levee to hold.", "negated", ["Nobody"]),
    ("No one at the depot was hurt.", "negated", ["No one"]),
    ("The firm failed to repay the loan in 2020.", "negated", ["failed to"]),
    ("The quarry no longer employs any locals.", "negated", ["no longer"]),
    ("Auditors have yet to see the ledgers.", "negated", ["yet to"]),
    ("The clinic cannot treat burns.", "negated", ["cannot"]),
    ("Under no circumstances will the fund be touched.", "negated", ["no"]),
    ("The mayor denied that the fund was empty.", "affirmed", []),
    ("The mayor denied that the fund had not been audited.", "negated", ["not"]),
    ("Not only trams but also buses were late on Friday.", "affirmed", []),
    ("The yard builds no fewer than nine ships a year.", "affirmed", []),
    ("The couple, who have no children, live in Leeds.", "affirmed", []),
    ("The bank never fails to pay its cleaners.", "affirmed", ["never", "fails to"]),
    ("He left the hearing without a word to reporters.", "affirmed", []),
]


@pytest.mark.parametrize(("text", "value", "cues"), POLARITY, ids=[case[0] for case in POLARITY])
def test_polarity_with_its_cues(
    text: str, value: str, cues: list[str], extracted: "Extract"
) -> None:
    polarity = claim_in(extracted, text).polarity
    assert polarity.value == value
    assert [words(text, cue) for cue in polarity.cues] == cues


def test_nor_negates_the_clause_after_it(extracted: "Extract") -> None:
    text = "The storm did not stop the ferries, nor did it close the school."
    second = extracted(text).claims[1]
    assert "close the school" in second.text
    assert second.polarity.value == "negated"
    assert [words(text, cue) for cue in second.polarity.cues] == ["nor"]


MODALITY = [
    ("The levy may cost bakers 40 jobs.", "possible", "may"),
    ("The depot could have been saved.", "possible", "could"),
    ("The suspect is alleged to have sold the files.", "possible", "alleged"),
    ("Rents are expected to fall in June.", "expected", "expected"),
    ("Analysts expect the economy to grow by 2% next year.", "expected", "expect"),
    ("The ring road will open in May.", "expected", "will"),
    ("Ms Okoro said the depot would reopen.", "expected", "would"),
    ("The firm plans to sell the mill.", "planned", "plans"),
    ("The mine is to close in October.", "planned", "is"),
    ("Owners must register every boat.", "necessary", "must"),
    ("The club has to repay the grant.", "necessary", "has"),
    ("The merger would create the largest dairy in the country.", "conditional", "would"),
    ("The fund will close unless donors give more.", "conditional", "unless"),
    ("The mill closed in 2019.", "asserted", None),
    ("Perhaps 300 families live on the island.", "asserted", None),
    ("The council asked if the road was safe in 2019.", None, None),
]


@pytest.mark.parametrize(("text", "value", "cue"), MODALITY, ids=[case[0] for case in MODALITY])
def test_modality_with_its_cue(
    text: str, value: str | None, cue: str | None, extracted: "Extract"
) -> None:
    claims = extracted(text).claims
    if value is None:
        assert all(claim.modality.cue is None for claim in claims)
        return
    assert claims[0].modality.value == value
    assert words(text, claims[0].modality.cue) == cue


def test_a_condition_before_the_claim_is_pointed_to(extracted: "Extract") -> None:
    text = "If the vote fails, the airport will close for two days."
    claim = claim_in(extracted, text)
    assert claim.text == "the airport will close for two days"
    assert words(text, claim.modality.cue) == "If"
    assert words(text, claim.modality.condition) == "If the vote fails"


COMPARISONS = [
    ("Exports were up 5% from 2019.", "2019", "above"),
    ("The region grew twice as many apples as France.", "France", "above"),
    ("The yard built more boats than last year.", "last year", "above"),
    ("Turnout was the lowest since 2003.", "2003", "below"),
    ("The club sold 340 tickets, compared with 300 a year earlier.", "300 a year earlier", "above"),
    ("The rate fell from 5.1 per cent to 4.2 per cent.", "5.1 per cent", "below"),
    ("Profit rose 12% on a year earlier.", "a year earlier", "above"),
    ("Growth was in line with the forecast.", "the forecast", "equal"),
    ("The port moved the same number of ships as in 2018.", "in 2018", "equal"),
    ("It was the worst drought in 40 years.", "40 years", "above"),
    ("Deaths were 30 million, against 45 million in 2022.", "45 million in 2022", "below"),
    ("The jail holds as many inmates as it did in 2005.", "it did in 2005", "equal"),
]


@pytest.mark.parametrize(
    ("text", "baseline", "direction"), COMPARISONS, ids=[case[0] for case in COMPARISONS]
)
def test_comparison_with_its_baseline(
    text: str, baseline: str, direction: str, extracted: "Extract"
) -> None:
    [one] = claim_in(extracted, text).comparisons
    assert (one.text, one.direction) == (baseline, direction)
    assert words(text, one.baseline) == baseline


@pytest.mark.parametrize(
    "text",
    [
        "More than 300 people were arrested on Monday.",
        "The ministry chose to repair rather than replace the pumps.",
        "As many as 400 people were trapped in the mine.",
        "The crew sailed from Genoa to Tunis as well as Malta.",
        "The works took more than a year.",
    ],
)
def test_a_bound_or_a_choice_is_no_comparison(text: str, extracted: "Extract") -> None:
    claims = extracted(text).claims
    assert claims
    assert not any(claim.comparisons for claim in claims)


def test_the_date_and_figure_of_a_baseline(extracted: "Extract") -> None:
    text = "The fleet is larger than the 45 ships counted in 2010."
    [one] = claim_in(extracted, text).comparisons
    assert one.date == "2010"
    assert one.quantity is not None
    assert (one.quantity.low, one.quantity.unit) == (45, "ship")


PLACES = [
    ("Police raided six flats in Berlin on Monday.", [("Berlin", "Germany")]),
    ("Japan's exports fell by 4 per cent in April.", [("Japan", "Japan")]),
    ("Spain recorded 340 forest fires in July.", [("Spain", "Spain")]),
    ("The team flew from Cairo to Athens on Sunday.", [("Cairo", "Egypt"), ("Athens", "Greece")]),
    ("The president visited Kenya in May.", [("Kenya", "Kenya")]),
    ("Moscow accused Kyiv of shelling a village.", []),
    ("Lawmakers in Washington rejected the bill.", []),
    ("French officials signed the accord on Monday.", []),
    ("The Bank of England raised its rate in August.", []),
    ("Pressure from Beijing delayed the vote in May.", []),
]


@pytest.mark.parametrize(("text", "places"), PLACES, ids=[case[0] for case in PLACES])
def test_places_are_where_it_happened(
    text: str, places: list[tuple[str, str | None]], extracted: "Extract"
) -> None:
    found = claim_in(extracted, text).places
    assert [(place.text, place.country) for place in found] == places
    assert all(text[slice(*place.span)] == place.text for place in found)


ACTS = [
    (
        'Ada Hallam said: "The bridge carried 40,000 vehicles a day."',
        "Ada Hallam said: “The bridge carried 40,000 vehicles a day.”",
    ),
    (
        "The mill closed in 2019, Ada Hallam said on Monday.",
        "Ada Hallam said that the mill closed in 2019",
    ),
    (
        "According to the auditor, the mill lost 3 million euros.",
        "According to the auditor, the mill lost 3 million euros",
    ),
    (
        "Ada Hallam denied that the mill was sold.",
        "Ada Hallam denied that the mill was sold",
    ),
]


@pytest.mark.parametrize(("text", "statement"), ACTS, ids=[case[0] for case in ACTS])
def test_the_act_of_saying_stands_beside_its_content(
    text: str, statement: str, extracted: "Extract"
) -> None:
    act = claim_in(extracted, text).speech_act
    assert act is not None
    assert act.statement == statement
    assert all(act.span[0] <= start < end <= act.span[1] for start, end in act.content)
    said = " ".join(text[slice(*part)] for part in act.content)
    assert "mill" in said or "bridge" in said
    assert "Hallam" not in said
    assert "auditor" not in said


def test_the_articles_own_voice_has_no_act(extracted: "Extract") -> None:
    assert claim_in(extracted, "The mill closed in 2019.").speech_act is None


def test_what_nobody_says_is_no_claim_of_its_own(extracted: "Extract") -> None:
    for text in (
        "The agency did not say when the talks would resume.",
        "Nobody thought the dam would hold.",
    ):
        [claim] = extracted(text).claims
        assert claim.text == text[:-1]


def test_a_rejected_claim_is_not_the_rejecters(extracted: "Extract") -> None:
    text = "The minister rejected claims that the army had shot at protesters."
    [claim] = extracted(text).claims
    assert claim.kind == "denial"


SPLITS = [
    ("The fund lost 4% in May, and its director resigned in June.", 2),
    ("The mill closed in 2019, while the quarry hired 40 people.", 2),
    ("The jail holds as many inmates as it did in 2005.", 1),
    ("The firm has grown since it was founded in 1921.", 1),
    ("The mill, which employed 300 people, closed in 2019.", 2),
    ("The rules, which may take effect in July, cover 300 firms.", 2),
]


@pytest.mark.parametrize(("text", "count"), SPLITS, ids=[case[0] for case in SPLITS])
def test_clauses_that_stand_alone_are_claims(text: str, count: int, extracted: "Extract") -> None:
    assert len(extracted(text).claims) == count

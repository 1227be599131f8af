"""What a reviewer reads: sentences in the claim's own words, and relations that hold on text the rules were not made for."""

from collections.abc import Sequence
from typing import Any

import pytest

from schemas.claim import Claim, Comparison, DateMention, Modality, ModalityValue
from schemas.evidence import Evidence, EvidenceKind, Finding
from schemas.match import Match, Relation, Slot, Standing
from services.language.analysis import Analyser
from services.match.numbers import find_numbers
from services.match.query import Sought, sought_of
from services.match.ranking import find
from services.match.surface import surface
from services.ports.evidence_store import Hit, Query

S, C, R = Relation.SUPPORTS, Relation.CONTRADICTS, Relation.RELATED


class Holding:
    """A store that answers with one item."""

    def __init__(self, item: Evidence) -> None:
        self.item = item

    def search(self, queries: Sequence[Query], top: int, **_: object) -> list[list[Hit]]:
        return [[Hit(self.item, bm25=1.0, cosine=0.9, rank=1.0)] for _ in queries]


def relate(analyser: Analyser, claim: str | Claim, evidence: str, **fields: Any) -> Match:
    item = Evidence(id="e", claim=evidence, **{"kind": EvidenceKind.REPORT, **fields})
    sought = Sought(claim) if isinstance(claim, str) else sought_of(claim)
    found, _ = find([sought], store=Holding(item), analyser=analyser, top=1)  # type: ignore[arg-type]
    return found[0][0]


def slot(match: Match, name: str) -> Slot:
    return next(one for one in match.slots if one.name == name)


@pytest.mark.parametrize(
    ("claim", "evidence", "relation"),
    [
        # A figure alone does not say that it is the lowest of all.
        (
            "Unemployment in Lakeby is lower than in any other city",
            "Unemployment in Lakeby was 5.2 per cent in June, compared with 4.1 per cent in Oster",
            R,
        ),
        ("Lakeby has the highest rents", "Rents in Lakeby rose by 4 per cent", R),
        ("Lakeby has the highest rents", "Rents in Lakeby are the highest on record", S),
        (
            "Rents in Lakeby rose by 4 per cent in 2024, and had never risen faster than in any other city",
            "Rents in Lakeby rose by 4 per cent in 2024",
            S,
        ),
        # To name one thing is not to say the same of it.
        (
            "The inquiry into the Oster tunnel collapse has published its report",
            "The Oster tunnel is closed until further notice",
            R,
        ),
        # What a claim excepts does not contradict it.
        (
            "Lakeby have not lost at the Strand, apart from the cup",
            "Lakeby lost at the Strand in the cup",
            R,
        ),
        # A title is no part of a name.
        (
            "No bonus was paid to Mr Tarn by Norvale Water in 2024",
            "A bonus was paid to Graham Tarn by Norvale Water in 2024",
            C,
        ),
        # The figure from which something rose is not the figure it has.
        (
            "Inflation in Norvale rose to 12.3 per cent in 2024 from 11.8 per cent in 2023",
            "Inflation in Norvale was 12.3 per cent in 2024",
            S,
        ),
        # Both events of a claim, each beside its record.
        (
            "The Lakeby treaty was adopted in May 2015 but took effect in 2016",
            "The Lakeby treaty took effect on 4 November 2016",
            S,
        ),
        # Where somebody met is no place of what they called for.
        (
            "Ministers meeting in Dubai called for a tripling of wind power",
            "Ministers called for a tripling of global wind power",
            S,
        ),
    ],
)
def test_the_relation_holds_on_text_of_other_styles(
    analyser: Analyser, claim: str, evidence: str, relation: Relation
) -> None:
    found = relate(analyser, claim, evidence)
    assert found.relation is relation, found.why


def said(text: str, modality: ModalityValue, **fields: Any) -> Claim:
    return Claim(
        id="c", span=(0, len(text)), text=text, modality=Modality(value=modality), **fields
    )


@pytest.mark.parametrize(
    ("modality", "relation"),
    [
        (ModalityValue.ASSERTED, C),
        (ModalityValue.PLANNED, R),
        (ModalityValue.EXPECTED, R),
        (ModalityValue.NECESSARY, R),
        (ModalityValue.POSSIBLE, R),
        (ModalityValue.CONDITIONAL, R),
    ],
)
def test_what_is_does_not_contradict_what_may_or_shall_be(
    analyser: Analyser, modality: ModalityValue, relation: Relation
) -> None:
    claim = said("The Lakeby ferry carries 900 passengers a day", modality)
    found = relate(analyser, claim, "The Lakeby ferry carries 400 passengers a day")
    assert found.relation is relation
    # Another forecast does, and so does a check of the claim itself.
    ahead = relate(analyser, claim, "The Lakeby ferry will carry 400 passengers a day")
    checked = relate(
        analyser,
        claim,
        "The Lakeby ferry carries 900 passengers a day",
        kind=EvidenceKind.FACT_CHECK,
        finding=Finding.FALSE,
    )
    assert ahead.relation is C
    assert checked.relation is C


def test_the_date_of_a_baseline_is_no_date_of_the_claim() -> None:
    text = "Rents are higher than two years ago"
    start = text.index("two")
    mention = DateMention(span=(start, len(text)), text="two years ago", value="2023")
    plain = said(text, ModalityValue.ASSERTED, dates=[mention])
    compared = plain.model_copy(
        update={
            "comparisons": [
                Comparison(cue=(17, 21), baseline=(start, len(text)), text="two years ago")
            ]
        }
    )
    assert [str(day) for day in sought_of(plain).days] == ["2023"]
    assert sought_of(compared).days == ()


@pytest.mark.parametrize(
    "text",
    [
        "The Rovers lead for the first time",
        "They put wages first",
        "That is true if one leaves out the cup",
        "Lakeby won 3-2",
        "At first nobody came",
    ],
)
def test_what_counts_nothing_is_no_figure(text: str) -> None:
    assert find_numbers(text, []) == []


def test_spans_of_figures_and_ranks_stay() -> None:
    assert [one.value for one in find_numbers("Between 40-50 people, the third", [])] == [40.0, 3.0]
    assert [one.value for one in find_numbers("India was the first country", [])] == [1.0]
    assert [one.value for one in find_numbers("one of 5-7 days", [])][-1] == 5.0


def test_the_reason_speaks_in_the_claims_words(analyser: Analyser) -> None:
    why = relate(
        analyser,
        "The James Hallam Bridge in Türkiye was closed in March 2024",
        "The James Hallam Bridge in Turkey was closed on 3 March 2024",
    ).why
    assert "both speak of James Hallam Bridge, Türkiye" in why
    assert "march" not in why.lower().split("the dates")[0]


def test_the_reason_names_the_words_that_turn_it_round(analyser: Analyser) -> None:
    found = relate(analyser, "Rents in Lakeby fell in 2024", "Rents in Lakeby rose in 2024")
    assert found.relation is C
    assert "this one says “fell”, that one “rose”" in found.why
    told = slot(found, "polarity")
    assert (told.claim and told.claim.text, told.evidence and told.evidence.text) == (
        "fell",
        "rose",
    )
    assert told.decided


def test_the_reason_names_the_figure_that_is_not_stated(analyser: Analyser) -> None:
    found = relate(analyser, "The Norvale dam is 90 metres high", "The Norvale dam is high")
    assert "90 is not stated there" in found.why


def test_the_reason_tells_what_a_record_cannot_decide(analyser: Analyser) -> None:
    claim = said("The Lakeby ferry carries 900 passengers a day", ModalityValue.PLANNED)
    found = relate(analyser, claim, "The Lakeby ferry carries 400 passengers a day")
    assert "this one tells of a plan, that one of what is" in found.why
    found = relate(analyser, "Lakeby has the highest rents", "Rents in Lakeby rose by 4 per cent")
    assert "that one does not say “the highest”" in found.why


def test_a_slot_shows_the_values_that_agree(analyser: Analyser) -> None:
    found = relate(
        analyser,
        "The Lakeby treaty, signed in 1951, took effect in April 1954",
        "The Lakeby treaty took effect on 22 April 1954",
    )
    told = slot(found, "date")
    assert told.claim
    assert told.evidence
    assert (told.standing, told.claim.text, told.evidence.text) == (
        Standing.SAME,
        "April 1954",
        "22 April 1954",
    )
    found = relate(analyser, "India overtook China", "India overtook China in the world")
    place = slot(found, "place")
    assert place.claim
    assert place.evidence
    assert place.claim.text == place.evidence.text


def test_words_that_a_text_does_not_have_are_not_shown() -> None:
    assert surface("James's ferry sank", ["ferry", "sink", "percent", "boat"], 4) == ["ferry"]
    assert surface("The Dutch ferry", ["netherlands", "ferry"], 4) == ["Dutch ferry"]

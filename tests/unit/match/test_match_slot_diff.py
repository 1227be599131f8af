"""The difference between a claim and its evidence, slot by slot, and the relations of part, whole and word against word."""

from collections.abc import Sequence
from typing import Any

import pytest

from schemas.claim import Claim, Kind
from schemas.evidence import Evidence, EvidenceKind
from schemas.match import Match, Relation, Slot, Standing
from services.language.analysis import Analyser
from services.match.places import WORLD, find_places, lies_in
from services.match.query import Sought, sought_of
from services.match.ranking import find
from services.ports.evidence_store import Hit, Query

N, B, X = Relation.NARROWER, Relation.BROADER, Relation.CONFLICT
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


def test_a_law_of_another_day_is_a_date_difference_with_both_days(analyser: Analyser) -> None:
    claim = "The Harbour Act took effect on July 1, 2021, the mayor said."
    evidence = "The Harbour Act took effect on 30 June 2021."
    match = relate(analyser, claim, evidence)
    date = slot(match, "date")
    assert match.relation is C
    assert (date.standing, date.decided) == (Standing.DIFFERS, True)
    assert date.claim is not None
    assert date.evidence is not None
    assert (date.claim.value, date.evidence.value) == ("1 July 2021", "30 June 2021")
    assert claim[slice(*date.claim.span or ())] == "July 1, 2021"
    assert evidence[slice(*date.evidence.span or ())] == "30 June 2021"


def test_quantities_are_told_with_unit_and_words(analyser: Analyser) -> None:
    claim = "The Norvale dam held 9 million litres and 40 boats in 2021"
    evidence = "The Norvale dam held 5 million litres in 2021"
    match = relate(analyser, claim, evidence)
    litres, boats = (one for one in match.slots if one.name == "quantity")
    assert match.relation is C
    assert (litres.standing, litres.unit, litres.decided) == (Standing.DIFFERS, "litre", True)
    assert litres.claim is not None
    assert litres.evidence is not None
    assert (litres.claim.value, litres.evidence.value) == ("9000000", "5000000")
    assert claim[slice(*litres.claim.span or ())] == "9 million"
    assert (boats.standing, boats.evidence, boats.decided) == (Standing.MISSING, None, False)
    assert slot(match, "date").standing is Standing.SAME


def test_polarity_names_the_word_that_denies(analyser: Analyser) -> None:
    match = relate(analyser, "The Norvale dam was never finished", "The Norvale dam was finished")
    polarity = slot(match, "polarity")
    assert polarity.decided
    assert polarity.claim is not None
    assert (polarity.claim.text, polarity.claim.value) == ("never", "denied")
    assert polarity.evidence is not None
    assert polarity.evidence.value == "affirmed"


@pytest.mark.parametrize(
    ("claim", "evidence", "relation", "name", "words"),
    [
        (
            "Rents in London rose by 9 per cent in 2023",
            "Rents in England rose by 6 per cent in 2023",
            N,
            "place",
            ("London", "England"),
        ),
        (
            "Rents in England rose by 6 per cent in 2023",
            "Rents in London rose by 9 per cent in 2023",
            B,
            "place",
            ("England", "London"),
        ),
        (
            "Rents in the north of Norvale rose by 9 per cent in 2023",
            "Rents in Norvale rose by 6 per cent in 2023",
            N,
            "place",
            ("the north of ", "Norvale"),
        ),
        (
            "The port of Selm handled 2 million tonnes in March 2023",
            "The port of Selm handled 30 million tonnes in 2023",
            N,
            "date",
            ("March 2023", "2023"),
        ),
        (
            "Some 52 per cent of nurses in Norvale are in a union",
            "Some 30 per cent of workers in Norvale are in a union",
            N,
            "group",
            ("nurses", "workers"),
        ),
        (
            "Cars in Norvale cost 20,000 euros",
            "Electric cars in Norvale cost 41,000 euros",
            B,
            "group",
            ("Cars", "Electric"),
        ),
    ],
)
def test_a_part_and_its_whole_are_told_apart_and_named(
    analyser: Analyser, claim: str, evidence: str, relation: Relation, name: str, words: Any
) -> None:
    match = relate(analyser, claim, evidence)
    assert match.relation is relation, match.why
    found = slot(match, name)
    assert (found.standing.value, found.decided) == (relation.value, True)
    assert found.claim is not None
    assert found.evidence is not None
    assert (found.claim.text, found.evidence.text) == words


@pytest.mark.parametrize(
    ("claim", "evidence", "relation"),
    [
        ("Rents in Scotland rose by 9 per cent", "Rents in England rose by 6 per cent", R),
        ("The Norvale dam opened in May 1987", "The Norvale dam opened in 1987", S),
        ("The Norvale quake of May 1987 killed 40", "The Norvale quake of 1987 killed 40", S),
    ],
)
def test_what_is_no_part_is_not_called_one(
    analyser: Analyser, claim: str, evidence: str, relation: Relation
) -> None:
    assert relate(analyser, claim, evidence).relation is relation


@pytest.mark.parametrize(
    ("claim", "evidence", "fields", "relation"),
    [
        (
            "The ministry denied that the army shelled the market",
            "The army shelled the market",
            {"kind": "official_statement", "speaker": "Doctors' Aid"},
            X,
        ),
        (
            "The army shelled the market",
            "The ministry denied that the army shelled the market",
            {},
            X,
        ),
        (
            "The ministry denied that the army shelled the market",
            "The army shelled the market",
            {"kind": "report"},
            C,
        ),
        (
            "The dam is not safe, engineers say",
            "The dam is safe, engineers say",
            {"kind": "report"},
            C,
        ),
    ],
)
def test_word_against_word_is_a_conflict_and_a_record_contradicts(
    analyser: Analyser, claim: str, evidence: str, fields: dict[str, Any], relation: Relation
) -> None:
    match = relate(analyser, claim, evidence, **fields)
    assert match.relation is relation, match.why


@pytest.mark.parametrize(("speaker", "relation"), [("Jan Orloff", X), ("Ada Lund", C)])
def test_who_denies_what_another_party_states_is_in_conflict_with_it(
    analyser: Analyser, speaker: str, relation: Relation
) -> None:
    text = "the army shelled the market"
    claim = Claim(id="c", span=(0, len(text)), text=text, speaker=speaker, kind=Kind.DENIAL)
    match = relate(
        analyser,
        claim,
        "The army shelled the market",
        kind=EvidenceKind.OFFICIAL_STATEMENT,
        speaker="Ada Lund",
    )
    assert match.relation is relation, match.why
    assert slot(match, "polarity").standing is Standing.DIFFERS
    assert slot(match, "speaker").evidence is not None


def test_known_places_lie_in_each_other() -> None:
    assert [one.name for one in find_places("From London (UK) to the World Bank, worldwide")] == [
        "London",
        "United Kingdom",
        WORLD,
    ]
    assert lies_in("London", "Europe")
    assert lies_in("Norvale", WORLD)
    assert not lies_in("England", "London")
    assert not lies_in("Paris", "Germany")

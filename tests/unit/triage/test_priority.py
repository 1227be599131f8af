"""Where a task stands in the queue, and the reasons given for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.claim import Claim, DateMention, Kind, Quantity
from schemas.evidence import EvidenceKind
from schemas.match import Match, Relation
from schemas.task import PriorityPart, Sighting
from services.triage.priority import KIND_VALUE, PARTS, Case, prioritise
from tests.support.desk import make_article, make_claim, make_match


def case(
    claim: Claim | None = None, evidence: list[Match] | None = None, articles: int = 1
) -> Case:
    said = claim or make_claim()
    seen = [
        Sighting(article=make_article(f"a{n}", publisher=f"Outlet {n}"), claim=said)
        for n in range(articles)
    ]
    return Case(said, seen, evidence or [])


def part(name: str, given: Case) -> PriorityPart:
    return next(part for part in prioritise(given).parts if part.name == name)


def test_the_weights_are_shares_of_one() -> None:
    assert sum(part.weight for part in PARTS) == pytest.approx(1.0)


def test_every_kind_and_relation_has_a_value() -> None:
    assert set(KIND_VALUE) == set(Kind)
    for relation in Relation:
        assert part("evidence", case(evidence=[make_match(relation=relation)])).value > 0


@given(
    worth=st.floats(0, 1),
    kind=st.sampled_from(Kind),
    relation=st.sampled_from(Relation),
    probability=st.floats(0, 1),
    articles=st.integers(1, 50),
)
def test_the_value_is_the_sum_of_its_parts(
    worth: float, kind: Kind, relation: Relation, probability: float, articles: int
) -> None:
    claim = make_claim(check_worthiness=worth, kind=kind)
    found = [make_match(relation=relation, probability=probability)]
    priority = prioritise(case(claim, found, articles))
    total = sum(part.value * part.weight for part in priority.parts)
    assert priority.value == pytest.approx(total, abs=1e-4)
    assert all(part.why for part in priority.parts)


@pytest.mark.parametrize(
    ("name", "less", "more"),
    [
        (
            "check_worthiness",
            case(make_claim(check_worthiness=0.2)),
            case(make_claim(check_worthiness=0.3)),
        ),
        ("evidence", case(), case(evidence=[make_match(relation=Relation.RELATED)])),
        (
            "evidence",
            case(evidence=[make_match(relation=Relation.SUPPORTS)]),
            case(evidence=[make_match(relation=Relation.SAME_CLAIM)]),
        ),
        (
            "evidence",
            case(evidence=[make_match(probability=0.6)]),
            case(evidence=[make_match(probability=0.7)]),
        ),
        ("kind", case(make_claim(kind=Kind.OPINION)), case(make_claim(kind=Kind.ACCUSATION))),
        ("sightings", case(articles=1), case(articles=2)),
        ("sightings", case(articles=2), case(articles=9)),
        (
            "quantities",
            case(),
            case(make_claim(quantities=[Quantity(span=(0, 2), text="12 million")])),
        ),
        ("speaker", case(make_claim(speaker=None)), case()),
    ],
)
def test_what_moves_a_task_up(name: str, less: Case, more: Case) -> None:
    assert part(name, less).value < part(name, more).value
    assert prioritise(less).value < prioritise(more).value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-01", 1.0),
        ("2024-04-27/2024-05-03", 1.0),
        ("2024-03", 0.7),
        ("2023", 0.4),
        ("1980", 0.1),
        ("2031-01-01", 0.1),
        ("nonsense", 0.6),
        ("20189-01-01", 0.6),
        ("2024-02-31", 0.6),
    ],
)
def test_freshness_is_the_claims_time_against_its_articles(value: str, expected: float) -> None:
    dated = make_claim(dates=[DateMention(span=(0, 1), text="then", value=value)])
    assert part("freshness", case(dated)).value == expected


def test_two_mentions_in_one_article_are_one_article() -> None:
    claim, article = make_claim(), make_article()
    twice = [Sighting(article=article, claim=claim)] * 2
    assert part("sightings", Case(claim, twice, [])).value == 0.0


def test_the_reasons_name_what_they_speak_of() -> None:
    assert "What the bridge cost (e1)" in part("evidence", case(evidence=[make_match()])).why
    assert "Maria Lind" in part("speaker", case()).why
    assert "3 outlets" in part("sightings", case(articles=3)).why


def test_copies_of_one_outlet_count_once() -> None:
    claim = make_claim()
    copies = [
        Sighting(article=make_article(name, publisher=publisher, source=source), claim=claim)
        for name, publisher, source in (
            ("a1", "Example Wire", "feed one"),
            ("a2", "Example Wire", "feed two"),
            ("a3", None, "folder"),
        )
    ]
    found = part("sightings", Case(claim, copies, []))
    assert (found.value, found.why) == (0.5, "carried by 2 outlets")


def test_what_was_checked_before_is_worth_checking_whatever_its_wording() -> None:
    plain = make_claim(check_worthiness=0.2)
    checked = make_match(relation=Relation.CONTRADICTS, probability=0.7)
    kinds = (EvidenceKind.FACT_CHECK, EvidenceKind.REPORT)
    before, record = (
        checked.model_copy(update={"evidence": checked.evidence.model_copy(update={"kind": kind})})
        for kind in kinds
    )
    assert part("check_worthiness", case(plain, [before])).value == 0.7
    assert "checked it before" in part("check_worthiness", case(plain, [before])).why
    assert part("check_worthiness", case(plain, [record])).value == 0.2

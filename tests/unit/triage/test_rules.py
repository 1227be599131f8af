"""Which claims become a task."""

import pytest

from schemas.claim import Kind
from schemas.match import Match, Relation
from services.triage.rules import reason
from tests.support.desk import make_claim, make_match

THRESHOLD = 0.5


def match(relation: Relation, probability: float) -> Match:
    return make_match(relation=relation, probability=probability)


@pytest.mark.parametrize(
    ("kind", "worth", "due", "evidence", "begins"),
    [
        (Kind.FACT, 0.5, None, [], "Worth checking"),
        (Kind.FACT, 0.49, None, [], None),
        (Kind.PREDICTION, 0.9, None, [], "Worth checking"),
        (Kind.QUANTITY, 0.1, None, [], "Maria Lind gives a figure"),
        (Kind.ACCUSATION, 0.1, None, [], "Maria Lind accuses somebody"),
        (Kind.OPINION, 0.9, None, [], None),
        (Kind.DEMAND, 0.9, None, [], None),
        (Kind.INTENTION, 0.9, None, [], None),
        (Kind.OPINION, 0.1, None, [match(Relation.CONTRADICTS, 0.6)], "Prior evidence"),
        (Kind.DEMAND, 0.1, None, [match(Relation.SAME_CLAIM, 0.9)], "The same claim"),
        (Kind.FACT, 0.1, None, [match(Relation.CONTRADICTS, 0.59)], None),
        (Kind.FACT, 0.1, None, [match(Relation.SUPPORTS, 1.0)], None),
        (Kind.FACT, 0.1, None, [match(Relation.RELATED, 1.0)], None),
        (Kind.PROMISE, 0.1, "2025-07-01", [], "A promise"),
        (Kind.PROMISE, 0.1, None, [], None),
        (Kind.PREDICTION, 0.1, "2025-07-01", [], None),
        (Kind.PROMISE, 0.9, "2025-07-01", [match(Relation.CONTRADICTS, 0.9)], "Prior evidence"),
    ],
)
def test_the_ways_into_the_queue(
    kind: Kind, worth: float, due: str | None, evidence: list[Match], begins: str | None
) -> None:
    claim = make_claim(kind=kind, check_worthiness=worth, due=due)
    told = reason([claim], evidence, THRESHOLD)
    assert (told is None) if begins is None else str(told).startswith(begins)


@pytest.mark.parametrize("kind", [Kind.QUANTITY, Kind.ACCUSATION])
def test_a_figure_that_nobody_is_named_for_needs_a_score(kind: Kind) -> None:
    claim = make_claim(kind=kind, check_worthiness=0.1, speaker=None)
    assert reason([claim], [], THRESHOLD) is None


def test_evidence_on_both_sides_is_told() -> None:
    sides = [match(Relation.CONTRADICTS, 0.9), match(Relation.SUPPORTS, 0.95)]
    assert str(reason([make_claim()], sides, THRESHOLD)).startswith("Prior evidence disagrees")
    weak = [match(Relation.CONTRADICTS, 0.9), match(Relation.SUPPORTS, 0.5)]
    assert str(reason([make_claim()], weak, THRESHOLD)).startswith("Prior evidence by")


def test_the_reason_names_the_likeliest_evidence() -> None:
    sure = make_match("e2", probability=0.95)
    rated = sure.model_copy(
        update={
            "evidence": sure.evidence.model_copy(
                update={"publisher": "Desk B", "rating": "mostly_false"}
            )
        }
    )
    assert reason([make_claim()], [make_match("e1", probability=0.7), rated], THRESHOLD) == (
        "Prior evidence by Desk B contradicts it (rated mostly false)."
    )


def test_a_promise_tells_when_it_falls_due() -> None:
    claim = make_claim(kind=Kind.PROMISE, due="2025-07-01", check_worthiness=0.0)
    assert "2025-07-01" in str(reason([claim], [], THRESHOLD))


def test_a_low_score_is_no_reason_when_a_task_is_made_anew() -> None:
    told = make_claim(kind=Kind.QUANTITY, check_worthiness=0.15)
    assert reason([told], [], 0.0) == "Maria Lind gives a figure."
    assert str(reason([make_claim(kind=Kind.QUANTITY, check_worthiness=0.9)], [], 0.0)).startswith(
        "Worth"
    )

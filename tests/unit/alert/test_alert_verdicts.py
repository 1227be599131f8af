"""A verdict that is taken back or corrected is told as that, to whoever was told of it."""

from datetime import UTC, datetime

from schemas.verdict import Rating, Verdict, VerdictStatus
from services.alert.happening import of_verdict
from services.alert.parse import parse


def verdict(rating: Rating, revision: int, status: VerdictStatus) -> Verdict:
    return Verdict(
        id=f"v{revision}",
        task_id="t1",
        cluster_id="c1",
        claim="It fell",
        rating=rating,
        reviewer="ana",
        lease=revision,
        revision=revision,
        status=status,
        decided_at=datetime(2024, 5, 2, tzinfo=UTC),
    )


def test_each_standing_has_its_words_and_can_be_asked_for() -> None:
    told = [
        of_verdict(verdict(Rating.FALSE, 1, VerdictStatus.ISSUED)),
        of_verdict(verdict(Rating.FALSE, 2, VerdictStatus.WITHDRAWN)),
        of_verdict(verdict(Rating.TRUE, 3, VerdictStatus.ISSUED)),
    ]
    assert [happening.summary for happening in told] == [
        "Rated false: It fell",
        "Taken back: was rated false: It fell",
        "Corrected: now rated true: It fell",
    ]
    assert len({happening.id for happening in told}) == 3
    for number, word in enumerate(("published", "withdrawn", "corrected")):
        query = parse(f"type:verdict status:{word}")
        assert [query.matches(happening.document) for happening in told] == [
            place == number for place in range(3)
        ]

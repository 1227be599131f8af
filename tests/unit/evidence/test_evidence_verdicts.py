"""A verdict as evidence: there while it stands, gone when it is taken back, there again when it is corrected."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.evidence_change import Change
from schemas.verdict import Rating, Verdict, VerdictStatus
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.handle import handle
from services.ports.evidence_store import DIMENSIONS
from services.ports.task_store import verdict_evidence_id


class Analyser:
    """Terms and vectors without a model."""

    def terms(self, texts: Any) -> list[list[str]]:
        return [text.lower().split() for text in texts]

    def vectors(self, texts: Any) -> Any:
        return np.eye(len(texts), DIMENSIONS, dtype=np.float32)


@pytest.fixture
def store(tmp_path: Path) -> SqliteEvidenceStore:
    opened = SqliteEvidenceStore(tmp_path / "evidence.db")
    opened.setup()
    return opened


def verdict(revision: int, status: VerdictStatus, rating: Rating = Rating.FALSE) -> Verdict:
    return Verdict(
        id=f"v{revision}",
        task_id="t1",
        cluster_id="c1",
        claim="The bridge fell in the night",
        rating=rating,
        reviewer="ana",
        lease=2 * revision,
        revision=revision,
        status=status,
        reason="A new source." if status is VerdictStatus.WITHDRAWN else None,
        decided_at=datetime(2024, 5, 2, tzinfo=UTC),
    )


def test_a_withdrawn_verdict_is_no_evidence_until_it_is_corrected(
    store: SqliteEvidenceStore,
) -> None:
    def told(one: Verdict) -> list[tuple[Change, str | None]]:
        changes = list(handle(one, store=store, analyser=Analyser()))  # type: ignore[arg-type]
        return [(change.change, change.reason) for change in changes]

    item = verdict_evidence_id("t1")
    assert told(verdict(1, VerdictStatus.ISSUED)) == [(Change.ADDED, None)]
    gone = (Change.WITHDRAWN, "The desk took its verdict back. A new source.")
    for _ in range(2):  # told twice, it is the same
        assert told(verdict(2, VerdictStatus.WITHDRAWN)) == [gone]
        (stored,) = store.get([item])
        assert stored.withdrawn == gone[1]
    assert told(verdict(3, VerdictStatus.ISSUED, Rating.TRUE)) == [(Change.ADDED, None)]
    told(verdict(2, VerdictStatus.WITHDRAWN))  # late
    (stored,) = store.get([item])
    assert (stored.withdrawn, stored.rating) == (None, "true")


def test_what_was_never_evidence_is_not_withdrawn(store: SqliteEvidenceStore) -> None:
    withdrawn = verdict(2, VerdictStatus.WITHDRAWN)
    assert list(handle(withdrawn, store=store, analyser=Analyser())) == []  # type: ignore[arg-type]

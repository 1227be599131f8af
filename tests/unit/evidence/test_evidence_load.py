"""Loading: what is new is encoded, what is bad is told, the rest goes in."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from schemas.verdict import Rating, Verdict
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.handle import handle
from services.evidence.load import Problem, Report, load
from services.ports.evidence_store import DIMENSIONS, Loaded, Query


class FakeAnalyser:
    """Words as terms, a vector by their hash; remembers what was encoded."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def terms(self, texts: Iterable[str]) -> list[list[str]]:
        return [text.lower().split() for text in texts]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[len(text) % DIMENSIONS] = 1.0
        return vectors


@pytest.fixture
def store(tmp_path: Path) -> SqliteEvidenceStore:
    opened = SqliteEvidenceStore(tmp_path / "evidence.db")
    opened.setup()
    return opened


def write(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


LONG = "a claim of more than six plain words"


def test_a_second_load_encodes_and_changes_nothing(
    store: SqliteEvidenceStore, tmp_path: Path
) -> None:
    path = write(tmp_path / "e.jsonl", [{"id": str(n), "claim": f"{LONG} {n}"} for n in range(600)])
    analyser = FakeAnalyser()
    assert load([path], store=store, analyser=analyser).loaded == Loaded(added=600)  # type: ignore[arg-type]
    again = FakeAnalyser()
    assert load([path], store=store, analyser=again).loaded == Loaded(unchanged=600)  # type: ignore[arg-type]
    assert (len(analyser.encoded), again.encoded) == (600, [])


def test_only_what_changed_is_encoded(store: SqliteEvidenceStore, tmp_path: Path) -> None:
    rows = [{"id": str(n), "claim": f"{LONG} {n}", "revision": 2} for n in range(10)]
    load([write(tmp_path / "1.jsonl", rows)], store=store, analyser=FakeAnalyser())  # type: ignore[arg-type]
    rows[3] |= {"claim": f"{LONG} anew", "revision": 3}
    rows[4] |= {"claim": f"{LONG} old", "revision": 1}
    analyser = FakeAnalyser()
    report = load([write(tmp_path / "2.jsonl", rows)], store=store, analyser=analyser)  # type: ignore[arg-type]
    assert report.loaded == Loaded(replaced=1, unchanged=8, stale=1)
    assert f"{LONG} anew" in analyser.encoded


def test_bad_rows_are_told_and_the_rest_is_loaded(
    store: SqliteEvidenceStore, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "e.jsonl",
        [{"claim": LONG}, {"kind": "fact_check"}, [1], {"claim": "dated", "date": "soon"}],
    )
    told: list[Problem] = []
    report = load([path], store=store, analyser=FakeAnalyser(), report=Report(tell=told.append))  # type: ignore[arg-type]
    assert (report.loaded, report.rejected, report.rows) == (Loaded(added=2), 2, 4)
    assert sorted((one.place, one.rejected) for one in told) == [
        ("2", True),
        ("3, item 1", True),
        ("4", False),
    ]
    assert store.count() == 2


def test_a_short_claim_is_encoded_with_its_title(
    store: SqliteEvidenceStore, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "e.jsonl",
        [{"claim": "Not so.", "title": "On rain"}, {"claim": LONG, "title": "On sun"}],
    )
    analyser = FakeAnalyser()
    load([path], store=store, analyser=analyser)  # type: ignore[arg-type]
    assert sorted(analyser.encoded) == sorted(["Not so. On rain", LONG])


def verdict(rating: Rating, lease: int = 1) -> Verdict:
    return Verdict(
        id=f"v{lease}",
        task_id="task",
        cluster_id="c",
        claim="Rain falls upwards",
        rating=rating,
        rationale=f"reason {lease}",
        reviewer="r",
        lease=lease,
        decided_at=datetime(2024, 5, 1, tzinfo=UTC),
    )


def test_a_verdict_is_found_at_once_and_a_later_one_stands(store: SqliteEvidenceStore) -> None:
    analyser = FakeAnalyser()
    for lease, rating in ((1, Rating.TRUE), (3, Rating.FALSE), (2, Rating.HALF_TRUE)):
        list(handle(verdict(rating, lease), store=store, analyser=analyser))  # type: ignore[arg-type]
    hits = store.search([Query(["upwards"], None)], 5)[0]
    assert [(h.evidence.rating, h.evidence.kind.value, h.evidence.revision) for h in hits] == [
        ("false", "verdict", 3)
    ]
    assert (hits[0].evidence.text, hits[0].evidence.date) == ("reason 3", "2024-05-01")


def test_a_verdict_that_it_is_no_claim_is_no_evidence(store: SqliteEvidenceStore) -> None:
    list(handle(verdict(Rating.NOT_A_CLAIM), store=store, analyser=FakeAnalyser()))  # type: ignore[arg-type]
    assert store.count() == 0


def test_long_texts_come_in_small_batches(store: SqliteEvidenceStore, tmp_path: Path) -> None:
    """Their analysis is held in memory, so 512 of them at once would fill it."""
    rows = [{"id": f"{n}", "claim": LONG, "text": "word " * 100_000} for n in range(5)]
    sizes: list[int] = []
    upsert = store.upsert
    store.upsert = lambda documents: (sizes.append(len(documents)), upsert(documents))[1]  # type: ignore[method-assign]
    load([write(tmp_path / "e.jsonl", rows)], store=store, analyser=FakeAnalyser())  # type: ignore[arg-type]
    assert sum(sizes) == 5
    assert max(sizes) <= 3


def test_a_long_transcript_tells_its_progress_and_encodes_a_bounded_number_of_passages(
    store: SqliteEvidenceStore, tmp_path: Path
) -> None:
    path = tmp_path / "transcript.txt"
    path.write_text("The committee met and heard the minister speak. " * 40_000, encoding="utf-8")
    told: list[int] = []
    analyser = FakeAnalyser()
    report = Report(progress=told.append)
    load([path], store=store, analyser=analyser, report=report)  # type: ignore[arg-type]
    size = path.stat().st_size
    assert told == sorted(told)
    assert told[0] < 0.8 * size
    assert told[-1] == pytest.approx(size, rel=0.001)
    # Each part of it has its claim and 64 passages encoded, however many passages there are.
    assert len(analyser.encoded) <= 65 * report.loaded.added
    assert store.count_passages() > 1_000

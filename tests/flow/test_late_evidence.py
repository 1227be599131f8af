"""What comes late reaches the tasks that are there: verdicts, withdrawals, and a reviewer's merge."""

import json
from pathlib import Path
from typing import Any

from schemas.evidence_change import Change, EvidenceChange
from schemas.topics import CLUSTERS, MATCHES
from schemas.verdict import Rating
from services.ports.evidence_store import retracted
from services.ports.task_store import StoredTask, verdict_evidence_id
from services.ports.work import Actor, Reopen, State
from services.runtime.events import decode, make_event
from services.runtime.executor import to_message
from tests.support.desk import decide, take


def article(folder: Path, name: str, text: str, day: int) -> Path:
    path = folder / f"{name}.json"
    row = {"source": "test-wire", "guid": name, "title": name, "text": text, "language": "en"}
    path.write_text(json.dumps(row | {"published_at": f"2024-05-{day:02}T09:00:00Z"}), "utf-8")
    return path


def said_by(desk: Any, speaker: str) -> StoredTask:
    page, _ = desk.app.task_store.page(limit=200)
    (found,) = [row for row in page if row.task.claim.speaker == speaker]
    return found


def evidence_of(stored: StoredTask) -> set[str]:
    return {match.evidence.id for match in stored.task.evidence}


def decide_on(
    desk: Any, stored: StoredTask, rating: Rating, evidence: tuple[str, ...] = ()
) -> None:
    now = desk.app.clock.now()
    taken = take(desk.app.task_store, "rita", stored.task.id, now)
    told = "The office counted 31,000."
    decide(desk.app.task_store, taken, told, rating=rating, evidence=evidence, now=now)


def test_a_verdict_reaches_the_claims_seen_before_and_after_and_is_taken_back_from_both(
    desk: Any, tmp_path: Path
) -> None:
    claim = "the Lakeport bridge carried 40,000 vehicles a day in 2023"
    turned = "in 2023 the Lakeport bridge carried 40,000 vehicles a day"
    desk.ingest(
        article(tmp_path, "first", f"Mayor Ada Hallam said on Monday that {claim}.", 6),
        article(tmp_path, "before", f"Councillor Iva Moss said on Tuesday that {turned}.", 7),
    )
    with desk.running() as settle:
        settle()
        first, before = said_by(desk, "Ada Hallam"), said_by(desk, "Iva Moss")
        verdict = verdict_evidence_id(first.task.id)
        assert evidence_of(before) == set()
        decide_on(desk, first, Rating.FALSE)
        settle()

        before = said_by(desk, "Iva Moss")
        assert evidence_of(before) == {verdict}
        (change,) = before.task.changes
        assert change.why.startswith("New evidence: contradicted by")
        assert change.evidence_ids == [verdict]
        assert change.at == said_by(desk, "Ada Hallam").verdict.decided_at  # type: ignore[union-attr]
        assert change.priority_from is not None
        assert change.priority_to is not None
        assert change.priority_to > change.priority_from
        # The verdict is no evidence for its own task.
        assert evidence_of(said_by(desk, "Ada Hallam")) == set()

        desk.ingest(
            article(tmp_path, "after", f"Councillor Ben Okuda said on Wednesday that {claim}.", 8),
            # The same claim by the same person in other words is a sighting of the same task.
            article(tmp_path, "again", f"Mayor Ada Hallam said on Thursday that {turned}.", 9),
        )
        settle()
        assert evidence_of(said_by(desk, "Ben Okuda")) == {verdict}
        first = said_by(desk, "Ada Hallam")
        assert (first.state, first.task.article_count) == (State.DONE, 2)

        # Somebody decides with it, and then it is withdrawn.
        decide_on(desk, before, Rating.FALSE, (verdict,))
        settle()
        (item,) = desk.app.evidence_store.get([verdict])
        desk.app.evidence_store.upsert([retracted(item, "The count was of another bridge.")])
        gone = EvidenceChange(
            evidence_id=verdict,
            change=Change.WITHDRAWN,
            revision=item.revision,
            reason="The count was of another bridge.",
        )
        event = make_event(gone, service="test", now=desk.app.clock.now())
        desk.app.producer.publish([to_message(event)])
        settle()
        for name in ("Iva Moss", "Ben Okuda"):
            after = said_by(desk, name)
            assert verdict not in evidence_of(after)
            assert "The count was of another bridge." in after.task.changes[-1].why
        assert said_by(desk, "Iva Moss").state is State.OPEN
        assert "open again" in said_by(desk, "Iva Moss").task.changes[-1].why


def test_a_verdict_that_its_reviewer_takes_back_is_evidence_no_longer(
    desk: Any, tmp_path: Path
) -> None:
    claim = "the Lakeport bridge carried 40,000 vehicles a day in 2023"
    desk.ingest(
        article(tmp_path, "first", f"Mayor Ada Hallam said on Monday that {claim}.", 6),
        article(tmp_path, "second", f"Councillor Iva Moss said on Tuesday that {claim}.", 7),
    )
    with desk.running() as settle:
        settle()
        first = said_by(desk, "Ada Hallam")
        verdict = verdict_evidence_id(first.task.id)
        decide_on(desk, first, Rating.FALSE)
        settle()
        assert evidence_of(said_by(desk, "Iva Moss")) == {verdict}
        reopen = Reopen(reason="The count was of another bridge.")
        desk.app.task_store.act(first.task.id, reopen, Actor(name="rita"), desk.app.clock.now())
        settle()
        other = said_by(desk, "Iva Moss")
        assert evidence_of(other) == set()
        assert "The count was of another bridge." in other.task.changes[-1].why
        decide_on(desk, first, Rating.TRUE)
        settle()
        assert evidence_of(said_by(desk, "Iva Moss")) == {verdict}


def test_an_item_that_is_loaded_late_finds_the_claims_seen_before(
    desk: Any, tmp_path: Path
) -> None:
    desk.ingest(
        article(tmp_path, "a", "The Sund tunnel cost 12 million euros, Minister Jan Weber said.", 6)
    )
    path = tmp_path / "late.jsonl"
    row = {"id": "audit", "kind": "report", "claim": "The Sund tunnel cost 9 million euros."}
    path.write_text(json.dumps(row), "utf-8")
    with desk.running(("extract", "match", "triage", "review")) as settle:
        settle()
        assert evidence_of(said_by(desk, "Jan Weber")) == set()
        desk.load_evidence(path)
        added = EvidenceChange(evidence_id="audit", change=Change.ADDED)
        message = to_message(make_event(added, service="test", now=desk.app.clock.now()))
        desk.app.producer.publish([message])
        settle()
        stored = said_by(desk, "Jan Weber")
        assert evidence_of(stored) == {"audit"}
        assert stored.task.reason.startswith("Prior evidence")
        once = stored.task.model_dump_json()
        events = {decode(MATCHES, record.value).id for record in desk.app.admin.read(MATCHES)}
        # Told twice, it is the same event, and changes nothing.
        desk.app.producer.publish([message])
        settle()
        assert said_by(desk, "Jan Weber").task.model_dump_json() == once
        again = {decode(MATCHES, record.value).id for record in desk.app.admin.read(MATCHES)}
        assert again == events


def test_a_revised_article_and_a_reviewers_merge_hold_for_what_comes(
    desk: Any, tmp_path: Path
) -> None:
    weber = "The Sund tunnel cost 12 million euros, Minister Jan Weber said."
    holt = "Councillor Iva Moss said on Monday that the Sund tunnel cost 12 million euros."
    exports = "Exports of fish rose by 7 per cent in 2023, Minister Jan Weber said."
    desk.ingest(article(tmp_path, "a", f"{weber}\n\n{exports}", 6), article(tmp_path, "b", holt, 6))
    with desk.running(("extract", "match", "triage", "review")) as settle:
        settle()
        page, _ = desk.app.task_store.page()
        fish = next(row for row in page if "fish" in row.task.claim.text)
        tunnel = next(row for row in page if row.task.claim.speaker == "Iva Moss")
        other = next(
            row
            for row in page
            if "tunnel" in row.task.claim.text and row.task.claim.speaker == "Jan Weber"
        )
        desk.ingest(article(tmp_path, "a", weber, 6))  # the exports are gone from it
        desk.app.task_store.merge(tunnel.task.id, other.task.id, "rita", desk.app.clock.now())
        settle()
        page, _ = desk.app.task_store.page()
        assert fish.task.id not in {row.task.id for row in page}
        assert desk.app.task_store.get(fish.task.id).task.changes

        desk.ingest(article(tmp_path, "c", holt, 9))
        settle()
        merged = desk.app.task_store.get(other.task.id)
        assert merged.task.article_count == 3
        # Not the store alone: match sends what comes to the cluster that the reviewer chose.
        assert len(list(desk.app.admin.read(CLUSTERS))) == 1
        last = list(desk.app.admin.read(MATCHES))
        sent = {
            row.cluster_id
            for record in last
            for row in decode(MATCHES, record.value).data.claims
            if decode(MATCHES, record.value).data.article.title == "c"
        }
        assert sent == {other.task.cluster_id}

"""Tables for other programs, the balance of what was checked, and the evidence pack."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import Evidence
from schemas.task import Task
from schemas.verdict import Rating, Verdict, VerdictStatus
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.audit_log import GENESIS, Entry, Event, link
from services.ports.task_store import StoredTask
from services.review.exports import (
    TASKS,
    VERDICTS,
    all_tasks,
    task_row,
    verdict_row,
    write_csv,
    write_json,
)
from services.review.exports_balance import BALANCE, RATINGS, Checked, balance, ratings, wilson
from services.review.exports_pack import CORRECTIONS, SOURCES, Sources, write_pack
from tests.support.desk import (
    NOW,
    make_article,
    make_claim,
    make_match,
    make_task,
    make_tasks,
    sqlite_url,
    store_at,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path)) as made:
        yield made


def verdict_on(task: Task, **fields: Any) -> Verdict:
    given: dict[str, Any] = {
        "id": f"v-{task.id}",
        "task_id": task.id,
        "cluster_id": task.cluster_id,
        "claim": task.claim.text,
        "speaker": task.claim.speaker,
        "rating": Rating.FALSE,
        "rationale": "The audit counted 9 million.",
        "evidence_ids": ["e1"],
        "reviewer": "rita",
        "lease": 1,
        "decided_at": NOW,
    }
    return Verdict(**(given | fields))


# Tables


def test_tables_hold_every_task_and_read_back(store: SqlTaskStore) -> None:
    made = make_tasks(5)
    for task in made:
        store.upsert(task)
    file = io.StringIO(newline="")
    assert write_csv(file, TASKS, map(task_row, all_tasks(store))) == 5
    rows = list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))
    assert {row["id"] for row in rows} == {task.id for task in made}
    assert {row["state"] for row in rows} == {"open"}
    assert {row["outlet"] for row in rows} == {"Example Wire"}
    other = io.StringIO()
    assert write_json(other, map(task_row, all_tasks(store))) == 5
    assert [row["id"] for row in json.loads(other.getvalue())] == [row["id"] for row in rows]
    assert set(json.loads(other.getvalue())[0]) == set(TASKS)


def test_more_tasks_than_a_page_holds_are_all_read(
    store: SqlTaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.review.exports.PAGE", 2)
    for task in make_tasks(5):
        store.upsert(task)
    assert len({stored.task.id for stored in all_tasks(store)}) == 5


def test_nothing_is_an_empty_table() -> None:
    file, other = io.StringIO(newline=""), io.StringIO()
    assert write_csv(file, VERDICTS, []) == 0
    assert file.getvalue() == ",".join(VERDICTS) + "\r\n"
    assert write_json(other, []) == 0
    assert json.loads(other.getvalue()) == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_never_becomes_a_formula(text: str) -> None:
    row = verdict_row(verdict_on(make_task(make_claim()), rationale=text), None)
    file = io.StringIO(newline="")
    write_csv(file, VERDICTS, [row])
    (read,) = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
    assert read["rationale"] == f"'{text}"
    other = io.StringIO()
    write_json(other, [row])
    assert json.loads(other.getvalue())[0]["rationale"] == text


@given(st.text(max_size=40))
def test_any_text_survives_a_table(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    file = io.StringIO(newline="")
    write_csv(file, ("claim", "end"), [{"claim": text, "end": "x"}])
    (read,) = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
    assert read["claim"].removeprefix("'") == text.removeprefix("'")
    assert read["end"] == "x"


# Balance


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # The last one: R. G. Newcombe, Statistics in Medicine 17, 1998, 857-872, table I, method 3.
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_intervals_are_wilsons(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(pair: tuple[int, int]) -> None:
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] <= high <= 1 or pair[0] in {0, pair[1]}


def checked(speaker: str | None, rating: str | None, outlet: str = "Wire") -> Checked:
    return Checked(speaker, outlet, "quantity", rating)


def test_balance_tells_whom_was_checked_against_all_that_could_have_been() -> None:
    rows = [checked("Lind", "false"), checked("Lind", None), checked("Vale", None)]
    rows += [checked("Vale", "true"), checked("Lind", "false"), checked(None, None)]
    found = {(row["dimension"], row["value"]): row for row in balance(rows)}
    lind = found["speaker", "Lind"]
    assert set(lind) == set(BALANCE)
    assert (lind["tasks"], lind["checked"], lind["share_of_tasks"]) == (3, 2, 0.5)
    assert (lind["share_of_checked"], lind["checked_of_its_tasks"]) == (0.6667, 0.6667)
    assert lind["share_of_checked_low"] < 0.6667 < lind["share_of_checked_high"]
    assert found["speaker", ""]["checked"] == 0
    assert found["outlet", "Wire"]["share_of_checked"] == 1
    assert {key for key in found if key[0] == "rating"} == {("rating", "false"), ("rating", "true")}


def test_ratings_tell_how_the_checks_of_each_turned_out() -> None:
    rows = [checked("Lind", "false"), checked("Lind", "true"), checked("Lind", "false")]
    found = [
        row for row in ratings([*rows, checked("Vale", None)]) if row["dimension"] == "speaker"
    ]
    assert [(row["value"], row["rating"], row["count"]) for row in found] == [
        ("Lind", "false", 2),
        ("Lind", "true", 1),
    ]
    assert set(found[0]) == set(RATINGS)


def test_nothing_checked_is_no_balance_of_checks() -> None:
    (row,) = [one for one in balance([checked("Lind", None)]) if one["dimension"] == "speaker"]
    assert (row["checked"], row["share_of_checked"], row["share_of_checked_high"]) == (0, None, 1)
    assert list(ratings([checked("Lind", None)])) == []


# The pack


def decided(store: SqlTaskStore, task: Task, verdict: Verdict | None) -> StoredTask:
    return replace(store.upsert(task), verdict=verdict)


def trail(*events: tuple[str, str, dict[str, Any]]) -> list[Entry]:
    entries: list[Entry] = []
    for number, (subject, action, details) in enumerate(events, start=1):
        event = Event(
            at=NOW + timedelta(hours=number),
            actor="rita",
            action=action,
            subject=subject,
            details=details,
        )
        previous = entries[-1].hash if entries else GENESIS
        entries.append(link(event, number, previous))
    return entries


def sha256(item: Evidence) -> str:
    return hashlib.sha256(item.model_dump_json().encode()).hexdigest()


@pytest.fixture
def given_sources(store: SqlTaskStore) -> Sources:
    """A task that was decided, taken back and decided again, and an open one."""
    match = make_match("e1")
    task = make_task(make_claim(), make_article(), [match])
    first = verdict_on(task, id="v1", reviewers=["rita", "sam"])
    gone = first.model_copy(
        update={
            "id": "v2",
            "revision": 2,
            "status": VerdictStatus.WITHDRAWN,
            "decided_at": NOW + timedelta(hours=2),
        }
    )
    again = first.model_copy(
        update={
            "id": "v3",
            "revision": 3,
            "rating": Rating.HALF_TRUE,
            "decided_at": NOW + timedelta(hours=3),
            "evidence_ids": ["e1", "lost"],
        }
    )
    lost = {"id": "lost", "revision": 2, "relation": "supports", "url": None, "sha256": "ab" * 32}
    kept = {"id": "e1", "revision": 1, "relation": "contradicts", "sha256": sha256(match.evidence)}
    entries = trail(
        (task.id, "take", {"lease": 1}),
        (
            task.id,
            "decide",
            {"verdict": {"id": "v1", "revision": 1}, "basis": {"evidence": [kept]}},
        ),
        (
            task.id,
            "reopen",
            {
                "reason": "The office corrected its count.",
                "verdict": {"id": "v2", "revision": 2, "status": "withdrawn", "rating": "false"},
            },
        ),
        (
            task.id,
            "decide",
            {
                "verdict": {"id": "v3", "revision": 3, "status": "issued", "rating": "half_true"},
                "basis": {"evidence": [kept, lost]},
            },
        ),
    )
    (other,) = make_tasks(1)
    return Sources(
        tasks=[decided(store, task, again), decided(store, other, None)],
        verdicts=[first, gone, again],
        entries=entries,
        method={"claimdesk": "0.1.0"},
        feed='{"@type": "DataFeed"}',
    )


def packed(sources: Sources) -> bytes:
    file = io.BytesIO()
    write_pack(file, sources)
    return file.getvalue()


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))


def test_the_pack_says_what_each_verdict_rests_on(given_sources: Sources) -> None:
    archive = zipfile.ZipFile(io.BytesIO(packed(given_sources)))
    rows = table(archive, "sources.csv")
    assert set(rows[0]) == set(SOURCES)
    assert [(row["verdict_id"], row["evidence_id"], row["relation"]) for row in rows] == [
        ("v1", "e1", "contradicts"),
        ("v3", "e1", "contradicts"),
        ("v3", "lost", "supports"),
    ]
    copy = archive.read(rows[0]["copy"])
    assert hashlib.sha256(copy).hexdigest() == rows[0]["sha256"]
    assert json.loads(copy)["url"] == rows[0]["url"] == "https://audit.example/e1"
    assert (rows[2]["copy"], rows[2]["sha256"]) == ("", "ab" * 32)


def test_an_item_that_changed_since_is_not_shown_as_the_one_that_was_read(
    given_sources: Sources,
) -> None:
    other = [
        entry.model_copy(
            update={
                "details": json.loads(
                    json.dumps(entry.details).replace('"sha256": "', '"sha256": "0')
                )
            }
        )
        for entry in given_sources.entries
    ]
    archive = zipfile.ZipFile(io.BytesIO(packed(replace(given_sources, entries=other))))
    rows = table(archive, "sources.csv")
    assert [row["copy"] for row in rows] == ["", "", ""]
    assert all(row["sha256"].startswith("0") for row in rows)


def test_the_pack_lists_corrections_with_their_place_in_the_trail(given_sources: Sources) -> None:
    archive = zipfile.ZipFile(io.BytesIO(packed(given_sources)))
    rows = table(archive, "corrections.csv")
    assert set(rows[0]) == set(CORRECTIONS)
    assert [(row["action"], row["status"], row["rating"], row["audit_entry"]) for row in rows] == [
        ("reopen", "withdrawn", "false", "3"),
        ("decide", "issued", "half_true", "4"),
    ]
    assert rows[0]["reason"] == "The office corrected its count."
    assert rows[0]["audit_hash"] == list(given_sources.entries)[2].hash


def test_the_pack_numbers_people(given_sources: Sources) -> None:
    data = packed(given_sources)
    archive = zipfile.ZipFile(io.BytesIO(data))
    everything = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "rita" not in everything
    assert table(archive, "verdicts.csv")[0]["reviewers"] == "person 1 person 2"


def test_the_manifest_holds_the_hash_of_every_other_file(given_sources: Sources) -> None:
    archive = zipfile.ZipFile(io.BytesIO(packed(given_sources)))
    manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest) == set(archive.namelist()) - {"manifest.json"}
    for name, told in manifest.items():
        data = archive.read(name)
        assert told == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert len(archive.namelist()) == len(set(archive.namelist()))
    readme = archive.read("README.txt").decode()
    for name in manifest:
        assert name.partition("/")[0] in readme or name == "README.txt"


def test_the_same_data_gives_the_same_bytes(
    given_sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = replace(
        given_sources,
        tasks=list(given_sources.tasks)[::-1],
        verdicts=list(given_sources.verdicts)[::-1],
        method=dict(reversed(list(given_sources.method.items()))),
    )
    first = packed(given_sources)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.setattr("time.time", lambda: 5e9)
    assert packed(turned) == first


def test_a_pack_of_nothing_is_whole() -> None:
    archive = zipfile.ZipFile(io.BytesIO(packed(Sources([], [], [], {}))))
    assert archive.testzip() is None
    assert table(archive, "verdicts.csv") == []
    assert "claimreview.json" not in archive.namelist()

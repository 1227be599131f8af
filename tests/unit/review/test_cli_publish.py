"""`claimdesk publish`: the feed, tables and the pack, and our own feed loaded as evidence."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.verdict import Rating, Verdict, VerdictStatus
from services.adapters.sql_tasks import SqlTaskStore
from services.review.publishing import handle
from services.review.scale import load_scale
from tests.support.desk import (
    NOW,
    make_claim,
    make_match,
    make_task,
    published_in,
    sqlite_url,
    store_at,
)

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Command:
    def claimdesk(*words: str, code: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        given = {"CLAIMDESK_DATA_DIR": str(tmp_path)} | settings
        done = subprocess.run(
            [sys.executable, "-m", "services.cli.main", *words],
            env=os.environ | given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done

    return claimdesk


NAMED = {
    "CLAIMDESK_PUBLISHER_NAME": "Example Desk",
    "CLAIMDESK_PUBLIC_URL": "https://desk.example",
}


def publish(store: SqlTaskStore, said: str, **fields: object) -> str:
    task = make_task(make_claim(said), evidence=[make_match("e1")])
    store.upsert(task)
    verdict = Verdict.model_validate(
        {
            "id": f"v-{said}",
            "task_id": task.id,
            "cluster_id": task.cluster_id,
            "claim": said,
            "rating": Rating.FALSE,
            "reviewer": "rita",
            "lease": 1,
            "decided_at": NOW,
            "evidence_ids": ["e1"],
        }
        | fields
    )
    list(handle(verdict, tasks=store, published=published_in(store), scale=load_scale(None)))
    return task.id


def test_our_own_feed_is_evidence_and_what_was_withdrawn_goes(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "feed.json"
    with store_at(sqlite_url(tmp_path)) as store:
        publish(store, "The bridge cost 12 million euros")
        gone = publish(store, "The tunnel is shut")
        run("publish", "feed", "--out", str(file), **NAMED)
        loaded = json.loads(run("evidence", "load", str(file), "--json").stdout)
        assert (loaded["added"], loaded["rejected"], loaded["problems"]) == (2, 0, [])
        status = {"status": VerdictStatus.WITHDRAWN, "revision": 2}
        assert publish(store, "The tunnel is shut", **status) == gone
    run("publish", "feed", "--out", str(file), **NAMED)
    again = json.loads(run("evidence", "load", str(file), "--complete", "--json").stdout)
    assert (again["unchanged"], again["withdrawn"], again["rejected"]) == (1, 1, 0)
    shown = run("evidence", "show", f"https://desk.example/published/{gone}", "--json").stdout
    assert json.loads(shown)["withdrawn"]


def test_tables_and_the_pack(run: Command, tmp_path: Path) -> None:
    with store_at(sqlite_url(tmp_path)) as store:
        publish(store, "The bridge cost 12 million euros")
    rows = json.loads(run("publish", "export", "tasks", "--format", "json").stdout)
    assert [row["claim"] for row in rows] == ["The bridge cost 12 million euros"]
    head, line, *rest = run("publish", "export", "tasks").stdout.splitlines()
    assert head.startswith("id,state,")
    assert rows[0]["id"] in line
    assert rest == []
    assert json.loads(run("publish", "export", "verdicts", "--format", "json").stdout) == []
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    for file in (first, second):
        run("publish", "pack", str(file), **NAMED)
    assert first.read_bytes() == second.read_bytes()
    archive = zipfile.ZipFile(first)
    assert json.loads(archive.read("claimreview.json"))["name"] == "Example Desk"
    assert json.loads(archive.read("method.json"))["rating_scale"]["false"]["name"] == "False"
    assert not list(tmp_path.glob(".*.part"))


def test_what_lacks_is_named(run: Command, tmp_path: Path) -> None:
    assert "CLAIMDESK_PUBLISHER_NAME" in run("publish", "feed", code=2).stderr
    only = {"CLAIMDESK_PUBLISHER_NAME": "Example Desk"}
    assert "CLAIMDESK_PUBLIC_URL" in run("publish", "feed", code=2, **only).stderr
    nowhere = str(tmp_path / "none" / "x.zip")
    assert "cannot be written" in run("publish", "pack", nowhere, code=2).stderr
    scale = {"CLAIMDESK_RATING_SCALE": str(tmp_path / "none.json")}
    assert "rating scale" in run("publish", "feed", code=2, **NAMED, **scale).stderr
    run("publish", "export", "people", code=2)

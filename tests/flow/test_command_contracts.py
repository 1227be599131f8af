"""The commands that scripts rely on: JSON lines in and out, errors on stderr, exit codes to be trusted."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CLAIMDESK = str(Path(sys.executable).with_name("claimdesk"))
TEXT = (
    "LAKEPORT, May 6 - The Lakeport bridge carried 40,000 vehicles a day last year, Mayor Ada "
    "Hallam said on Monday.\n\nShe added that it would reopen next week."
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMDESK")}
    return kept | {"CLAIMDESK_DATA_DIR": str(tmp_path / "data")}


def run(
    environment: dict[str, str], *words: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [CLAIMDESK, *words],
        input=given,
        env=environment,
        capture_output=True,
        timeout=180,
        check=False,
    )


def lines(raw: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in raw.decode().splitlines()]


def given(*rows: Any) -> bytes:
    return b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)


def test_extract_speaks_the_agreed_json_lines(environment: dict[str, str]) -> None:
    done = run(
        environment,
        "extract",
        "--jsonl",
        given=given({"id": "a", "text": TEXT, "published_at": "2024-05-06T12:00:00Z"}),
    )
    assert done.returncode == 0, done.stderr
    [row] = lines(done.stdout)
    assert set(row) == {"id", "attributions", "claims", "excluded"}
    for attribution in row["attributions"]:
        assert set(attribution) == {"source", "cue", "content", "speaker", "direct"}
        for start, end in [*attribution["source"], *attribution["cue"], *attribution["content"]]:
            assert 0 <= start < end <= len(TEXT)
    claim = next(claim for claim in row["claims"] if "40,000" in claim["text"])
    assert set(claim) == {
        "span", "text", "speaker", "quote", "kind", "check_worthiness", "dates", "due",
        "reported_by", "quantities",
    }  # fmt: skip
    assert TEXT[slice(*claim["span"])] == claim["text"]
    assert claim["speaker"] == "Ada Hallam"
    assert claim["dates"] == ["2023"]
    assert any("40,000" in quantity for quantity in claim["quantities"])
    reopening = next(claim for claim in row["claims"] if "reopen" in claim["text"])
    assert reopening["speaker"] == "Ada Hallam"
    assert reopening["dates"] == ["2024-05-13/2024-05-19"]
    assert {item["kind"] for item in row["excluded"]} == {"dateline"}


BAD_ARTICLES = {
    "not JSON": b"{",
    "not UTF-8": b'{"id": "x", "text": "\xff"}',
    "empty": {"id": "empty", "text": ""},
    "white space": {"id": "blank", "text": " \n\n "},
    "no text": {"id": "none"},
    "German": {"id": "de", "text": "Der Minister sagte, die Zahl sei im Mai gesunken. " * 8},
}


def test_extract_names_each_bad_line_and_handles_the_others(environment: dict[str, str]) -> None:
    good = {"id": "good", "text": TEXT}
    done = run(environment, "extract", "--jsonl", given=given(*BAD_ARTICLES.values(), good))
    assert done.returncode == 1
    assert [row["id"] for row in lines(done.stdout)] == ["good"]
    errors = lines(done.stderr)
    assert sorted(error["line"] for error in errors) == [1, 2, 3, 4, 5, 6]
    assert all(error["error"] for error in errors)


ODD_ARTICLES = {
    "control characters": "The\x00 mayor\x07 said the bridge was\x1b[31m closed in 2019.",
    "a year far away": "The mayor said on 4 May 20189 that 12 bridges were closed.",
    "a body of HTML": "<p>The mayor said <b>12 bridges</b> were closed.</p>" * 3,
    "only quotation marks": '"' * 2_000,
    "one endless sentence": "the bridge and the port and " * 1_500,
}


def test_extract_survives_odd_texts_with_exact_offsets(environment: dict[str, str]) -> None:
    rows = [{"id": name, "text": text} for name, text in ODD_ARTICLES.items()]
    done = run(environment, "extract", "--jsonl", given=given(*rows))
    seen = {row["id"] for row in lines(done.stdout)}
    refused = {error["line"] for error in lines(done.stderr) if "line" in error}
    assert len(seen) + len(refused) == len(rows)
    assert (done.returncode == 0) == (not refused)
    for row in lines(done.stdout):
        for claim in row["claims"]:
            assert ODD_ARTICLES[row["id"]][slice(*claim["span"])] == claim["text"]


def test_score_gives_two_numbers_from_0_to_1(environment: dict[str, str]) -> None:
    rows = [
        {"id": "a", "text": "Unemployment fell from 5.1 per cent to 4.2 per cent in March 2023."},
        {"id": "b", "text": "What a beautiful, beautiful evening, don't you think?"},
    ]
    done = run(environment, "score", "--jsonl", given=given(*rows, b"nonsense"))
    assert done.returncode == 1
    first, second = lines(done.stdout)
    assert set(first) == {"id", "check_worthiness", "objective"}
    for row in (first, second):
        assert 0 <= row["check_worthiness"] <= 1
        assert 0 <= row["objective"] <= 1
    assert first["check_worthiness"] > second["check_worthiness"]
    assert first["objective"] > second["objective"]
    assert lines(done.stderr)[-1]["line"] == 3


def test_evidence_is_loaded_and_matched_by_command(
    environment: dict[str, str], tmp_path: Path
) -> None:
    evidence = tmp_path / "evidence.jsonl"
    rows = [
        {
            "id": "count",
            "kind": "report",
            "claim": "The bridge carried 31,000 vehicles a day in 2023.",
        },
        {"id": "port", "claim": "The port handled a million containers.", "rating": "false"},
    ]
    evidence.write_bytes(given(*rows, {"id": "no claim"}))
    loaded = run(environment, "evidence", "load", str(evidence), "--json")
    assert loaded.returncode == 1
    assert json.loads(loaded.stdout)["added"] == 2
    again = run(environment, "evidence", "load", str(evidence), "--json")
    assert json.loads(again.stdout)["added"] == 0

    done = run(
        environment,
        "match",
        "--jsonl",
        "--top",
        "20",
        "--store",
        "embedded",
        given=given(
            {"id": "q", "text": "The bridge carried 40,000 vehicles a day in 2023", "speaker": "A"}
        ),
    )
    assert done.returncode == 0, done.stderr
    [row] = lines(done.stdout)
    best = row["matches"][0]
    assert set(best) == {"evidence_id", "score", "probability", "relation", "why"}
    assert best["evidence_id"] == "count"
    assert best["relation"] == "contradicts"
    assert "31,000" in best["why"]


def test_from_a_file_to_tasks_and_a_verdict_by_command_alone(
    environment: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"source": "wire", "guid": "1", "title": "Bridge", "text": TEXT}))
    assert run(environment, "ingest", str(path)).returncode == 0
    up = run(environment | {"CLAIMDESK_HTTP_PORT": "0"}, "up", "--once")
    assert up.returncode == 0, up.stderr
    tasks = json.loads(run(environment, "tasks", "--json").stdout)
    task = next(task for task in tasks if "40,000" in task["claim"]["text"])
    assert {"id", "state", "claim", "evidence", "priority", "reason", "sightings"} <= set(task)
    assert task["priority"]["parts"]
    taken = run(environment, "tasks", "take", task["id"], "--as", "rita", "--json")
    assert taken.returncode == 0, taken.stderr
    words = ["tasks", "decide", task["id"], "--as", "rita", "--rating", "false"]
    words += ["--rationale", "The office counted fewer.", "--lease"]
    assert run(environment, *words, "99").returncode == 1
    assert run(environment, *words, "1").returncode == 0
    assert run(environment | {"CLAIMDESK_HTTP_PORT": "0"}, "up", "--once").returncode == 0
    found = run(environment, "evidence", "search", "vehicles on the bridge", "--json")
    assert "verdict" in found.stdout.decode()


def test_a_missing_file_and_a_wrong_setting_are_told_with_the_remedy(
    environment: dict[str, str],
) -> None:
    wrong = run(environment | {"CLAIMDESK_BROKER": "rabbits"}, "lag")
    assert wrong.returncode == 2
    assert "CLAIMDESK_BROKER" in wrong.stderr.decode()
    missing = run(environment, "evidence", "load", "nowhere.jsonl")
    assert missing.returncode == 2
    assert "nowhere.jsonl" in missing.stderr.decode()


def test_an_absent_broker_is_a_dependency_that_is_not_ready(environment: dict[str, str]) -> None:
    away = environment | {"CLAIMDESK_BROKER": "kafka", "CLAIMDESK_KAFKA_BOOTSTRAP": "127.0.0.1:9"}
    done = run(away, "lag")
    assert done.returncode == 3
    assert "kafka" in done.stderr.decode().lower()

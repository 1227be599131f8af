"""`claimdesk topics`, `lag`, `dead-letters`, `run` and `up`, on each log."""

import base64
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from schemas.article import ArticleRef
from schemas.match import ArticleMatches
from schemas.topics import ARTICLES, MATCHES, TOPICS
from services.ports.event_log import drained
from services.runtime.events import make_event
from services.runtime.executor import Message, to_message
from tests.support.logs import (
    NOW,
    PATIENCE,
    Place,
    eventually,
    extract_step,
    run_until_drained,
    service_of,
    small,
)


@pytest.fixture
def environment(place: Place) -> dict[str, str]:
    (place.folder / "log.db").unlink(missing_ok=True)
    return {
        "CLAIMDESK_DATA_DIR": str(place.folder),
        "CLAIMDESK_BROKER": place.kind,
        "CLAIMDESK_KAFKA_BOOTSTRAP": place.bootstrap or "127.0.0.1:9",
        "CLAIMDESK_TOPIC_PREFIX": place.prefix,
        "CLAIMDESK_LOG_FORMAT": "json",
    }


class Result:
    def __init__(self, process: "subprocess.CompletedProcess[str]") -> None:
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def claimdesk(environment: dict[str, str], *arguments: str) -> Result:
    return Result(
        subprocess.run(
            [sys.executable, "-m", "services.cli.main", *arguments],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    )


def test_topics_are_missing_then_made_then_there(environment: dict[str, str]) -> None:
    before = claimdesk(environment, "topics", "describe", "--json")
    assert before.code == 1
    assert not any(row["exists"] for row in before.json)
    assert "claimdesk topics ensure" in before.err
    made = claimdesk(environment, "topics", "ensure", "--json")
    assert (made.code, made.json) == (0, {"created": [topic.name for topic in TOPICS]})
    after = claimdesk(environment, "topics", "describe", "--json")
    assert after.code == 0
    assert [row["partitions"] for row in after.json] == [topic.partitions for topic in TOPICS]
    assert claimdesk(environment, "topics", "ensure").out == "every topic is there\n"


def test_lag_tells_what_waits_for_each_step(place: Place, environment: dict[str, str]) -> None:
    place.admin.ensure(small())
    place.producer.publish([Message(ARTICLES.name, "a", b"1"), Message(ARTICLES.name, "b", b"2")])
    rows = {row["step"]: row["lag"] for row in claimdesk(environment, "lag", "--json").json}
    assert rows["extract"] == 2
    assert rows["match"] == 0


def test_dead_letters_are_listed_shown_replayed_and_dropped(
    place: Place,
    environment: dict[str, str],
) -> None:
    place.admin.ensure(small())
    place.producer.publish(
        [Message(ARTICLES.name, "a", b"[bold]\x1b[2J"), Message(ARTICLES.name, "b", b"")]
    )
    run_until_drained(place, service_of(extract_step()))

    rows = claimdesk(environment, "dead-letters", "list", "--json").json
    assert [(row["key"], row["reason"], row["bytes"]) for row in rows] in (
        [("a", "not_json", 10), ("b", "empty", 0)],
        [("b", "empty", 0), ("a", "not_json", 10)],
    )
    ids = {row["key"]: row["id"] for row in rows}
    assert ids["a"] in claimdesk(environment, "dead-letters", "list").out

    shown = claimdesk(environment, "dead-letters", "show", ids["a"])
    assert "[bold]\\x1b[2J" in shown.out
    assert "\x1b" not in shown.out
    whole = claimdesk(environment, "dead-letters", "show", ids["a"], "--json").json
    assert whole["value"] == base64.b64encode(b"[bold]\x1b[2J").decode()

    assert claimdesk(environment, "dead-letters", "replay", ids["a"]).out == "replayed: 1\n"
    assert claimdesk(environment, "dead-letters", "drop", "--all").out == "dropped: 1\n"
    assert claimdesk(environment, "dead-letters", "list", "--json").json == []
    values = [record.value for record in place.admin.read(ARTICLES)]
    assert values.count(b"[bold]\x1b[2J") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dead-letters", "show", "dl_none"), "no dead letter dl_none"),
        (("dead-letters", "drop", "dl_none"), "no dead letter dl_none"),
        (("dead-letters", "replay"), "name the ids"),
        (("dead-letters", "drop", "dl_none", "--all"), "one of both"),
        (("run", "everything"), "no service 'everything'; there are ingest, extract"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    result = claimdesk({"CLAIMDESK_DATA_DIR": str(tmp_path)}, *arguments)
    assert result.code == 2
    assert said in result.err


def test_a_log_that_is_away_ends_a_command_with_3(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = claimdesk({"CLAIMDESK_DATA_DIR": str(tmp_path / "file")}, "topics", "ensure")
    assert result.code == 3
    assert "not ready" in result.err


def probe(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_service_runs_answers_probes_and_stops_on_sigterm(
    place: Place,
    environment: dict[str, str],
) -> None:
    place.admin.ensure(small())
    empty = ArticleMatches(article=ArticleRef(id="a"))
    place.producer.publish([to_message(make_event(empty, service="match", now=NOW))])
    process = subprocess.Popen(
        [sys.executable, "-m", "services.cli.main", "run", "triage"],
        env={**os.environ, **environment, "CLAIMDESK_HEALTH_PORT": "0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        heard = next(row for row in process.stderr if "health listens" in row)
        address = f"http://127.0.0.1:{json.loads(heard)['port']}"
        eventually(lambda: probe(f"{address}/readyz") == 200, "it is ready")
        assert probe(f"{address}/livez") == 200
        eventually(lambda: drained(place.admin, [("triage", MATCHES)]), "it works")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.communicate()

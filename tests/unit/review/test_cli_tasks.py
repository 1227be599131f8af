"""`claimdesk tasks`: what scripts and people get."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from services.adapters.sql_tasks import SqlTaskStore
from services.cli import tasks as commands
from services.runtime.errors import UserError
from tests.support.desk import (
    make_article,
    make_claim,
    make_match,
    make_task,
    make_tasks,
    sqlite_url,
    store_at,
)

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path))
    app = typer.Typer()
    commands.register(app)
    return lambda *arguments: CliRunner().invoke(app, ["tasks", *arguments])


@pytest.fixture
def store(tmp_path: Path) -> SqlTaskStore:
    with store_at(sqlite_url(tmp_path)) as made:
        return made


def test_the_list_as_json_carries_claim_evidence_and_priority_parts(
    run: Run, store: SqlTaskStore
) -> None:
    store.upsert(make_task(evidence=[make_match()]))
    (task,) = json.loads(run("--json").stdout)
    assert task["state"] == "open"
    assert task["claim"]["text"] == make_claim().text
    assert task["speaker"] == "Maria Lind"
    assert task["reason"].startswith("Prior evidence")
    assert task["evidence"][0]["evidence"]["id"] == "e1"
    assert task["priority"]["parts"][0].keys() == {"name", "value", "weight", "why"}
    assert task["sightings"][0]["article"]["publisher"] == "Example Wire"


def test_the_list_is_whole_and_can_be_cut_and_filtered(
    run: Run, store: SqlTaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "PAGE", 2)
    for task in make_tasks(5):
        store.upsert(task)
    assert len(json.loads(run("--json").stdout)) == 5
    assert len(json.loads(run("--json", "--limit", "3").stdout)) == 3
    assert json.loads(run("--json", "--state", "done").stdout) == []
    run("take", "--reviewer", "ann")
    both = json.loads(run("--json", "--state", "taken", "--state", "open").stdout)
    assert [task["state"] for task in both].count("taken") == 1


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "out", Console(width=40))


def test_ids_stand_whole_on_narrow_terminals(run: Run, store: SqlTaskStore, narrow: None) -> None:
    evidence = make_match("evidence-with-an-id-longer-than-the-terminal-is-wide")
    article = make_article("article-with-an-id-longer-than-the-terminal-is-wide")
    task = make_task(make_claim("word " * 60), article, [evidence])
    store.upsert(task)
    lines = run().stdout.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("task_")] == [task.id]
    assert max(map(len, lines[3:])) <= 40
    assert {"contradicts:", "Lind"} <= set(" ".join(lines).split())
    first_words = [line.split()[0] for line in run("show", task.id).stdout.splitlines() if line]
    assert {f"{task.id}:", evidence.evidence.id, article.id} <= set(first_words)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "5 of 5 tasks"),
        (("--limit", "3"), "3 of 5 tasks"),
        (("--state", "open", "--limit", "2"), "2 of 4 tasks"),
        (("--state", "done"), "0 of 0 tasks"),
    ],
)
def test_a_cut_list_says_of_how_many(
    run: Run, store: SqlTaskStore, arguments: tuple[str, ...], says: str
) -> None:
    for task in make_tasks(5):
        store.upsert(task)
    run("take", "--reviewer", "ann")
    assert run(*arguments).stdout.splitlines()[0] == says


def test_no_tasks_are_an_empty_list(run: Run) -> None:
    assert json.loads(run("--json").stdout) == []
    assert run().exit_code == 0


def test_a_task_from_take_to_verdict(run: Run, store: SqlTaskStore) -> None:
    store.upsert(make_task(evidence=[make_match()]))
    taken = json.loads(run("take", "--reviewer", "ann", "--json").stdout)
    back = run("release", taken["id"], "--reviewer", "ann", "--lease", "1", "--json")
    assert json.loads(back.stdout)["state"] == "open"
    again = json.loads(run("take", taken["id"], "--reviewer", "ann", "--json").stdout)
    arguments = ["--reviewer", "ann", "--lease", str(again["lease"]), "--rating", "false"]
    arguments += ["--rationale", "Nine, says the audit.", "--evidence", "e1"]
    done = json.loads(run("decide", taken["id"], *arguments, "--json").stdout)
    assert done["verdict"]["evidence_ids"] == ["e1"]
    assert [verdict.rating for verdict in store.unpublished()] == ["false"]
    shown = run("show", taken["id"]).stdout
    for words in ("Nine, says the audit.", "What the bridge cost", "check_worthiness"):
        assert words in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nothing"), "no task nothing"),
        (("take", "nothing", "--reviewer", "ann"), "no task nothing"),
        (("take", "--reviewer", "ann"), "no task is open"),
        (("take", "--reviewer", " "), "reviewer"),
        (("release", "nothing", "--reviewer", "ann", "--lease", "1"), "no task nothing"),
    ],
)
def test_mistakes_are_told(run: Run, arguments: tuple[str, ...], says: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, UserError)
    assert says in str(error)


def test_a_stale_decision_is_told(run: Run, store: SqlTaskStore) -> None:
    store.upsert(make_task())
    run("take", "--reviewer", "ann")
    decision = ("--lease", "1", "--rating", "true", "--rationale", "So it is.")
    refused = run("decide", make_task().id, "--reviewer", "bob", *decision)
    assert "ann holds it" in str(refused.exception)
    assert store.unpublished() == []


def test_words_of_others_cannot_steer_the_terminal(run: Run, store: SqlTaskStore) -> None:
    task = make_task(make_claim("\x1b[2J\x1b]0;owned\x07 [red]it fell[/red]"))
    store.upsert(task)
    for arguments in ((), ("show", task.id)):
        shown = run(*arguments).stdout
        assert "\x1b" not in shown
        assert "\x07" not in shown
        assert "[red]" in shown


def test_tasks_are_merged_split_and_put_back_by_command(run: Run, store: SqlTaskStore) -> None:
    one, other = make_tasks(2)
    for task in (one, other):
        store.upsert(task)
    merged = json.loads(
        run("merge", other.id, "--into", one.id, "--reviewer", "ann", "--json").stdout
    )
    assert (merged["id"], merged["sighting_count"]) == (one.id, 2)
    split = ("split", one.id, "--claim", other.claim.id, "--reviewer", "ann", "--json")
    assert json.loads(run(*split).stdout)["claim"]["id"] == other.claim.id
    made = json.loads(run("choices", "--json").stdout)
    assert [choice["kind"] for choice in made] == ["merge", "split"]
    assert made[0]["id"] in run("choices").stdout
    undone = json.loads(run("undo", made[1]["id"], "--reviewer", "ann", "--json").stdout)
    assert undone["sighting_count"] == 2
    assert "ann undid the split" in run("show", one.id).stdout
    again = run("undo", made[1]["id"], "--reviewer", "ann").exception
    assert isinstance(again, UserError)
    assert "undone before" in str(again)

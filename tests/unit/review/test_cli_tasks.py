"""`claimdesk tasks`: what scripts and people get."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from services.adapters.sql import make_engine
from services.adapters.sql_accounts import SqlAccounts
from services.adapters.sql_tasks import SqlTaskStore
from services.cli import tasks as commands
from services.cli import tasks_showing
from services.ports.accounts import Account, Role
from services.runtime.errors import UserError
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
    run("take", "--as", "ann")
    both = json.loads(run("--json", "--state", "taken", "--state", "open").stdout)
    assert [task["state"] for task in both].count("taken") == 1


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks_showing, "out", Console(width=40))


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
    run("take", "--as", "ann")
    assert run(*arguments).stdout.splitlines()[0] == says


def test_no_tasks_are_an_empty_list(run: Run) -> None:
    assert json.loads(run("--json").stdout) == []
    assert run().exit_code == 0


def test_a_task_from_take_to_verdict(run: Run, store: SqlTaskStore) -> None:
    store.upsert(make_task(evidence=[make_match()]))
    taken = json.loads(run("take", "--as", "ann", "--json").stdout)
    back = run("release", taken["id"], "--as", "ann", "--lease", "1", "--json")
    assert json.loads(back.stdout)["state"] == "open"
    again = json.loads(run("take", taken["id"], "--as", "ann", "--json").stdout)
    arguments = ["--as", "ann", "--lease", str(again["lease"]), "--rating", "false"]
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
        (("take", "nothing", "--as", "ann"), "no task nothing"),
        (("take", "--as", " "), "name"),
        (("hand-over", "t", "--as", "ann", "--lease", "1", "--to", "bob"), "no account bob"),
        (("--view", "mine"), "say --as NAME"),
        (("--view", "mine", "--as", "ann"), "ann has no view mine"),
        (("release", "nothing", "--as", "ann", "--lease", "1"), "no task nothing"),
    ],
)
def test_mistakes_are_told(run: Run, arguments: tuple[str, ...], says: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, UserError)
    assert says in str(error)


def test_what_is_refused_is_told_with_the_task_and_what_was_written(
    run: Run, store: SqlTaskStore
) -> None:
    nothing = run("take", "--as", "ann", "--json")
    assert (nothing.exit_code, json.loads(nothing.stdout)["error"]) == (
        1,
        "no task is open for you",
    )
    store.upsert(make_task())
    run("take", "--as", "ann")
    decision = ("--lease", "1", "--rating", "true", "--rationale", "So it is.")
    refused = run("decide", make_task().id, "--as", "bob", *decision, "--json")
    told = json.loads(refused.stdout)
    assert refused.exit_code == 1
    assert "ann holds it" in told["error"]
    assert (told["task"]["reviewer"], told["draft"]["rationale"]) == ("ann", "So it is.")
    assert "your draft: true: So it is." in run("show", make_task().id, "--as", "bob").stdout
    assert "So it is." not in run("show", make_task().id, "--as", "ann").stdout
    assert store.unpublished() == []


def test_everything_that_can_be_done_to_a_task(
    run: Run, store: SqlTaskStore, tmp_path: Path
) -> None:
    engine = make_engine(sqlite_url(tmp_path))
    accounts = SqlAccounts(engine)
    accounts.setup()
    for name, role in (("edith", Role.EDITOR), ("bob", Role.REVIEWER), ("rea", Role.READER)):
        accounts.add(Account(name=name, role=role, created_at=NOW))
    engine.dispose()
    store.upsert(make_task())
    day = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
    task, why = make_task().id, ("--reason", "because")

    def done(name: str, *arguments: str, who: str = "ann") -> dict[str, Any]:
        result = run(name, task, "--as", who, *arguments, "--json")
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    def taken(who: str = "ann") -> tuple[str, str]:
        return "--lease", str(done("take", who=who)["lease"])

    lease = taken()
    assert done("renew", *lease)["lease"] == int(lease[1])
    saved = done("save", *lease, "--rationale", "So far.", "--rating", "false")
    assert saved["draft"]["rationale"] == "So far."
    assert done("skip", *lease, *why)["state"] == "open"
    slept = done("snooze", *taken(), "--until", day, *why)
    assert (slept["state"], slept["snoozed_until"]) == ("snoozed", f"{day}T00:00:00Z")
    assert done("resume", *why)["state"] == "open"
    assert done("hand-over", *taken(), "--to", "BOB")["reserved_for"] == "bob"
    assert run("take", task, "--as", "ann").exit_code == 1
    assert (
        done("ask-specialist", *taken("bob"), "--skill", "law", *why, who="bob")["skill"] == "law"
    )
    done("resume", *why)
    assert run("assign", task, "--as", "ann", "--desk", "city").exit_code == 1
    assigned = done("assign", "--desk", "city", "--deadline", day, who="edith")
    assert (assigned["desk"], assigned["deadline"]) == ("city", f"{day}T00:00:00Z")
    assert done("assign", "--desk", "", "--to", "bob", who="edith")["desk"] is None
    done("assign", "--to", "", who="edith")
    assert done("seed", "--rating", "false", who="edith")["state"] == "open"
    done("seed", who="edith")
    assert done("decide", *taken(), "--rating", "false", "--rationale", "No.")["state"] == "done"
    assert done("take-back", *why)["draft"]["rationale"] == "No."
    done("decide", *taken(), "--rating", "true", "--rationale", "Yes.")
    assert done("reopen", *why, who="edith")["round"] == 2
    assert [verdict.status for verdict in store.verdicts()] == ["issued", "withdrawn"] * 2
    reader = run("take", task, "--as", "rea").exception
    assert "rea may not work on tasks" in str(reader)


def test_filters_are_saved_by_name(run: Run, store: SqlTaskStore) -> None:
    for task in (make_task(), make_task(make_claim("It fell", speaker="Jo Bell"))):
        store.upsert(task)
    mine = ("--save-view", "bell", "--as", "ann", "--json")
    found = json.loads(run("--speaker", "bell", "--state", "open", *mine).stdout)
    assert [task["speaker"] for task in found] == ["Jo Bell"]
    assert json.loads(run("--view", "bell", "--as", "ann", "--json").stdout) == found
    views = json.loads(run("views", "--as", "ann", "--json").stdout)
    assert views == {"bell": {"states": ["open"], "speaker": "bell"}}
    assert run("forget-view", "bell", "--as", "ann").exit_code == 0
    assert json.loads(run("views", "--as", "ann", "--json").stdout) == {}


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
    merged = json.loads(run("merge", other.id, "--into", one.id, "--as", "ann", "--json").stdout)
    assert (merged["id"], merged["sighting_count"]) == (one.id, 2)
    split = ("split", one.id, "--claim", other.claim.id, "--as", "ann", "--json")
    assert json.loads(run(*split).stdout)["claim"]["id"] == other.claim.id
    made = json.loads(run("choices", "--json").stdout)
    assert [choice["kind"] for choice in made] == ["merge", "split"]
    assert made[0]["id"] in run("choices").stdout
    undone = json.loads(run("undo", made[1]["id"], "--as", "ann", "--json").stdout)
    assert undone["sighting_count"] == 2
    assert "ann undid the split" in run("show", one.id).stdout
    again = run("undo", made[1]["id"], "--as", "ann").exception
    assert isinstance(again, UserError)
    assert "undone before" in str(again)

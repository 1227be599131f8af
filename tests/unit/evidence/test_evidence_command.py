"""`claimdesk evidence` as a person and a script meet it: files in, exit codes and reports out."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from schemas.topics import EVIDENCE
from services.app import App
from services.cli import evidence
from services.ports.evidence_store import DIMENSIONS
from services.runtime.errors import NotReady, UserError
from services.runtime.events import decode
from services.runtime.settings import Settings

Command = Callable[..., Result]


class Words:
    """An analyser that needs no models."""

    def terms(self, texts: Sequence[str]) -> list[list[str]]:
        return [text.lower().split() for text in texts]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        return np.tile(np.eye(1, DIMENSIONS, dtype=np.float32), (len(texts), 1))


@pytest.fixture
def app(tmp_path: Path) -> App:
    made = App(Settings(data_dir=tmp_path / "data"))
    made.__dict__["analyser"] = Words()
    return made


@pytest.fixture
def command(app: App, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setattr(evidence, "make_app", lambda **_: app)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(evidence.commands, [str(one) for one in arguments])

    return run


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


ROW = {"id": "a", "claim": "rain", "rating": "Rather odd", "publisher": "River Check"}


def test_rejected_rows_are_told_counted_and_written(command: Command, tmp_path: Path) -> None:
    path = write(tmp_path / "e.jsonl", ROW, {"text": "no claim\x1b[2J"}, None)
    rejects = tmp_path / "rejects.jsonl"
    found = command("load", path, "--rejects", rejects, "--json")
    assert found.exit_code == 1
    report = json.loads(found.stdout)
    assert (report["added"], report["rejected"]) == (1, 2)
    assert [(one["place"], one["rejected"]) for one in report["problems"]] == [
        ("2", True),
        ("3", True),
    ]
    assert f"{path}:2: rejected: it has neither a claim" in found.stderr
    written = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [one["row"] for one in written] == [{"text": "no claim\x1b[2J"}, None]
    # Mended, the rejected row can be loaded by itself.
    mended = write(tmp_path / "mended.jsonl", {**written[0]["row"], "claim": "snow"})
    assert command("load", mended).exit_code == 0


def test_what_changed_is_told_to_the_flow(command: Command, app: App, tmp_path: Path) -> None:
    path = write(tmp_path / "e.jsonl", ROW)
    command("load", path)
    command("load", path)
    command("withdraw", "a", "--reason", "the source was wrong")
    command("restore", "a")
    told = [decode(EVIDENCE, record.value).data for record in app.admin.read(EVIDENCE)]
    assert [(one.change.value, one.revision, one.reason) for one in told] == [
        ("added", 1, None),
        ("withdrawn", 1, "the source was wrong"),
        ("revised", 2, None),
    ]


def test_a_complete_feed_withdraws_what_it_lacks(command: Command, tmp_path: Path) -> None:
    rows = [{**ROW, "id": f"{n}", "claim": f"rain {n}"} for n in range(12)]
    command("load", write(tmp_path / "e.jsonl", *rows))
    shorter = write(tmp_path / "e.jsonl", *rows[1:])
    assert "0 withdrawn" in command("load", shorter).stdout
    assert "1 withdrawn" in command("load", shorter, "--complete").stdout
    assert json.loads(command("count", "--json").stdout) == {"count": 11}
    rows = [{**ROW, "id": f"{n}", "claim": f"rain {n}"} for n in range(100, 130)]
    command("load", write(tmp_path / "e.jsonl", *rows))
    cut = write(tmp_path / "e.jsonl", rows[0])
    assert "part of a feed" in str(command("load", cut, "--complete").exception)
    assert json.loads(command("count", "--json").stdout) == {"count": 41}
    assert command("load", cut, "--complete", "--anyway").exit_code == 0
    assert json.loads(command("count", "--json").stdout) == {"count": 1}


def test_unmapped_ratings_are_listed(command: Command, tmp_path: Path) -> None:
    rows = [{**ROW, "id": f"{n}"} for n in range(3)]
    command("load", write(tmp_path / "e.jsonl", *rows, {**ROW, "id": "t", "rating": "True"}))
    assert json.loads(command("ratings", "--json").stdout) == [
        {"publisher": "River Check", "rating": "Rather odd", "finding": "", "count": 3}
    ]
    assert len(json.loads(command("ratings", "--all", "--json").stdout)) == 2


def test_a_statement_with_what_a_person_adds(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "speech.txt"
    path.write_text("We will build four bridges by 2030, and they will stand for a century.")
    found = command(
        *("load", path, "--kind", "official_statement", "--speaker", "Minister Ek"),
        *("--publisher", "Works", "--date", "3 February 2024", "--title", "Four bridges"),
    )
    assert found.exit_code == 0, found.output
    (hit,) = command("search", "bridges", "--json").stdout.splitlines()
    shown = json.loads(hit)["evidence"]
    assert (shown["kind"], shown["speaker"], shown["publisher"], shown["date"]) == (
        "official_statement",
        "Minister Ek",
        "Works",
        "2024-02-03",
    )


def test_a_store_that_goes_away_says_what_was_done(
    command: Command, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.evidence.load.BATCH", 2)
    upsert, batches = app.evidence_store.upsert, iter([True, False])

    def failing(documents: object) -> object:
        if next(batches):
            return upsert(documents)  # type: ignore[arg-type]
        raise NotReady("the store", "it is read-only")

    monkeypatch.setattr(app.evidence_store, "upsert", failing)
    path = write(tmp_path / "e.jsonl", *({**ROW, "id": f"{n}"} for n in range(4)))
    found = command("load", path)
    assert isinstance(found.exception, NotReady)
    assert "until then: 2 added" in found.stderr
    monkeypatch.setattr(app.evidence_store, "upsert", upsert)
    again = command("load", path)
    assert "2 added, 0 replaced, 2 unchanged" in again.stdout
    assert len(list(app.admin.read(EVIDENCE))) == 4


@pytest.mark.parametrize("arguments", [("withdraw", "x", "--reason", "r"), ("restore", "x")])
def test_an_unknown_id_is_told(command: Command, arguments: tuple[str, ...]) -> None:
    assert isinstance(command(*arguments).exception, UserError)


def test_a_reason_is_needed(command: Command) -> None:
    assert isinstance(command("withdraw", "x", "--reason", " ").exception, UserError)
    assert command("withdraw", "x").exit_code == 2

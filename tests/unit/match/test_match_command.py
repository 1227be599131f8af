"""`claimdesk evidence`, `match` and `evaluate retrieval` as a person or a script calls them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from services.cli import evaluate_retrieval, evidence, match
from services.runtime.errors import UserError

ROWS: list[dict[str, Any]] = [
    {
        "id": "1",
        "claim": "The Norvale dam was opened on 3 May 1987",
        "kind": "report",
        "language": "en",
        "date": "2019-06",
    },
    {
        "id": "2",
        "claim": "The Lakeby ferry sank in 1998",
        "rating": "false",
        "language": "en",
        "publisher": "Check Desk",
        "date": "2021",
    },
]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Typer:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("CLAIMDESK_STORE", raising=False)
    made = Typer()
    for module in (evidence, match, evaluate_retrieval):
        module.register(made)
    return made


def call(app: Typer, *arguments: str, given: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(app, arguments, input=given)
    assert result.exit_code == code, (result.output, result.stderr, result.exception)
    return result


@pytest.fixture
def loaded(app: Typer, tmp_path: Path) -> Typer:
    path = tmp_path / "e.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    call(app, "evidence", "load", str(path))
    return app


def test_load_counts_what_became_of_the_rows(app: Typer, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("id,claim\n1,A claim\n2,\n", encoding="utf-8")
    result = call(app, "evidence", "load", str(path), "--json", code=1)
    summary = json.loads(result.stdout)
    assert (summary["added"], summary["rejected"]) == (1, 1)
    assert f"{path}:3: rejected: it has neither" in result.stderr
    again = json.loads(call(app, "evidence", "load", str(path), "--json", code=1).stdout)
    assert (again["added"], again["unchanged"]) == (0, 1)


def test_setup_count_show_and_search(loaded: Typer) -> None:
    call(loaded, "evidence", "setup")
    assert json.loads(call(loaded, "evidence", "count", "--json").stdout) == {"count": 2}
    assert json.loads(call(loaded, "evidence", "show", "2", "--json").stdout)["rating"] == "false"
    found = call(loaded, "evidence", "search", "a ferry that sank", "--json").stdout.splitlines()
    assert json.loads(found[0])["evidence"]["id"] == "2"


def test_an_id_that_nobody_has_is_told(loaded: Typer) -> None:
    result = CliRunner().invoke(loaded, ["evidence", "show", "nobody"])
    assert isinstance(result.exception, UserError)
    assert "'nobody'" in str(result.exception)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--kind", "report"], ["1"]),
        (["--kind", "report", "--kind", "fact_check"], ["1", "2"]),
        (["--publisher", "Check Desk"], ["2"]),
        (["--language", "de"], []),
        (["--since", "2020-01-01"], ["2"]),
        (["--until", "2019-12-31"], ["1"]),
    ],
    ids=str,
)
def test_match_among_the_evidence_that_passes_the_filters(
    loaded: Typer, options: list[str], expected: list[str]
) -> None:
    line = json.dumps({"id": "a", "text": "The Norvale dam was opened on 3 May 1987"})
    row = json.loads(call(loaded, "match", "--jsonl", *options, given=line).stdout)
    assert sorted(one["evidence_id"] for one in row["matches"]) == expected


def test_a_filter_that_is_no_day_is_told(loaded: Typer) -> None:
    result = CliRunner().invoke(loaded, ["match", "--jsonl", "--since", "May"], input="")
    assert isinstance(result.exception, UserError)
    assert "--since 'May' is no day" in str(result.exception)


def test_match_keeps_its_contract(loaded: Typer) -> None:
    lines = [
        {"id": "a", "text": "The Lakeby ferry sank in 1998", "speaker": "S", "date": "2024"},
        {"id": "b", "text": "The Norvale dam was opened on 3 May 1987", "extra": 1},
    ]
    given = "\n".join(json.dumps(line) for line in lines)
    result = call(loaded, "match", "--jsonl", "--top", "20", given=given)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", "b"]
    assert [len(row["matches"]) for row in rows] == [2, 2]
    first = rows[0]["matches"][0]
    assert set(first) == {"evidence_id", "score", "probability", "relation", "why"}
    assert (first["evidence_id"], first["relation"]) == ("2", "contradicts")
    assert rows[1]["matches"][0]["relation"] == "supports"


def test_match_leaves_out_the_unlikely_when_asked(loaded: Typer) -> None:
    given = json.dumps({"id": "a", "text": "The Lakeby ferry sank in 1998"})
    result = call(loaded, "match", "--jsonl", "--min-probability", "0.5", given=given)
    assert len(json.loads(result.stdout)["matches"]) == 1


def test_match_tells_bad_lines_and_answers_the_others(loaded: Typer) -> None:
    given = 'nonsense\n{"id": "a", "text": "The Lakeby ferry sank in 1998"}\n{"id": "b"}\n'
    result = call(loaded, "match", "--jsonl", given=given, code=1)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a"]
    assert [json.loads(line)["line"] for line in result.stderr.splitlines()] == [1, 3]


@pytest.mark.parametrize("ranker", ["match", "store"])
def test_retrieval_is_measured(loaded: Typer, tmp_path: Path, ranker: str) -> None:
    (tmp_path / "queries.dev.tsv").write_text("q\ta dam opened in 1987\n", encoding="utf-8")
    (tmp_path / "qrels.dev.tsv").write_text("q\t1\n", encoding="utf-8")
    arguments = ("evaluate", "retrieval", str(tmp_path), "--ranker", ranker)
    summary = json.loads(call(loaded, *arguments, "--json").stdout)
    assert (summary["queries"], summary["map"], summary["recall"]) == (1, 1.0, 1.0)
    assert "MAP@5: precision at" in call(loaded, *arguments).output

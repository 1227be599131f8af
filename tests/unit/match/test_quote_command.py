"""`claimdesk quote check` and quotations in `claimdesk match`, as a person meets them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.common import guarded
from services.cli.main import build_app

STATEMENT = {
    "id": "s",
    "kind": "official_statement",
    "claim": "On the ferry",
    "title": "Speech on the quay",
    "speaker": "Ina Krog",
    "text": "It is not true that the ferry will be sold. We have bought an engine for 3 million crowns.",
}


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "evidence.jsonl"
    file.write_text(json.dumps(STATEMENT) + "\n", encoding="utf-8")
    assert CliRunner().invoke(build_app("evidence"), ["evidence", "load", str(file)]).exit_code == 0
    return file


@pytest.mark.usefixtures("loaded")
def test_the_diff_and_the_context_are_shown() -> None:
    said = "We have bought an engine for 9 million crowns"
    shown = CliRunner().invoke(
        build_app("quote"), ["quote", "check", said, "--speaker", "Ina Krog"]
    )
    assert shown.exit_code == 0
    told = " ".join(shown.output.split())
    assert told.startswith(
        "edited: Edited from “Speech on the quay” (Ina Krog): “9” stands for “3”"
    )
    assert "[-3-]{+9+} (changes the number)" in told
    assert "the ferry will be sold. >>We have bought an engine for 3 million crowns<<." in told


@pytest.mark.usefixtures("loaded")
def test_json_for_scripts() -> None:
    shown = CliRunner().invoke(
        build_app("quote"), ["quote", "check", "the ferry will be sold", "--json"]
    )
    found = json.loads(shown.output)
    assert found["status"] == "out_of_context"
    assert found["notes"][0]["words"] == "It is not true that"


def run(*arguments: str) -> int:
    return guarded(lambda: build_app(arguments[0])(list(arguments), standalone_mode=True))


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("words", "told"), [("no way", "too short"), ("word " * 1000, "5,000 characters")]
)
def test_too_few_or_too_many_words_are_refused(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("quote", "check", words) == 2
    assert told in capsys.readouterr().err


def test_an_empty_store_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path))
    assert run("quote", "check", "the ferry will be sold") == 2
    assert "claimdesk evidence load" in capsys.readouterr().err


@pytest.mark.usefixtures("loaded")
def test_match_checks_what_is_said_to_be_quoted() -> None:
    lines = [
        {"id": "1", "text": 'that "the ferry will be sold"', "quoted": True},
        {"id": "2", "text": "the ferry will be sold"},
        {"id": "3", "text": "no way", "quoted": True},
    ]
    shown = CliRunner().invoke(
        build_app("match"), ["match", "--jsonl"], input="\n".join(map(json.dumps, lines))
    )
    made = [json.loads(line) for line in shown.stdout.splitlines()]
    assert made[0]["quotation"]["status"] == "out_of_context"
    assert "quotation" not in made[1]
    assert made[2]["quotation"] is None


@pytest.mark.usefixtures("loaded")
def test_match_writes_the_slots_when_asked() -> None:
    line = json.dumps({"id": "1", "text": "The engine cost 9 million crowns"})
    shown = CliRunner().invoke(build_app("match"), ["match", "--jsonl", "--slots"], input=line)
    (found,) = json.loads(shown.stdout)["matches"]
    assert [slot["name"] for slot in found["slots"]] == ["speaker", "quantity"]

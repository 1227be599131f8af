"""A claim's fields on the project's own labelled sentences: a floor on the part that nobody tunes on."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from services.cli.main import build_app
from services.extract.evaluation_fields import evaluate_fields
from services.runtime.errors import UserError

if TYPE_CHECKING:
    from spacy.language import Language

SENTENCES = Path(__file__).with_name("claim_fields.jsonl")


def test_set_is_large_distinct_and_split() -> None:
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    assert len({row["text"] for row in rows}) == len(rows) >= 120
    assert min(Counter(row["split"] for row in rows).values()) >= 60


def test_fields_of_the_test_part(nlp: "Language") -> None:
    fields = evaluate_fields(SENTENCES, nlp)["test"].fields
    assert fields["negation"].right.f1 >= 0.90
    assert fields["modality"].right.f1 >= 0.88
    assert fields["comparison"].right.f1 >= 0.84
    assert fields["place"].right.f1 >= 0.90


def test_counts_by_hand(tmp_path: Path, nlp: "Language") -> None:
    rows = [
        {  # right, and a wrong value
            "text": "The mill did not burn down in Berlin.",
            "negation": [{"text": "not"}],
            "place": [{"text": "Berlin", "value": "France"}],
        },
        {"text": "The mill may close in May."},  # spurious
        {"text": "The mill closed in 2019.", "modality": [{"text": "closed", "value": "planned"}]},
    ]
    path = tmp_path / "fields.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    figures = evaluate_fields(path, nlp)["all"]
    negation, place = figures.fields["negation"], figures.fields["place"]
    assert (negation.right.recall.hits, negation.right.precision.total) == (1, 1)
    assert (place.found.recall.hits, place.right.recall.hits) == (1, 0)
    modality = figures.fields["modality"].found
    assert (modality.recall.hits, modality.recall.total, modality.precision.total) == (0, 1, 1)
    faults = [one.fault for article in figures.mistakes for one in article.mistakes]
    assert faults == ["wrong detail", "spurious", "missed"]


@pytest.mark.parametrize("line", ["{", '{"text": "It rained.", "place": [{"text": "Oslo"}]}'])
def test_wrong_line_is_named(tmp_path: Path, nlp: "Language", line: str) -> None:
    path = tmp_path / "fields.jsonl"
    path.write_text('{"text": "It rained."}\n' + line, encoding="utf-8")
    with pytest.raises(UserError, match=r"fields\.jsonl, line 2"):
        evaluate_fields(path, nlp)


def test_command_defines_and_shows_errors_of_dev_only(tmp_path: Path) -> None:
    runner = CliRunner()
    page = tmp_path / "errors.html"
    command = ["evaluate", "fields", str(SENTENCES)]
    printed = runner.invoke(build_app("evaluate"), [*command, "--errors", str(page)])
    assert printed.exit_code == 0
    assert "A negation is found when" in " ".join(printed.stdout.split())
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    shown = page.read_text(encoding="utf-8")
    assert not any(row["text"] in shown for row in rows if row["split"] == "test")
    given = runner.invoke(build_app("evaluate"), [*command, "--json"])
    assert set(json.loads(given.stdout)) == {"dev", "test"}

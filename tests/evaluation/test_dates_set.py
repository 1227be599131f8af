"""Dates on the project's own labelled sentences: a floor on the part that nobody tunes on."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from services.cli.main import build_app
from services.extract.evaluation_dates import evaluate_dates
from services.runtime.errors import UserError

if TYPE_CHECKING:
    from spacy.language import Language

SENTENCES = Path(__file__).with_name("dates.jsonl")


def test_set_is_large_distinct_and_split() -> None:
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    assert len({row["text"] for row in rows}) == len(rows) >= 120
    assert min(Counter(row["split"] for row in rows).values()) >= 60


def test_dates_of_the_test_part(nlp: "Language") -> None:
    found = evaluate_dates(SENTENCES, nlp)
    assert found["test"].dates.f1 >= 0.96
    assert found["test_news"].dates.f1 >= 0.93
    assert found["test_news"].flags.f1 >= 0.9


def test_counts_by_hand(tmp_path: Path, nlp: "Language") -> None:
    rows = [
        {  # one right, one with another value
            "text": "It opened in 2019 and shut in 2021.",
            "dates": [{"text": "2019", "value": "2019"}, {"span": [30, 34], "value": "2020"}],
        },
        {"text": "It closed in 2022.", "dates": []},  # one spurious
        {"text": "It was shut for ages.", "dates": [{"text": "for ages", "value": "2001"}]},
        {
            "text": "It opened on Monday, 29 December 2024.",
            "dates": [{"text": "29 December 2024", "value": "2024-12-29", "conflict": True}],
            "split": "other",
        },
    ]
    path = tmp_path / "dates.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = evaluate_dates(path, nlp)
    assert sorted(found) == ["all", "other"]
    figures = found["all"]
    precision, recall = figures.expressions.precision, figures.expressions.recall
    assert (precision.hits, precision.total, recall.total) == (2, 3, 3)
    assert (figures.dates.precision.hits, figures.dates.recall.total) == (1, 3)
    assert [(miss.wanted, miss.got) for miss in figures.misses] == [
        ("2020", "2021"),
        (None, "2022"),
        ("2001", None),
    ]
    flags = found["other"].flags
    assert (flags.recall.hits, flags.precision.total, flags.recall.total) == (1, 1, 1)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"text": "In 2019.", "dates": [{"text": "2020", "value": "2020"}]}',
        '{"text": "In 2019.", "dates": [{"text": "2019", "value": "someday"}]}',
        '{"text": "In 2019.", "dates": [{"value": "2019"}]}',
    ],
)
def test_wrong_line_is_named(tmp_path: Path, nlp: "Language", line: str) -> None:
    path = tmp_path / "dates.jsonl"
    path.write_text('{"text": "It rained.", "dates": []}\n' + line, encoding="utf-8")
    with pytest.raises(UserError, match=r"dates\.jsonl, line 2"):
        evaluate_dates(path, nlp)


def test_command_defines_and_prints_both_parts() -> None:
    runner = CliRunner()
    printed = runner.invoke(build_app("evaluate"), ["evaluate", "dates", str(SENTENCES)])
    assert printed.exit_code == 0
    assert "A date is right when" in printed.stdout
    given = runner.invoke(build_app("evaluate"), ["evaluate", "dates", str(SENTENCES), "--json"])
    assert set(json.loads(given.stdout)) == {"dev", "test", "test_news"}

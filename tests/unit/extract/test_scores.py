"""Objectivity, both scores together, their measures, and `claimdesk score`."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from services.cli.main import build_app
from services.extract import objectivity
from services.extract.evaluation_scores import (
    calibration_error,
    evaluate_checkworthiness,
    evaluate_objectivity,
    f1_of,
    measure,
    reliability,
)
from services.extract.score import score_spans
from services.runtime.errors import UserError

REPORTS = [
    "The council approved the budget on Tuesday by 11 votes to 4.",
    "Elmford's harbour reopened in May 2021, according to the port authority.",
    "The ministry said that 300 schools had closed.",
]
JUDGEMENTS = [
    "This ridiculous budget is an insult to everyone who works for a living!",
    "Surely we deserve better than these cowards and their hypocrisy?",
    "Frankly, the whole affair has been an utter disgrace.",
]


def test_reports_are_more_objective_than_judgements(nlp: Language) -> None:
    scores = score_spans([doc[:] for doc in nlp.pipe(REPORTS + JUDGEMENTS)])
    assert min(one.objective for one in scores[:3]) > 0.6
    assert max(one.objective for one in scores[3:]) < 0.4


def test_what_counted_is_told(nlp: Language) -> None:
    told = objectivity.explain(nlp("Frankly, this is a disgrace!")[:])
    assert {"attitude adverb", "loaded noun", "exclamation"} <= told.keys()
    assert all(value > 0 for name, value in told.items() if name != "name")
    assert "number" not in told


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(max_size=60), max_size=4))
def test_any_text_scores_between_0_and_1(texts: list[str], nlp: Language) -> None:
    scores = score_spans([doc[:] for doc in nlp.pipe(texts)])
    assert len(scores) == len(texts)
    for one in scores:
        assert 0 <= one.check_worthiness <= 1
        assert 0 <= one.objective <= 1


def test_measures_on_a_case_worked_by_hand() -> None:
    probabilities = np.array([0.05, 0.05, 0.65, 0.95, 0.95])
    truths = np.array([False, True, False, True, True])
    table = reliability(probabilities, truths)
    assert [(row.count, row.predicted, row.observed) for row in table] == [
        (2, 0.05, 0.5),
        (1, 0.65, 0.0),
        (2, 0.95, 1.0),
    ]
    assert calibration_error(table) == pytest.approx((2 * 0.45 + 0.65 + 2 * 0.05) / 5)
    assert f1_of(probabilities >= 0.5, truths) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert measure("x", probabilities, truths).macro_f1 == pytest.approx(
        (2 / 3 + 0.5) / 2, abs=1e-4
    )


def test_labelled_files_are_measured(tmp_path: Path, nlp: Language) -> None:
    worth = tmp_path / "worth.csv"
    worth.write_text(
        'Text,Verdict\n"Crime doubled in Elmford in 2019.",1\nThank you all.,-1\n', encoding="utf-8"
    )
    assert evaluate_checkworthiness(worth, nlp).f1 == 1.0
    labels = tmp_path / "labels.tsv"
    lines = [f"{text}\tOBJ" for text in REPORTS] + [f'"{text}\tSUBJ' for text in JUDGEMENTS[:1]]
    labels.write_text("\n".join(["sentence\tlabel", *lines]) + "\n", encoding="utf-8")
    assert evaluate_objectivity(labels, nlp).sentences == 4  # a lone quotation mark ends no row
    with pytest.raises(UserError, match="no column Verdict"):
        evaluate_checkworthiness(labels_without(tmp_path), nlp)


def labels_without(folder: Path) -> Path:
    path = folder / "other.csv"
    path.write_text("Text\nHello\n", encoding="utf-8")
    return path


class _Input:
    """Standard input with bytes behind it."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def _score(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[dict[str, object]], list[dict[str, object]]]:
    monkeypatch.setattr("sys.stdin", _Input(data))
    with pytest.raises(SystemExit) as ended:
        build_app("score")(["score", "--jsonl"])
    written = capsys.readouterr()
    out, err = (
        [json.loads(line) for line in text.splitlines()] for text in (written.out, written.err)
    )
    return int(ended.value.code or 0), out, err


def test_score_writes_a_line_for_each_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], nlp: Language
) -> None:
    lines = [{"id": f"s{n}", "text": text} for n, text in enumerate(REPORTS + JUDGEMENTS)]
    data = "\n".join(json.dumps(line) for line in lines).encode()
    code, out, err = _score(data, monkeypatch, capsys)
    assert (code, err) == (0, [])
    assert [line["id"] for line in out] == [line["id"] for line in lines]
    assert all(line.keys() == {"id", "check_worthiness", "objective"} for line in out)


def test_score_names_the_lines_it_cannot_read_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], nlp: Language
) -> None:
    data = b'{"id": "a", "text": "Rents doubled."}\nnot json\n{"id": "b"}\n\xff\n{"id": "c", "text": "Hello."}\n'
    code, out, err = _score(data, monkeypatch, capsys)
    assert code == 1
    assert [line["id"] for line in out] == ["a", "c"]
    assert [line["line"] for line in err] == [2, 3, 4]

"""Measures of the two scores: F1, macro-F1, calibration, and the shipped models on labelled files."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Span

from services.extract.score import COMPONENTS, Scores, score_spans
from services.runtime.errors import UserError

Floats = npt.NDArray[np.floating]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bin:
    """Predictions between two probabilities: how many, what they say on average, how many were true."""

    low: float
    high: float
    count: int
    predicted: float
    observed: float


@dataclass(frozen=True)
class Report:
    """What was measured on one file."""

    file: str
    sentences: int
    positives: int
    precision: float
    recall: float
    f1: float
    """Of the positive class at 0.5."""
    macro_f1: float
    """Mean of both classes' F1 at 0.5."""
    calibration_error: float
    """Expected calibration error: mean distance of predicted and observed over ten bins, by count."""
    reliability: list[Bin]

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def reliability(probabilities: Floats, truths: Truths, bins: int = 10) -> list[Bin]:
    """The reliability table over equal bins of probability; empty bins are left out."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    return [
        Bin(
            place / bins,
            (place + 1) / bins,
            int(mask.sum()),
            round(float(probabilities[mask].mean()), 4),
            round(float(truths[mask].mean()), 4),
        )
        for place in range(bins)
        if (mask := places == place).any()
    ]


def calibration_error(table: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini et al. 2015) of a reliability table."""
    total = sum(row.count for row in table)
    return sum(row.count * abs(row.predicted - row.observed) for row in table) / max(total, 1)


def f1_of(chosen: Truths, truths: Truths) -> tuple[float, float, float]:
    """Precision, recall and F1 of what was chosen."""
    hits = int((chosen & truths).sum())
    precision = hits / max(int(chosen.sum()), 1)
    recall = hits / max(int(truths.sum()), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def measure(file: str, probabilities: Floats, truths: Truths) -> Report:
    """Everything about one file's probabilities of the positive class."""
    chosen = probabilities >= 0.5
    precision, recall, f1 = f1_of(chosen, truths)
    other = f1_of(~chosen, ~truths)[2]
    table = reliability(probabilities, truths)
    return Report(
        file=file,
        sentences=len(truths),
        positives=int(truths.sum()),
        precision=round(precision, 4),
        recall=round(recall, 4),
        f1=round(f1, 4),
        macro_f1=round((f1 + other) / 2, 4),
        calibration_error=round(calibration_error(table), 4),
        reliability=table,
    )


def evaluate_checkworthiness(path: Path, nlp: Language) -> Report:
    """The check-worthiness score on ClaimBuster's CSV (columns Text, Verdict): class 1 against the rest."""
    rows = list(_rows(path, ",", ("Text", "Verdict")))
    truths = np.array([row["Verdict"].strip() == "1" for row in rows])
    return measure(path.name, _scored(rows, "Text", nlp, lambda s: s.check_worthiness), truths)


def evaluate_objectivity(path: Path, nlp: Language) -> Report:
    """One minus the objectivity on a CheckThat! TSV (columns sentence, label): SUBJ is the positive class."""
    rows = list(_rows(path, "\t", ("sentence", "label")))
    truths = np.array([row["label"].strip() == "SUBJ" for row in rows])
    return measure(path.name, _scored(rows, "sentence", nlp, lambda s: 1 - s.objective), truths)


def _scored(
    rows: Sequence[dict[str, str]], column: str, nlp: Language, part: Callable[[Scores], float]
) -> Floats:
    docs = nlp.pipe(
        (row[column] for row in rows),
        batch_size=128,
        disable=[name for name in nlp.pipe_names if name not in COMPONENTS],
    )
    spans: list[Span] = [doc[:] for doc in docs]
    return np.array([part(scores) for scores in score_spans(spans)])


class _Tabs(csv.excel_tab):
    quoting = csv.QUOTE_NONE


def _rows(path: Path, delimiter: str, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rows of a table. Raises UserError naming the file and what it lacks."""
    # CheckThat! writes tabs and no quoting: a quotation mark there is part of the sentence.
    dialect = _Tabs if delimiter == "\t" else csv.excel
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, dialect=dialect)
            lacking = [name for name in columns if name not in (reader.fieldnames or ())]
            if lacking:
                raise UserError(f"{path} has no column {', '.join(lacking)}")
            yield from reader
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path} cannot be read as a table: {error}") from error

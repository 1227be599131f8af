"""Train the check-worthiness model: `python -m services.extract.train DATA_DIR [OUT_DIR]`.

DATA_DIR holds ClaimBuster's `claimbuster_crowdsourced.csv` and `claimbuster_groundtruth.csv` (Zenodo
record 3609356, CC BY 4.0), in itself or in `checkworthiness/`. The model is fitted on the first only,
without the sentences of the second, on which it is measured. Needs scikit-learn (the extra `train`),
which the shipped package does not. The artefact goes to OUT_DIR; the package's own is replaced otherwise.
"""

import csv
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from spacy.language import Language
from spacy.tokens import Doc

from services.extract.checkworthiness import ARTEFACT, MODELS, Model, save
from services.extract.checkworthiness_features import BUCKETS, features_of
from services.extract.evaluation_scores import Report, measure
from services.language.pipeline import load_pipeline
from services.runtime.errors import UserError

STRENGTH = 3.0
"""Inverse of the regularisation, chosen by cross-validation on the training part: the model card has the figures."""
CLASSES = ("-1", "0", "1")


@dataclass(frozen=True)
class Labelled:
    """Sentences and their class, one of CLASSES."""

    texts: list[str]
    labels: list[str]


def read_claimbuster(path: Path) -> Labelled:
    """ClaimBuster's CSV. Raises UserError naming the file and what is wrong with it."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        labelled = Labelled([row["Text"] for row in rows], [row["Verdict"] for row in rows])
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path} is not ClaimBuster's table with the columns Text and Verdict: {error!r}"
        ) from error
    if wrong := set(labelled.labels) - set(CLASSES):
        raise UserError(f"{path} has verdicts other than {', '.join(CLASSES)}: {sorted(wrong)[:3]}")
    return labelled


def without(data: Labelled, test: Labelled) -> Labelled:
    """`data` without the sentences of `test` and without repetitions, compared by their letters."""
    seen = {_letters(text) for text in test.texts}
    kept: list[tuple[str, str]] = []
    for text, label in zip(data.texts, data.labels, strict=True):
        key = _letters(text)
        if key not in seen:
            seen.add(key)
            kept.append((text, label))
    return Labelled([text for text, _ in kept], [label for _, label in kept])


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def matrix_of(docs: Sequence[Doc]) -> csr_matrix:
    """The features of each doc, shape (len(docs), BUCKETS + len(DENSE))."""
    features = features_of([doc[:] for doc in docs])
    shape = (len(docs), BUCKETS)
    hashed = csr_matrix((features.values, (features.rows, features.buckets)), shape=shape)
    return hstack([hashed, csr_matrix(features.dense)]).tocsr()


def fit(docs: Sequence[Doc], labels: Sequence[str], *, strength: float = STRENGTH) -> Model:
    """A model of `docs`; every class of CLASSES must occur.

    The soft-max is used as it comes: its held-out probabilities are near the crowd's frequencies, and
    a correction towards the crowd's noisier labels would understate what careful readers find.
    """
    regression = LogisticRegression(C=strength, tol=1e-5, max_iter=2000)
    regression.fit(matrix_of(docs), np.array(labels))
    weights = (regression.coef_[1:] - regression.coef_[0]).T.astype(np.float32)
    bias = (regression.intercept_[1:] - regression.intercept_[0]).astype(np.float32)
    return Model(weights[:BUCKETS], weights[BUCKETS:], bias)


def train(data_dir: Path, out_dir: Path, nlp: Language) -> Report:
    """Fit on the crowdsourced part, measure on the ground truth, write the artefact to `out_dir`."""
    crowd_path, truth_path = (
        find_claimbuster(data_dir, name) for name in ("crowdsourced", "groundtruth")
    )
    truth = read_claimbuster(truth_path)
    crowd = without(read_claimbuster(crowd_path), truth)
    model = fit(_tagged(crowd.texts, nlp), crowd.labels)
    docs = _tagged(truth.texts, nlp)
    probabilities = model.probabilities([doc[:] for doc in docs])
    report = measure(truth_path.name, probabilities, np.array(truth.labels) == "1")
    out_dir.mkdir(parents=True, exist_ok=True)
    description: dict[str, object] = {
        "trained_on": {
            "file": crowd_path.name,
            "sha256": _digest(crowd_path),
            "sentences": len(crowd.texts),
        },
        "pipeline": f"{nlp.meta['name']} {nlp.meta['version']}",
        "strength": STRENGTH,
        "measured": report.as_dict(),
    }
    save(model, out_dir / ARTEFACT.name, description)
    return report


def find_claimbuster(data_dir: Path, part: str) -> Path:
    """The path of a part of ClaimBuster in `data_dir`. Raises UserError when it is not there."""
    name = f"claimbuster_{part}.csv"
    for path in (data_dir / name, data_dir / "checkworthiness" / name):
        if path.is_file():
            return path
    raise UserError(
        f"{data_dir} holds no {name}: get ClaimBuster's data from Zenodo record 3609356"
    )


def _tagged(texts: Sequence[str], nlp: Language) -> list[Doc]:
    return list(nlp.pipe(texts, batch_size=128, disable=["parser", "ner"]))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: Sequence[str]) -> int:
    """The command; 2 on wrong use or wrong data."""
    if len(arguments) not in (1, 2):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        data, out = (*map(Path, arguments), MODELS)[:2]
        report = train(data, out, load_pipeline())
    except UserError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    sys.stdout.write(
        f"{report.file}: F1 {report.f1} (precision {report.precision}, recall {report.recall}), "
        f"calibration error {report.calibration_error}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How much a sentence is worth checking: a linear model over hashed features, in numpy.

Three classes as ClaimBuster has them (no fact, an unimportant fact, a fact worth checking); what is
told is the probability of the third. Recipe: train.py; data, figures and limits: the
model card beside the artefact.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.tokens import Span

from services.extract.checkworthiness_features import BUCKETS, DENSE, VERSION, Features, features_of

MODELS = Path(__file__).parent / "models"
ARTEFACT = MODELS / "check_worthiness.npz"
_AT_ONCE = 1024
"""Spans whose features are held in memory together."""


class WrongModel(Exception):
    """A model file that is not what this code reads; the message names file and difference."""


@dataclass(frozen=True)
class Model:
    """Weights of two classes against the first, whose score is 0."""

    hashed: npt.NDArray[np.float32]
    """Shape (BUCKETS, 2): unimportant fact, fact worth checking."""
    dense: npt.NDArray[np.float32]
    """Shape (len(DENSE), 2)."""
    bias: npt.NDArray[np.float32]
    """Shape (2,)."""

    def probabilities(self, spans: Sequence[Span]) -> npt.NDArray[np.float32]:
        """The probability that each span is worth checking, shape (len(spans),)."""
        parts = [
            self._probabilities(features_of(spans[start : start + _AT_ONCE]))
            for start in range(0, len(spans), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)

    def _probabilities(self, features: Features) -> npt.NDArray[np.float32]:
        scores = features.dense @ self.dense + self.bias
        weighted = features.values[:, None] * self.hashed[features.buckets]
        for column in range(scores.shape[1]):
            scores[:, column] += np.bincount(
                features.rows, weights=weighted[:, column], minlength=len(scores)
            )
        odds = scores[:, 1] - np.logaddexp(0.0, scores[:, 0])
        return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)


def save(model: Model, path: Path, description: dict[str, object]) -> None:
    """Write the weights in half precision, and beside them a JSON file that describes and seals them."""
    with path.open("wb") as file:
        np.savez_compressed(
            file, hashed=model.hashed.astype(np.float16), dense=model.dense, bias=model.bias
        )
    sealed = {"features": VERSION, "sha256": _digest(path), **description}
    path.with_suffix(".json").write_text(json.dumps(sealed, indent=2) + "\n", encoding="utf-8")


def load(path: Path = ARTEFACT) -> Model:
    """The model in `path`. Raises WrongModel when it is damaged or made for other features."""
    sealed = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if sealed["features"] != VERSION:
        raise WrongModel(
            f"{path} is for features {sealed['features']}, not {VERSION}: train it again"
        )
    if sealed["sha256"] != _digest(path):
        raise WrongModel(f"{path} does not have the hash that {path.stem}.json records")
    with np.load(path, allow_pickle=False) as arrays:
        model = Model(*(arrays[name].astype(np.float32) for name in Model.__dataclass_fields__))
    if model.hashed.shape != (BUCKETS, 2) or model.dense.shape != (len(DENSE), 2):
        raise WrongModel(f"{path} holds weights of shape {model.hashed.shape}: train it again")
    return model


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that comes with the package, loaded once."""
    return load()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

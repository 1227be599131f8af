"""The re-ranker's weights, fitted on the project's own pairs and held near weights set by hand."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from schemas.evidence import Evidence
from services.language.analysis import Analyser
from services.match.query import Sought
from services.match.ranking import find
from services.ports.evidence_store import EvidenceStore
from services.runtime.errors import UserError

PRIOR: Mapping[str, float] = {
    "cosine": 10.0,
    "terms": 3.5,
    "rank": 3.0,
    "names": 0.3,
    "numbers": 0.5,
    "dates": 0.4,
    "speaker": 0.3,
}
"""Log-odds for each unit of a feature, set by hand: neither words nor meaning can win alone, and a slot that
differs lowers the odds only a little, since a claim with a wrong number is still about the same thing."""

_STRENGTH = 30.0
"""How much the fit is held to PRIOR: the pairs are a few hundred, and more alike in wording than news."""

_AGREEING = frozenset({"same_claim", "supports", "contradicts"})
_POOL = 20  # candidates a claim
_BINS = 10

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """A claim, the evidence that it belongs to, and whether the two are about the same claim."""

    family: str  # pairs that were made from one another
    claim: str
    speaker: str | None
    evidence: Evidence
    same: bool
    held_out: bool


@dataclass(frozen=True)
class Examples:
    """Candidates of claims: features in the order of PRIOR, which claim each belongs to, and the truth."""

    features: Matrix
    claims: npt.NDArray[np.int64]
    truth: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Fitted:
    """The model: log-odds are `bias` and the sum of weights times features."""

    weights: Mapping[str, float]
    bias: float


def read_pairs(path: Path) -> list[Pair]:
    """The pairs in JSON lines: id, claim, speaker?, evidence, relation, split.

    Ids that share what stands before the first hyphen are one family. Raises UserError naming the line.
    """
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            pairs.append(
                Pair(
                    family=row["id"].split("-")[0],
                    claim=row["claim"],
                    speaker=row.get("speaker"),
                    evidence=Evidence(id=row["id"], **row["evidence"]),
                    same=row["relation"] in _AGREEING,
                    held_out=row["split"] == "test",
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}:{number}: not a pair: {error!r}") from error
    return pairs


def variants(claim: str) -> list[str]:
    """`claim`, and as others would put it: told, cut short, without its marks, shouted, as a post."""
    words = claim.rstrip(".").split()
    told = f"Officials said on Tuesday that {claim[:1].lower()}{claim[1:]}"
    short = " ".join(words[: max(5, 2 * len(words) // 3)])
    plain = " ".join(word.strip("\"'“”‘’,;:()") for word in words)
    post = f"So it turns out: {' '.join(words)}! Why does nobody talk about this? https://example.org/a"
    return [claim, told, short, plain.upper(), post]


def examples(pairs: Sequence[Pair], store: EvidenceStore, analyser: Analyser) -> Examples:
    """Every variant of each claim against what the store finds for it.

    Another item of the claim's own family is no example: nobody has said how it relates.
    """
    asked = [(pair, text) for pair in pairs if pair.same for text in variants(pair.claim)]
    family = {pair.evidence.id: pair.family for pair in pairs}
    sought = [Sought(text, pair.speaker) for pair, text in asked]
    found, _ = find(sought, store=store, analyser=analyser, top=_POOL)
    rows, claims, truth = [], [], []
    for number, ((pair, _text), matches) in enumerate(zip(asked, found, strict=True)):
        for match in matches:
            right = match.evidence.id == pair.evidence.id
            if right or family.get(match.evidence.id) != pair.family:
                rows.append([match.scores[name] for name in PRIOR])
                claims.append(number)
                truth.append(right)
    return Examples(np.array(rows), np.array(claims), np.array(truth))


def fit(data: Examples, *, steps: int = 50) -> Fitted:
    """Logistic regression by Newton's method, with a normal prior around PRIOR and none on the bias."""
    prior = np.array([*PRIOR.values(), 0.0])
    hold = np.diag([_STRENGTH] * len(PRIOR) + [1e-6])
    rows = np.hstack([data.features, np.ones((len(data.features), 1))])
    weights = prior.copy()
    weights[-1] = -0.6 * sum(PRIOR[name] for name in ("cosine", "terms", "rank"))
    for _ in range(steps):
        likely = 1 / (1 + np.exp(-(rows @ weights)))
        slope = rows.T @ (likely - data.truth) + hold @ (weights - prior)
        bend = (rows * (likely * (1 - likely))[:, None]).T @ rows + hold
        weights = weights - np.linalg.solve(bend, slope)
    return Fitted(
        {name: round(float(value), 4) for name, value in zip(PRIOR, weights, strict=False)},
        round(float(weights[-1]), 4),
    )


def report(model: Fitted, data: Examples, thresholds: Iterable[float]) -> dict[str, float]:
    """On `data`: the calibration error, how often the best candidate is right, and abstention.

    The calibration error is the expected one of Naeini, Cooper and Hauskrecht (AAAI 2015), ten bins of equal
    width. Precision and recall at a threshold are of each claim's best candidate, if it is likely enough.
    """
    odds = data.features @ np.array(list(model.weights.values())) + model.bias
    likely = 1 / (1 + np.exp(-odds))
    figures = {"candidates": float(len(likely)), "ece": _calibration_error(likely, data.truth)}
    best = [
        int(where[np.argmax(odds[where])])
        for claim in np.unique(data.claims)
        for where in [np.flatnonzero(data.claims == claim)]
    ]
    figures["p1"] = float(data.truth[best].mean())
    for threshold in thresholds:
        shown = [one for one in best if likely[one] >= threshold]
        right = float(data.truth[shown].sum())
        figures[f"precision@{threshold}"] = right / max(1, len(shown))
        figures[f"recall@{threshold}"] = right / len(best)
    return {name: round(value, 4) for name, value in figures.items()}


def _calibration_error(likely: Matrix, truth: npt.NDArray[np.bool_]) -> float:
    bins = np.minimum((likely * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(likely[bins == one].mean() - truth[bins == one].mean()) * (bins == one).sum()
        for one in range(_BINS)
        if (bins == one).any()
    ]
    return float(sum(gaps) / len(likely))


def save(model: Fitted, path: Path, card: Mapping[str, object]) -> None:
    """Write the model with its card, as JSON."""
    content = {"card": card, "bias": model.bias, "weights": model.weights}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

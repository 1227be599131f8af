"""From features to the probability that evidence is about the same claim."""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

RERANKER = Path(__file__).with_name("reranker.json")
"""The model, with its card; `claimdesk train reranker` makes it."""

_MODEL = json.loads(RERANKER.read_text(encoding="utf-8"))
BIAS: float = _MODEL["bias"]
WEIGHTS: Mapping[str, float] = _MODEL["weights"]
"""Log-odds for each unit of a feature."""


def log_odds(features: Mapping[str, float]) -> float:
    """The log-odds; what the ranking sorts by. A feature that is not there counts 0."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in features.items())


def reach(names: Iterable[str]) -> float:
    """How far the features called `names` can move the log-odds, up or down."""
    return sum(abs(WEIGHTS[name]) for name in names)


def probability(log_odds: float) -> float:
    """The logistic function, safe at any size."""
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    return math.exp(log_odds) / (1.0 + math.exp(log_odds))


def odds_of(probability: float) -> float:
    """The log-odds of a probability above 0; infinite for 1."""
    return math.inf if probability >= 1 else math.log(probability / (1 - probability))

"""From features to the probability that evidence is about the same claim."""

import math
from collections.abc import Mapping

BIAS = -7.0
WEIGHTS: Mapping[str, float] = {
    "cosine": 6.0,
    "coverage": 2.5,
    "precision": 1.0,
    "terms": 2.0,
    "names": 0.5,
    "numbers": 0.4,
    "dates": 0.3,
    "polarity": 0.0,
    "speaker": 0.3,
}
"""Log-odds for each unit of a feature. See the README for where they come from."""


def log_odds(features: Mapping[str, float]) -> float:
    """The log-odds; what the ranking sorts by."""
    return BIAS + sum(weight * features[name] for name, weight in WEIGHTS.items())


def probability(log_odds: float) -> float:
    """The logistic function, safe at any size."""
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    return math.exp(log_odds) / (1.0 + math.exp(log_odds))

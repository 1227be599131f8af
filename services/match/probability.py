"""From features to the probability that evidence is about the same claim."""

import math
from collections.abc import Iterable, Mapping

BIAS = -9.5
WEIGHTS: Mapping[str, float] = {
    "cosine": 7.0,
    "terms": 3.0,
    "coverage": 1.0,
    "precision": 1.5,
    "rank": 2.0,
    "names": 0.3,
    "numbers": 0.5,
    "dates": 0.4,
    "speaker": 0.3,
}
"""Log-odds for each unit of a feature. Set by reasoning, see the README: neither words nor meaning can
win alone, and a slot that differs lowers the odds only a little, since a claim with a wrong number is
still about the same thing."""


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

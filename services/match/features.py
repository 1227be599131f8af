"""Numbers for the probability: each can be read, each is between -1 and 1."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from services.match.compare import Comparison
from services.match.statement import Statement

NAMES = (
    *("cosine", "coverage", "precision", "terms", "rank", "names", "numbers", "dates", "polarity"),
    "speaker",
)
"""The features, in the order of the weights."""

Weights = Mapping[str, float]

_SIGN = {True: 1.0, False: -1.0, None: 0.0}


def rarity(candidates: Sequence[frozenset[str]], terms: Iterable[str]) -> Weights:
    """How much each of `terms` tells the candidates of one claim apart (an idf among them)."""
    counts = Counter(term for one in candidates for term in one)
    return {
        term: math.log1p((len(candidates) - counts[term] + 0.5) / (counts[term] + 0.5))
        for term in terms
    }


def measure(
    claim: Statement,
    head: frozenset[str],
    comparison: Comparison,
    weights: Weights,
    *,
    cosine: float | None,
    bm25: float,
    rank: float,
) -> dict[str, float]:
    """The features of one candidate.

    `head` holds the terms of the evidence's claim and title; `bm25` and `rank` are its shares of the
    best candidate's BM25 and fused rank. A slot
    that a side does not have counts 0: neither for nor against.
    """
    coverage = _share(claim.terms, head, weights)
    precision = _share(head, claim.terms, weights)
    return {
        # Without vectors the words in common stand in: the scale is near enough to abstain by.
        "cosine": (coverage + precision) / 2 if cosine is None else cosine,
        "coverage": coverage,
        "precision": precision,
        "terms": bm25,
        "rank": rank,
        "names": _names(comparison),
        "numbers": _SIGN[comparison.numbers],
        "dates": _SIGN[comparison.dates],
        "polarity": -1.0 if comparison.polarity_differs else 0.0,
        "speaker": _SIGN[comparison.speaker],
    }


def _share(terms: frozenset[str], others: frozenset[str], weights: Weights) -> float:
    """The share of `terms`, by weight, that `others` holds; a term without a weight counts 1."""
    total = sum(weights.get(term, 1.0) for term in sorted(terms))
    common = sum(weights.get(term, 1.0) for term in sorted(terms & others))
    return common / total if total else 0.0


def _names(comparison: Comparison) -> float:
    shared, missing = len(comparison.names_shared), len(comparison.names_here)
    return (shared - missing) / (shared + missing) if shared + missing else 0.0

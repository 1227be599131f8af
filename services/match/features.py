"""Numbers for the probability: each can be read, each is between -1 and 1."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from services.match.compare import Comparison

SLOTS = ("names", "numbers", "dates", "speaker")
"""The features that need both sides read: see `measure_slots`."""

Weights = Mapping[str, float]

_SIGN = {True: 1.0, False: -1.0, None: 0.0}


def rarity(candidates: Sequence[frozenset[str]], terms: Iterable[str]) -> Weights:
    """How much each of `terms` tells the candidates of one claim apart (an idf among them)."""
    terms = frozenset(terms)
    counts = Counter(chain.from_iterable(terms & one for one in candidates))
    return {
        term: math.log1p((len(candidates) - counts[term] + 0.5) / (counts[term] + 0.5))
        for term in terms
    }


def measure(
    terms: frozenset[str],
    head: frozenset[str],
    weights: Weights,
    *,
    cosine: float | None,
    words: float,
    rank: float,
) -> dict[str, float]:
    """The features that need no reading: of a claim's index terms and a candidate.

    `weights` are those of the claim's terms, `head` the terms of the evidence's claim and title; `words`
    (see `words`) and `rank` are shares of the best candidate's.
    """
    if cosine is None:
        # Without vectors the words in common stand in: the scale is near enough to abstain by.
        cosine = _overlap(terms, head, weights)
    return {"cosine": cosine, "terms": words, "rank": rank}


def words(item: float, passage: float) -> float:
    """One number of the shares of BM25 that an item and its best passage have of the best candidate's.

    A whole long text holds many words somewhere; a passage has to hold them together. An item without
    passages is not the worse for it.
    """
    return (item + passage) / 2 if passage else item


def _overlap(terms: frozenset[str], head: frozenset[str], weights: Weights) -> float:
    common = terms & head
    # fsum gives the same sum in any order, which a set does not have.
    shared = math.fsum(weights[term] for term in common)
    whole = math.fsum(weights.values())
    coverage = shared / whole if whole else 0.0
    # A term that the claim lacks has no weight of its own: it counts 1.
    precision = shared / (shared + len(head) - len(common)) if head else 0.0
    # Half of the words in common is no half of the meaning: cosines of sentences lie nearer to the root.
    return math.sqrt((coverage + precision) / 2)


def measure_slots(comparison: Comparison) -> dict[str, float]:
    """The features that need both sides read; a slot that a side lacks counts 0: neither for nor against."""
    return {
        "names": _names(comparison),
        "numbers": _SIGN[comparison.numbers],
        "dates": _SIGN[comparison.dates],
        "speaker": _SIGN[comparison.speaker],
    }


def _names(comparison: Comparison) -> float:
    shared, missing = len(comparison.names_shared), len(comparison.names_here)
    return (shared - missing) / (shared + missing) if shared + missing else 0.0

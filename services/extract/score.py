"""Check-worthiness and objectivity of sentences and claims, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Span

from services.extract import checkworthiness, objectivity

COMPONENTS = ("tok2vec", "tagger", "attribute_ruler", "lemmatizer")
"""The parts of the pipeline that scoring needs."""


@dataclass(frozen=True)
class Scores:
    """Two probabilities from 0 to 1."""

    check_worthiness: float
    """That a fact-checker would find it worth checking."""
    objective: float
    """That it reports rather than judges."""


def score_spans(spans: Sequence[Span]) -> list[Scores]:
    """The scores of each span, in order. Needs what COMPONENTS set; no encoder is run.

    Give spans of one doc next to one another: each doc's token table is then made once.
    """
    worth = checkworthiness.shipped().probabilities(spans)
    objective = objectivity.probabilities(spans)
    return [
        Scores(round(float(one), 4), round(float(other), 4))
        for one, other in zip(worth, objective, strict=True)
    ]

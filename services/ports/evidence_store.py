"""The evidence store: prior fact-checks, reports and statements, searched by terms and by meaning.

Analysis happens in our own code, so a store only ever sees terms and vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from schemas.evidence import Evidence

Vector = npt.NDArray[np.float32]
"""A unit vector of the sentence encoder, shape (384,)."""


@dataclass(frozen=True)
class Document:
    """An item with its analysis: terms of each field (a bag in reading order) and the claim's vector."""

    evidence: Evidence
    claim_terms: Sequence[str]
    title_terms: Sequence[str]
    text_terms: Sequence[str]
    vector: Vector


@dataclass(frozen=True)
class Query:
    """What is looked for: a claim's terms and, unless the encoder is out, its vector."""

    terms: Sequence[str]
    vector: Vector | None


@dataclass(frozen=True)
class Hit:
    """A candidate. `bm25` is 0.0 when only the vector found it; `cosine` is always exact."""

    evidence: Evidence
    bm25: float
    cosine: float
    rank: float  # reciprocal-rank fusion of both lists; what the order follows


@dataclass(frozen=True)
class Loaded:
    """What became of a batch."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    stale: int = 0  # a revision older than the stored one


class EvidenceStore(Protocol):
    """Raises NotReady from every method when the store is away."""

    def setup(self) -> None:
        """Create what is missing; change nothing that is there."""
        ...

    def upsert(self, documents: Sequence[Document]) -> Loaded:
        """Store a batch so that a search after the return finds it. Idempotent; higher revisions win."""
        ...

    def search(self, queries: Sequence[Query], top: int) -> list[list[Hit]]:
        """For each query up to `top` hits, best first, in one round trip."""
        ...

    def get(self, ids: Sequence[str]) -> list[Evidence]:
        """The items that exist among `ids`, in that order."""
        ...

    def count(self) -> int:
        """How many items there are."""
        ...

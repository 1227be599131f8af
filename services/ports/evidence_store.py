"""The evidence store: prior fact-checks, reports and statements, searched by terms and by meaning.

Analysis happens in our own code, so a store only ever sees terms and vectors.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from schemas.evidence import Evidence, EvidenceKind

Vector = npt.NDArray[np.float32]
"""A unit vector of the sentence encoder, shape (384,)."""

DIMENSIONS = 384
"""Length of a vector."""

EXCERPT = 1_000
"""Characters of an item's text that a search gives back; `get` gives all of it."""


@dataclass(frozen=True)
class Passage:
    """A part of an item's text, `text[start:end]` (of its claim when it has no text), analysed.

    `vector` is None for items whose passages are found by words alone.
    """

    start: int
    end: int
    text: str
    terms: Sequence[str]
    vector: Vector | None = None


@dataclass(frozen=True)
class Document:
    """An item with its analysis: terms of each field (a bag in reading order) and the claim's vector.

    A withdrawn item has neither: see `retracted`.
    """

    evidence: Evidence
    claim_terms: Sequence[str]
    title_terms: Sequence[str]
    text_terms: Sequence[str]
    vector: Vector
    passages: Sequence[Passage] = ()


@dataclass(frozen=True)
class Filters:
    """Which items take part in a search; an empty field lets every item through.

    `since` and `until` are days, ISO 8601: an item passes when some day of its date ("2020-05" has 31)
    lies between them, both included. An item without a date passes neither.
    """

    kinds: Sequence[EvidenceKind] = ()
    languages: Sequence[str] = ()
    publishers: Sequence[str] = ()
    since: str | None = None
    until: str | None = None


EVERYTHING = Filters()
"""Lets every item through."""


def retracted(evidence: Evidence, reason: str) -> Document:
    """The document that takes `evidence`, at the revision it has, out of every search."""
    gone = evidence.model_copy(update={"withdrawn": reason})
    return Document(gone, (), (), (), np.zeros(DIMENSIONS, np.float32))


@dataclass(frozen=True)
class Query:
    """What is looked for: a claim's terms and, unless the encoder is out, its vector."""

    terms: Sequence[str]
    vector: Vector | None


@dataclass(frozen=True)
class Hit:
    """A candidate; its `evidence.text` is cut to EXCERPT characters.

    `bm25` is 0.0 when only the vector found it. `cosine` is exact, and 0.0 for a query without a vector.
    """

    evidence: Evidence
    bm25: float
    cosine: float
    rank: float  # reciprocal-rank fusion of the lists; what the order follows
    passage: float = 0.0  # BM25 of the item's best passage; 0.0 when that is not among the best
    passage_cosine: float = (
        0.0  # of the item's nearest passage; 0.0 when that is not among the nearest
    )


@dataclass(frozen=True)
class PassageHit:
    """A passage found; its `evidence.text` is cut to EXCERPT characters, `get` gives all of it.

    `text` is `[start:end]` of the item's whole text (of its claim when it has no text). `bm25` is 0.0 when only
    the vector found it, `cosine` when only the words did.
    """

    evidence: Evidence
    start: int
    end: int
    text: str
    bm25: float
    cosine: float
    rank: float


@dataclass(frozen=True)
class Loaded:
    """What became of a batch."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    stale: int = 0  # a revision older than the stored one, or not newer than what was withdrawn
    withdrawn: int = 0  # items that a search finds no longer


Analyse = Callable[[Sequence[Evidence]], Sequence[Document]]
"""Items to documents, withdrawn ones too."""


class EvidenceStore(Protocol):
    """Every method raises NotReady when the store is away, and UserError when it holds another format.

    Items rank by the sum of two BM25 scores (claim and title as one field, text as the other) and by the
    cosine of the claims' vectors; `services.evidence.fusion` makes one order of both.
    """

    def setup(self) -> None:
        """Create what is missing; change nothing that is there."""
        ...

    def upsert(self, documents: Sequence[Document]) -> Loaded:
        """Store a batch so that a search after the return finds it. Idempotent.

        A higher revision replaces a lower one; the same revision with other content replaces it too (a
        person edited a file and loads it again); a lower one is stale and changes nothing.

        An item whose `withdrawn` is set is kept for `get` alone, also when it was never stored before. A
        withdrawal wins over its own revision and the lower ones; only a higher revision undoes it.

        Raises UserError for a vector that is not a unit vector of DIMENSIONS numbers; nothing is stored then.
        """
        ...

    def search(
        self, queries: Sequence[Query], top: int, *, filters: Filters = EVERYTHING
    ) -> list[list[Hit]]:
        """For each query up to `top` hits, best first, in one round trip.

        Equal ranks are ordered by id (see `fusion.natural`), so the order never depends on chance.
        """
        ...

    def search_passages(
        self, queries: Sequence[Query], top: int, *, filters: Filters = EVERYTHING
    ) -> list[list[PassageHit]]:
        """For each query up to `top` passages, best first, in one round trip; equal ones by id and place."""
        ...

    def rebuild(
        self, analyse: Analyse, progress: Callable[[int], None], *, restart: bool = False
    ) -> None:
        """Analyse every item anew, into this release's format, whatever format the store has.

        Searches go on meanwhile, and nothing that is written meanwhile is lost; writers wait for a moment
        at the end. `progress` hears of the items done. Raises UserError when another rebuild is at work or
        was interrupted, unless `restart` says that none is.
        """
        ...

    def count_passages(self, *, filters: Filters = EVERYTHING) -> int:
        """How many passages a search with these filters goes through."""
        ...

    def get(self, ids: Sequence[str]) -> list[Evidence]:
        """The items that exist among `ids`, in that order; withdrawn ones too."""
        ...

    def scan(self, publisher: str | None = None) -> Iterator[Evidence]:
        """Every item, or every one of `publisher`, withdrawn ones too, texts whole, in no set order.

        Reads in pages, so memory stays bounded; what is written meanwhile may or may not be seen.
        """
        ...

    def count(self) -> int:
        """How many items a search could find."""
        ...

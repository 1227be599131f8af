"""`claimdesk evaluate relations`: labelled pairs of a claim and a piece of evidence, related directly."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from schemas.base import Model
from schemas.evidence import Evidence, EvidenceKind, Finding
from schemas.match import Match, Relation
from services.language.analysis import Analyser
from services.match.evaluation import Confusion, Miss, read_lines
from services.match.query import Sought
from services.match.ranking import find
from services.ports.evidence_store import EVERYTHING, Filters, Hit, Query


class Item(Model):
    """The evidence of a pair."""

    kind: EvidenceKind
    claim: str
    title: str = ""
    text: str = ""
    speaker: str | None = None
    publisher: str | None = None
    rating: str | None = None
    finding: Finding | None = None


class Pair(Model):
    """A claim, its evidence and the relation that a person gave them."""

    id: str
    claim: str
    speaker: str | None = None
    evidence: Item
    relation: Relation
    split: str


class _Paired:
    """A store that answers the n-th query with the n-th item, whatever it is."""

    def __init__(self, items: Sequence[Evidence], analyser: Analyser) -> None:
        self._items = items
        self._vectors = analyser.vectors([item.claim for item in items])

    def search(
        self,
        queries: Sequence[Query],
        top: int,  # noqa: ARG002 - as the port has it
        *,
        filters: Filters = EVERYTHING,  # noqa: ARG002
    ) -> list[list[Hit]]:
        return [
            [Hit(item, bm25=1.0, cosine=_cosine(query, vector), rank=1.0)]
            for query, item, vector in zip(queries, self._items, self._vectors, strict=True)
        ]


def _cosine(query: Query, vector: "np.typing.NDArray[np.float32]") -> float:
    return float(np.dot(query.vector, vector)) if query.vector is not None else 0.0


def evaluate_relations(path: Path, analyser: Analyser) -> dict[str, Confusion]:
    """A confusion table for each split. Raises UserError for a file that cannot be read."""
    pairs = read_lines(path, TypeAdapter(Pair))
    tables: dict[str, Confusion] = {}
    for one, match in zip(pairs, relate(pairs, analyser), strict=True):
        table = tables.setdefault(one.split, Confusion(list(Relation)))
        table.add(one.relation.value, match.relation.value)
        if match.relation is not one.relation:
            text = f"{one.claim} / {one.evidence.claim}"
            table.misses.append(
                Miss(one.id, text, one.relation.value, match.relation.value, match.why)
            )
    return tables


def relate(pairs: Sequence[Pair], analyser: Analyser) -> list[Match]:
    """The match of each pair."""
    items = [Evidence(id=one.id, **one.evidence.model_dump()) for one in pairs]
    found, _ = find(
        [Sought(one.claim, one.speaker) for one in pairs],
        store=_Paired(items, analyser),  # type: ignore[arg-type]  # only searched
        analyser=analyser,
        top=1,
    )
    return [matches[0] for matches in found]

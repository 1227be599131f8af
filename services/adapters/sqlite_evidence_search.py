"""Searches of the embedded evidence store: scores over all rows, fused as Elasticsearch's are."""

import math
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from schemas.evidence import Evidence
from services.adapters.sqlite_evidence_scores import Keys, Mask, Postings, Scores, View, leading
from services.evidence.fusion import DEPTH, fuse, ranked
from services.evidence.indexed import passage_key
from services.evidence.passages import passage_text
from services.ports.evidence_store import Hit, PassageHit, Query, Vector

_NOTHING = {"terms": 0.0, "passage": 0.0, "vector": -math.inf, "passage_vector": -math.inf}
"""The score of what was not found, by list."""


class Moment(NamedTuple):
    """The store as one search sees it, and which items, by key, take part; None when all do."""

    db: sqlite3.Connection
    view: View
    postings: Postings
    allowed: Mask | None

    def passages_allowed(self) -> Mask:
        """Which passages, by key, belong to an item that takes part."""
        owners = self.view.owners
        there = (owners > 0) & (owners < self.view.size)
        if self.allowed is not None:
            there[there] = self.allowed[owners[there]]
        return there

    def item_scores(self, query: Query) -> dict[str, Scores]:
        """The scores of each item by key, of every list."""
        view = self.view
        passages = self.postings.passages(query.terms, len(view.owners))
        scores = {
            "terms": self.postings.items(query.terms),
            "passage": self._by_best(passages, 0.0),
        }
        if query.vector is not None:
            cosines = view.items.cosines(query.vector)
            scores["vector"] = _by_key(cosines, view.items.keys, view.size)
            near = self._passages_near(query.vector)
            scores["passage_vector"] = self._by_best(near, -math.inf)
        if self.allowed is not None:
            for name, one in scores.items():
                one[~self.allowed] = _NOTHING[name]
        return scores

    def passage_scores(self, query: Query) -> dict[str, Scores]:
        """The scores of each passage by key, of every list."""
        scores = {"terms": self.postings.passages(query.terms, len(self.view.owners))}
        if query.vector is not None:
            scores["vector"] = self._passages_near(query.vector)
        there = self.passages_allowed()
        for name, one in scores.items():
            one[~there] = _NOTHING[name]
        return scores

    def _by_best(self, passages: Scores, nothing: float) -> Scores:
        owners = self.view.owners[: len(passages)]
        used = np.flatnonzero((passages > nothing) & (owners < self.view.size))
        scores = np.full(self.view.size, nothing, np.float32)
        np.maximum.at(scores, owners[used], passages[used])
        return scores

    def _passages_near(self, vector: Vector) -> Scores:
        matrix = self.view.passages
        return _by_key(matrix.cosines(vector), matrix.keys, len(self.view.owners))


def _by_key(scores: Scores, keys: Keys, size: int) -> Scores:
    """The scores, which follow the rows of a matrix, by key; minus infinity for who has no row."""
    found = np.full(size, -math.inf, np.float32)
    known = keys[: len(scores)]
    inside = (known < size) & ~np.isnan(scores)
    found[known[inside]] = scores[inside]
    return found


def find_items(moment: Moment, query: Query, top: int) -> list[Hit]:
    """The best `top` items."""
    depth = max(top, DEPTH)
    scores = moment.item_scores(query)
    ids = moment.view.ids
    lists = {name: _best(name, one, ids.__getitem__, depth) for name, one in scores.items()}
    keys = {one: key for found in lists.values() for one, key in found.items()}

    def score(name: str, one: str) -> float:
        return float(scores[name][keys[one]]) if one in lists.get(name, ()) else 0.0

    return [
        Hit(
            evidence=_brief(moment.db, keys[one]),
            bm25=score("terms", one),
            cosine=0.0 if query.vector is None else float(scores["vector"][keys[one]]),
            rank=rank,
            passage=score("passage", one),
            passage_cosine=score("passage_vector", one),
        )
        for one, rank in fuse([list(found) for found in lists.values()], top)
    ]


class _Place(NamedTuple):
    name: str
    item: int
    start: int
    end: int


def find_passages(moment: Moment, query: Query, top: int) -> list[PassageHit]:
    """The best `top` passages."""
    scores = moment.passage_scores(query)
    leaders = {
        key for name, one in scores.items() for key in leading(one, top, above=_NOTHING[name])
    }
    places = {key: place for key in leaders if (place := _place(moment, key))}
    names = {key: place.name for key, place in places.items()}
    lists = {name: _best(name, one, names.get, top) for name, one in scores.items()}
    keys = {one: key for found in lists.values() for one, key in found.items()}
    shown: dict[int, tuple[Evidence, str]] = {}

    def score(name: str, one: str) -> float:
        return float(scores[name][keys[one]]) if one in lists.get(name, ()) else 0.0

    def hit(one: str, rank: float) -> PassageHit:
        _, item, start, end = places[keys[one]]
        if item not in shown:
            shown[item] = _brief(moment.db, item), _text(moment.db, item)
        evidence, text = shown[item]
        bm25, cosine = score("terms", one), score("vector", one)
        return PassageHit(evidence, start, end, text[start:end], bm25, cosine, rank)

    return [hit(*pair) for pair in fuse([list(found) for found in lists.values()], top)]


def _best(
    name: str, scores: Scores, name_of: Callable[[int], str | None], depth: int
) -> dict[str, int]:
    """The `depth` best, by name in their order, with the key of each; who has no name has no place."""
    leaders = leading(scores, depth, above=_NOTHING[name])
    found = {one: key for key in leaders if (one := name_of(key))}
    best = ranked({one: float(scores[key]) for one, key in found.items()}, depth)
    return {one: found[one] for one in best}


def _place(moment: Moment, key: int) -> _Place | None:
    """Where a passage is; None for one that this moment of the file does not have yet."""
    row = moment.db.execute(
        "SELECT item, number, start, stop FROM passages WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    item, number, start, end = row
    return _Place(passage_key(moment.view.ids[item], number), item, start, end)


def _brief(db: sqlite3.Connection, key: int) -> Evidence:
    (brief,) = db.execute("SELECT brief FROM items WHERE key = ?", (key,)).fetchone()
    return Evidence.model_validate_json(brief)


def _text(db: sqlite3.Connection, key: int) -> str:
    """What the passages of an item are cut from."""
    (whole,) = db.execute("SELECT whole FROM items WHERE key = ?", (key,)).fetchone()
    return passage_text(Evidence.model_validate_json(whole))

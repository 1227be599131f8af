"""Scores over the embedded store: vectors held in memory, BM25 read from FTS5, filters as masks."""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.evidence.indexed import query_terms
from services.ports.evidence_store import DIMENSIONS, Filters, Vector

Scores = npt.NDArray[np.float32]
Keys = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

ITEM_FIELDS = ("head", "body")
"""The full-text fields of an item; a passage has one of its own."""

_READ = {
    "head": "SELECT rowid, rank FROM head_index WHERE head_index MATCH ?",
    "body": "SELECT rowid, rank FROM body_index WHERE body_index MATCH ?",
    "passage": "SELECT rowid, rank FROM passage_index WHERE passage_index MATCH ?",
}
_ROWS = {
    "head": "SELECT count(*) FROM head_index_docsize",
    "body": "SELECT count(*) FROM body_index_docsize",
    "passage": "SELECT count(*) FROM passage_index_docsize",
}


class Matrix(NamedTuple):
    """Unit vectors, and the item (and passage) that each row belongs to; a row of nobody is not a number."""

    rows: npt.NDArray[np.float32]
    keys: Keys
    size: int

    def cosines(self, vector: Vector) -> Scores:
        """The cosine of each row, to six places."""
        return np.round(self.rows[: self.size] @ np.asarray(vector, np.float32), 6)


class View(NamedTuple):
    """The store as one search sees it: `ids` by item key, `owners` by passage key, and the vectors."""

    ids: Sequence[str]
    size: int  # item keys below it take part
    items: Matrix
    owners: Keys  # 0 for a passage that is gone
    passages: Matrix


class _Grown:
    """A matrix that grows by doubling; a search that still reads an old array is not disturbed."""

    def __init__(self) -> None:
        self._rows = np.empty((0, DIMENSIONS), np.float32)
        self._keys = np.empty(0, np.int64)
        self._size = 0
        self._place: dict[int, int] = {}

    def put(self, key: int, vector: bytes) -> None:
        """Set the vector of `key`; an empty one takes it out."""
        place = self._place.get(key)
        if place is None:
            if not vector:
                return
            place = self._place[key] = self._size
            self._grow()
        self._rows[place] = np.frombuffer(vector, "<f4") if vector else np.nan
        self._keys[place] = key

    def now(self) -> Matrix:
        """The matrix as it is; rows that come later do not belong to it."""
        return Matrix(self._rows, self._keys, self._size)

    def _grow(self) -> None:
        if self._size == len(self._rows):
            more = max(1024, self._size // 2)
            # Two arrays at once only for a moment, and half as much again instead of twice: memory counts.
            self._rows = np.concatenate([self._rows, np.zeros((more, DIMENSIONS), np.float32)])
            self._keys = np.concatenate([self._keys, np.zeros(more, np.int64)])
        self._size += 1


class Vectors:
    """The vectors of items and passages, read once and then kept current by the number of the last change."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen = 0
        self._ids: list[str] = [""]
        self._items, self._passages = _Grown(), _Grown()
        self._owners = np.zeros(1024, np.int64)
        self._of: dict[int, list[int]] = {}

    def current(self, db: sqlite3.Connection) -> View:
        """The vectors as `db`'s transaction sees them, or newer."""
        with self._lock:
            self._read_items(db)
            (last,) = db.execute("SELECT coalesce(max(key), 0) FROM items").fetchone()
            # Another thread may have read further than this transaction sees: its items are left out.
            size = min(len(self._ids), last + 1)
            return View(self._ids, size, self._items.now(), self._owners, self._passages.now())

    def _read_items(self, db: sqlite3.Connection) -> None:
        after, seen, known = self._seen, self._seen, len(self._ids)
        rows = db.execute(
            "SELECT key, id, vector, change FROM items WHERE change > ? ORDER BY change, key",
            (after,),
        )
        replaced = []
        for key, identifier, vector, change in rows:
            self._ids += [""] * (key + 1 - len(self._ids))
            # A withdrawn item has no vector, and is nobody's candidate.
            self._ids[key] = identifier if vector else ""
            self._items.put(key, vector)
            if key < known:
                replaced.append(key)
            seen = change
        if replaced:
            self._drop_passages(replaced)
        parts = db.execute(
            "SELECT passages.key, item, passages.vector FROM items JOIN passages ON item = items.key "
            "WHERE change > ?",
            (after,),
        )
        for key, item, vector in parts:
            self._own(key, item)
            self._passages.put(key, vector)
        self._seen = seen

    def _drop_passages(self, items: list[int]) -> None:
        for passage in np.flatnonzero(np.isin(self._owners, items)).tolist():
            self._owners[passage] = 0
            self._passages.put(passage, b"")

    def _own(self, passage: int, item: int) -> None:
        if passage >= len(self._owners):
            more = np.zeros(max(len(self._owners), passage + 1 - len(self._owners)), np.int64)
            self._owners = np.concatenate([self._owners, more])
        self._owners[passage] = item


Share = tuple[Keys, Scores]
"""The keys of the rows that hold a term, and what it gives to the score of each."""


class Shares:
    """Shares of the terms asked for lately: common words are in most queries, and dear to read."""

    _MOST = 4_000_000  # entries that are kept: 48 MB

    def __init__(self) -> None:
        self._change = -1
        self._known: dict[tuple[str, str], Share] = {}

    def at(self, change: int) -> dict[tuple[str, str], Share]:
        """The shares that hold as long as nothing is written; a search may add to them."""
        if (
            change != self._change
            or sum(len(k) for k, _ in list(self._known.values())) > self._MOST
        ):
            # A new one: a search in another thread keeps the one that fits its own moment.
            self._change, self._known = change, {}
        return self._known


class Postings:
    """Each term's share of the BM25 score, read once for all queries of a search."""

    def __init__(
        self, db: sqlite3.Connection, known: dict[tuple[str, str], Share], size: int
    ) -> None:
        self._db, self._known, self._size = db, known, size
        self._rows = {field: int(db.execute(sql).fetchone()[0]) for field, sql in _ROWS.items()}

    def items(self, terms: Iterable[str]) -> Scores:
        """BM25 of every item, by key."""
        return self._score(terms, ITEM_FIELDS, self._size)

    def passages(self, terms: Iterable[str], size: int) -> Scores:
        """BM25 of every passage, by key."""
        return self._score(terms, ("passage",), size)

    def _score(self, terms: Iterable[str], fields: Sequence[str], size: int) -> Scores:
        scores = np.zeros(size, np.float32)
        for term in query_terms(terms):
            for field in fields:
                keys, share = self._share(field, term)
                # A row that another process added after the vectors were read is not known yet.
                inside = slice(None) if not len(keys) or keys[-1] < size else keys < size
                scores[keys[inside]] += share[inside]
        return np.round(scores, 6)

    def _share(self, field: str, term: str) -> Share:
        if (field, term) not in self._known:
            self._known[field, term] = self._read(field, term)
        return self._known[field, term]

    def _read(self, field: str, term: str) -> Share:
        found = self._db.execute(_READ[field], (f'"{term}"',)).fetchall()
        table = np.array(found, np.float64).reshape(-1, 2)
        share = table[:, 1] * _idf_ratio(self._rows[field], len(table))
        return table[:, 0].astype(np.int64), share.astype(np.float32)


def _idf_ratio(rows: int, frequency: int) -> float:
    """Turns FTS5's share of a term, which is negative, into Lucene's.

    FTS5 takes log((N-n+0.5)/(n+0.5)) and never less than 1e-6; Lucene adds one before the logarithm, so
    that a term in more than half of the items still counts.
    """
    odds = (rows - frequency + 0.5) / (frequency + 0.5)
    ours = math.log(odds)
    return -math.log1p(odds) / (ours if ours > 0 else 1e-6)


def allowed(db: sqlite3.Connection, filters: Filters, size: int) -> Mask | None:
    """Which items, by key, pass the filters; None when all do."""
    wanted = {
        "kind": [kind.value for kind in filters.kinds],
        "language": list(filters.languages),
        "publisher": list(filters.publishers),
    }
    clauses: list[str] = []
    values: list[str] = []
    for field, some in wanted.items():
        if some:
            clauses.append(f"{field} IN ({','.join('?' * len(some))})")
            values += some
    if filters.since:
        # "2020" and "2020-05" lie before "2020-05-03" in the order of characters, and hold that day.
        clauses.append("(date >= ? OR date IN (?, ?))")
        values += [filters.since, filters.since[:4], filters.since[:7]]
    if filters.until:
        clauses.append("date < ?")
        values.append(f"{filters.until}~")
    if not clauses:
        return None
    where = " AND ".join(clauses)
    rows = db.execute(f"SELECT key FROM items WHERE {where}", values)  # noqa: S608 - our own words
    mask = np.zeros(size, np.bool_)
    keys = np.fromiter((key for (key,) in rows), np.int64)
    mask[keys[keys < size]] = True
    return mask


def leading(scores: Scores, depth: int, *, above: float) -> list[int]:
    """Indexes of the `depth` best scores above `above`, and of all that are as good as the last of them."""
    used = np.flatnonzero(scores > above)
    if len(used) > depth:
        least = np.partition(scores[used], len(used) - depth)[len(used) - depth]
        used = used[scores[used] >= least]
    found: list[int] = used.tolist()
    return found

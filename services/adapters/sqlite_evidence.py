"""The embedded evidence store: one SQLite file, terms in FTS5, vectors beside them."""

import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.evidence import Evidence
from services.adapters.embedded_file import SqliteFile
from services.evidence.fusion import DEPTH, fuse, ranked
from services.evidence.indexed import (
    FORMAT,
    body,
    check_vectors,
    digest,
    excerpt,
    head,
    newest,
    order,
    query_terms,
)
from services.ports.evidence_store import DIMENSIONS, Document, Hit, Loaded, Query, Vector

# `change` counts writes: a process asks for what is above the number it has seen. The full-text tables
# are external-content: the terms stand in `items`, and a replaced row is taken out with its old terms.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL,
    digest TEXT NOT NULL, change INTEGER NOT NULL,
    whole TEXT NOT NULL, brief TEXT NOT NULL, head TEXT NOT NULL, body TEXT NOT NULL,
    vector BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS items_by_change ON items (change);
CREATE VIRTUAL TABLE IF NOT EXISTS head_index USING fts5(
    head, content='items', content_rowid='key', tokenize="ascii tokenchars '_'");
CREATE VIRTUAL TABLE IF NOT EXISTS body_index USING fts5(
    body, content='items', content_rowid='key', tokenize="ascii tokenchars '_'");
"""

_INDEX = {
    "head": "INSERT INTO head_index (rowid, head) VALUES (?, ?)",
    "body": "INSERT INTO body_index (rowid, body) VALUES (?, ?)",
}
_UNINDEX = {
    "head": "INSERT INTO head_index (head_index, rowid, head) VALUES ('delete', ?, ?)",
    "body": "INSERT INTO body_index (body_index, rowid, body) VALUES ('delete', ?, ?)",
}
_READ = {
    "head": "SELECT rowid, rank FROM head_index WHERE head_index MATCH ?",
    "body": "SELECT rowid, rank FROM body_index WHERE body_index MATCH ?",
}
_ROWS = {
    "head": "SELECT count(*) FROM head_index_docsize",
    "body": "SELECT count(*) FROM body_index_docsize",
}

_PAGE = 500  # items that a scan holds

Scores = npt.NDArray[np.float32]


class _Stored(NamedTuple):
    key: int
    order: int
    digest: str
    head: str
    body: str


class SqliteEvidenceStore:
    """Evidence in `path`. Threads and processes may share it.

    BM25 is Lucene's (k1 1.2, b 0.75), so that it ranks as Elasticsearch does; cosines are exact, over a
    matrix that is read once and then kept current.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, FORMAT)
        self._vectors = _Matrix()
        self._shares = _Shares()

    def setup(self) -> None:
        """Create the file and its tables."""
        with self._file.read():
            pass

    def close(self) -> None:
        """Close the file's connections."""
        self._file.close()

    def upsert(self, documents: Sequence[Document]) -> Loaded:
        """Store a batch in one transaction."""
        documents = newest(documents)
        check_vectors(documents)
        with self._file.write(durable=True) as db:
            change = _last_change(db) + 1
            outcomes = [_store(db, document, change) for document in documents]
        return Loaded(**{name: outcomes.count(name) for name in set(outcomes)})

    def search(self, queries: Sequence[Query], top: int) -> list[list[Hit]]:
        """The best `top` of each query, all from one moment of the file."""
        with self._file.read() as db:
            view = self._vectors.current(db)
            postings = _Postings(db, view.size, self._shares.at(_last_change(db)))
            return [_answer(db, view, postings, query, top) for query in queries]

    def get(self, ids: Sequence[str]) -> list[Evidence]:
        """The items that exist among `ids`, in that order."""
        with self._file.read() as db:
            found = [
                db.execute("SELECT whole FROM items WHERE id = ?", (one,)).fetchone() for one in ids
            ]
        return [Evidence.model_validate_json(row[0]) for row in found if row]

    def scan(self, publisher: str | None = None) -> Iterator[Evidence]:
        """Every item, or every one of `publisher`, by the page."""
        key = 0
        while True:
            with self._file.read() as db:
                page = db.execute(
                    "SELECT key, whole FROM items WHERE key > ? AND "
                    "(? IS NULL OR whole ->> 'publisher' = ?) ORDER BY key LIMIT ?",
                    (key, publisher, publisher, _PAGE),
                ).fetchall()
            for row in page:
                yield Evidence.model_validate_json(row[1])
            if len(page) < _PAGE:
                return
            key = page[-1][0]

    def count(self) -> int:
        """How many items a search could find."""
        with self._file.read() as db:
            return int(
                db.execute("SELECT count(*) FROM items WHERE length(vector) > 0").fetchone()[0]
            )


def _last_change(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(change), 0) FROM items").fetchone()[0])


def _store(db: sqlite3.Connection, document: Document, change: int) -> str:
    """Write one document; the outcome is a field of Loaded."""
    evidence = document.evidence
    row = db.execute(
        "SELECT key, 2 * revision + (length(vector) = 0), digest, head, body FROM items WHERE id = ?",
        (evidence.id,),
    ).fetchone()
    old = _Stored(*row) if row else None
    mark = digest(document)
    if old and order(evidence) < old.order:
        return "stale"
    if old and order(evidence) == old.order and mark == old.digest:
        return "unchanged"
    if old:
        _unindex(db, old)
    fields = {"head": head(document), "body": body(document)}
    values = (
        evidence.revision,
        mark,
        change,
        evidence.model_dump_json(),
        excerpt(evidence).model_dump_json(),
        *fields.values(),
        b"" if evidence.withdrawn else np.asarray(document.vector, dtype="<f4").tobytes(),
    )
    (key,) = db.execute(
        "INSERT INTO items (id, revision, digest, change, whole, brief, head, body, vector) "
        "VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET revision=excluded.revision, "
        "digest=excluded.digest, change=excluded.change, whole=excluded.whole, brief=excluded.brief, "
        "head=excluded.head, body=excluded.body, vector=excluded.vector RETURNING key",
        (evidence.id, *values),
    ).fetchone()
    for field, terms in fields.items():
        # An item without terms in a field takes no part in that field's averages, as in Lucene.
        if terms:
            db.execute(_INDEX[field], (key, terms))
    if evidence.withdrawn:
        return "withdrawn"
    return "replaced" if old else "added"


def _unindex(db: sqlite3.Connection, old: _Stored) -> None:
    for field, terms in (("head", old.head), ("body", old.body)):
        if terms:
            db.execute(_UNINDEX[field], (old.key, terms))


class _View(NamedTuple):
    """The vectors as of one moment: row `i` of `matrix` belongs to the item with the key `i`."""

    ids: Sequence[str]
    matrix: npt.NDArray[np.float32]
    size: int  # rows in use; keys start at 1, so row 0 is never used


class _Matrix:
    """All vectors in memory, brought up to date by what was written since, by whatever process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen = 0
        self._ids: list[str] = [""]
        self._matrix = np.zeros((1024, DIMENSIONS), np.float32)

    def current(self, db: sqlite3.Connection) -> _View:
        """The vectors as `db`'s transaction sees them, or newer."""
        with self._lock:
            rows = db.execute(
                "SELECT key, id, vector, change FROM items WHERE change > ? ORDER BY change, key",
                (self._seen,),
            )
            seen = self._seen
            for key, identifier, vector, change in rows:
                self._put(key, identifier, np.frombuffer(vector, dtype="<f4"))
                seen = change
            self._seen = seen
            # Another thread may have read further than this transaction sees: its items are left out.
            (last,) = db.execute("SELECT coalesce(max(key), 0) FROM items").fetchone()
            return _View(self._ids, self._matrix, min(len(self._ids), last + 1))

    def _put(self, key: int, identifier: str, vector: Vector) -> None:
        if key >= len(self._matrix):
            # A new array: a search that still reads the old one is not disturbed.
            grown = np.zeros((max(2 * len(self._matrix), key + 1), DIMENSIONS), np.float32)
            grown[: len(self._matrix)] = self._matrix
            self._matrix = grown
        while len(self._ids) <= key:
            self._ids.append("")
        # A withdrawn item has no vector. Not a number is never above a score, so it is never a candidate.
        self._ids[key] = identifier if len(vector) else ""
        self._matrix[key] = vector if len(vector) else np.nan


Share = tuple[npt.NDArray[np.int64], Scores]
"""The keys of the items that hold a term, and what it gives to the score of each."""


class _Shares:
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


class _Postings:
    """Each term's share of the BM25 score, read once for all queries of a search."""

    def __init__(
        self, db: sqlite3.Connection, size: int, known: dict[tuple[str, str], Share]
    ) -> None:
        self._db, self._size, self._known = db, size, known
        self._rows = {field: int(db.execute(sql).fetchone()[0]) for field, sql in _ROWS.items()}

    def score(self, terms: Iterable[str]) -> Scores:
        """BM25 of every item, by key."""
        scores = np.zeros(self._size, np.float32)
        for term in query_terms(terms):
            for field in _READ:
                keys, share = self._share(field, term)
                scores[keys] += share
        return np.round(scores, 6)

    def _share(self, field: str, term: str) -> Share:
        if (field, term) not in self._known:
            self._known[field, term] = self._read(field, term)
        return self._known[field, term]

    def _read(self, field: str, term: str) -> Share:
        found = self._db.execute(_READ[field], (f'"{term}"',)).fetchall()
        table = np.array(found, np.float64).reshape(-1, 2)
        keys = table[:, 0].astype(np.int64)
        share = table[:, 1] * _idf_ratio(self._rows[field], len(keys))
        # A row that another process added after the matrix was read has no vector yet.
        inside = keys < self._size
        return keys[inside], share[inside].astype(np.float32)


def _idf_ratio(rows: int, frequency: int) -> float:
    """Turns FTS5's share of a term, which is negative, into Lucene's.

    FTS5 takes log((N-n+0.5)/(n+0.5)) and never less than 1e-6; Lucene adds one before the logarithm, so
    that a term in more than half of the items still counts.
    """
    odds = (rows - frequency + 0.5) / (frequency + 0.5)
    ours = math.log(odds)
    return -math.log1p(odds) / (ours if ours > 0 else 1e-6)


def _answer(
    db: sqlite3.Connection, view: _View, postings: _Postings, query: Query, top: int
) -> list[Hit]:
    depth = max(top, DEPTH)
    bm25 = postings.score(query.terms)
    by_terms = _best(bm25, view.ids, depth, above=0.0)
    cosine, by_vector = np.zeros(view.size, np.float32), list[int]()
    if query.vector is not None:
        cosine = np.round(view.matrix[: view.size] @ np.asarray(query.vector, np.float32), 6)
        by_vector = _best(cosine, view.ids, depth, above=-math.inf)
    fused = fuse([[view.ids[key] for key in keys] for keys in (by_terms, by_vector)], top)
    found = {view.ids[key]: key for key in (*by_terms, *by_vector)}
    in_terms = set(by_terms)
    return [
        Hit(
            evidence=_brief(db, found[one]),
            bm25=float(bm25[found[one]]) if found[one] in in_terms else 0.0,
            cosine=float(cosine[found[one]]),
            rank=rank,
        )
        for one, rank in fused
    ]


def _best(scores: Scores, ids: Sequence[str], depth: int, *, above: float) -> list[int]:
    """Keys of the `depth` best scores, ties in natural order of their ids."""
    used = np.flatnonzero(scores > above)
    if len(used) > depth:
        # Every item as good as the last one that fits takes part, or ties would be cut by chance.
        least = np.partition(scores[used], len(used) - depth)[len(used) - depth]
        used = used[scores[used] >= least]
    by_id = {ids[key]: key for key in used.tolist() if ids[key]}
    return [by_id[one] for one in ranked({i: float(scores[k]) for i, k in by_id.items()}, depth)]


def _brief(db: sqlite3.Connection, key: int) -> Evidence:
    (brief,) = db.execute("SELECT brief FROM items WHERE key = ?", (key,)).fetchone()
    return Evidence.model_validate_json(brief)

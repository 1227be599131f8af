"""The embedded evidence store: one SQLite file, terms in FTS5, vectors beside them."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from schemas.evidence import Evidence
from services.adapters.embedded_file import SqliteFile
from services.adapters.sqlite_evidence_scores import Postings, Shares, Vectors, allowed
from services.adapters.sqlite_evidence_search import Moment, find_items, find_passages
from services.adapters.sqlite_rebuild import rebuild
from services.evidence.indexed import (
    FORMAT,
    body,
    check_vectors,
    digest,
    encode_terms,
    excerpt,
    head,
    newest,
    order,
)
from services.ports.evidence_store import (
    EVERYTHING,
    Analyse,
    Document,
    Filters,
    Hit,
    Loaded,
    Passage,
    PassageHit,
    Query,
)

# `change` counts writes: a process asks for what is above the number it has seen. The full-text tables
# are external-content: the terms stand in `items`, and a replaced row is taken out with its old terms.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL,
    digest TEXT NOT NULL, change INTEGER NOT NULL,
    kind TEXT NOT NULL, language TEXT NOT NULL, publisher TEXT, date TEXT,
    whole TEXT NOT NULL, brief TEXT NOT NULL, head TEXT NOT NULL, body TEXT NOT NULL,
    vector BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS items_by_change ON items (change);
CREATE TABLE IF NOT EXISTS passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL, number INTEGER NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, passage TEXT NOT NULL, vector BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS passages_by_item ON passages (item);
CREATE VIRTUAL TABLE IF NOT EXISTS head_index USING fts5(
    head, content='items', content_rowid='key', tokenize="ascii tokenchars '_'");
CREATE VIRTUAL TABLE IF NOT EXISTS body_index USING fts5(
    body, content='items', content_rowid='key', tokenize="ascii tokenchars '_'");
CREATE VIRTUAL TABLE IF NOT EXISTS passage_index USING fts5(
    passage, content='passages', content_rowid='key', tokenize="ascii tokenchars '_'");
"""

_INDEX = {
    "head": "INSERT INTO head_index (rowid, head) VALUES (?, ?)",
    "body": "INSERT INTO body_index (rowid, body) VALUES (?, ?)",
    "passage": "INSERT INTO passage_index (rowid, passage) VALUES (?, ?)",
}
_UNINDEX = {
    "head": "INSERT INTO head_index (head_index, rowid, head) VALUES ('delete', ?, ?)",
    "body": "INSERT INTO body_index (body_index, rowid, body) VALUES ('delete', ?, ?)",
    "passage": "INSERT INTO passage_index (passage_index, rowid, passage) VALUES ('delete', ?, ?)",
}
_PAGE = 500  # items that a scan holds


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
        self._path = path
        self._file = SqliteFile(path, _SCHEMA, FORMAT, upgrade="run `claimdesk evidence reindex`")
        self._vectors = Vectors()
        self._shares = Shares()

    def setup(self) -> None:
        """Create the file and its tables."""
        with self._file.read():
            pass

    def close(self) -> None:
        """Close the file's connections."""
        self._file.close()

    def rebuild(
        self, analyse: Analyse, progress: Callable[[int], None], *, restart: bool = False
    ) -> None:
        """Every item analysed anew, in a file beside this one, and its content put in place."""
        with self._file.errors_named():
            rebuild(self._path, _SCHEMA, SqliteEvidenceStore, analyse, progress, restart=restart)

    def upsert(self, documents: Sequence[Document]) -> Loaded:
        """Store a batch in one transaction."""
        documents = newest(documents)
        check_vectors(documents)
        with self._file.write(durable=True) as db:
            change = _last_change(db) + 1
            outcomes = [_store(db, document, change) for document in documents]
        return Loaded(**{name: outcomes.count(name) for name in set(outcomes)})

    def search(
        self, queries: Sequence[Query], top: int, *, filters: Filters = EVERYTHING
    ) -> list[list[Hit]]:
        """The best `top` of each query, all from one moment of the file."""
        with self._file.read() as db:
            moment = self._moment(db, filters)
            return [find_items(moment, query, top) for query in queries]

    def search_passages(
        self, queries: Sequence[Query], top: int, *, filters: Filters = EVERYTHING
    ) -> list[list[PassageHit]]:
        """The best `top` passages of each query, all from one moment of the file."""
        with self._file.read() as db:
            moment = self._moment(db, filters)
            return [find_passages(moment, query, top) for query in queries]

    def count_passages(self, *, filters: Filters = EVERYTHING) -> int:
        """How many passages a search with these filters goes through."""
        with self._file.read() as db:
            return int(np.count_nonzero(self._moment(db, filters).passages_allowed()))

    def _moment(self, db: sqlite3.Connection, filters: Filters) -> Moment:
        view = self._vectors.current(db)
        postings = Postings(db, self._shares.at(_last_change(db)), view.size)
        return Moment(db, view, postings, allowed(db, filters, view.size))

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


_COLUMNS = (
    *("id", "revision", "digest", "change", "kind", "language", "publisher", "date"),
    *("whole", "brief", "head", "body", "vector"),
)
_WRITE = (
    f"INSERT INTO items ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name}=excluded.{name}' for name in _COLUMNS[1:])} "
    "RETURNING key"
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
        evidence.kind.value,
        evidence.language,
        evidence.publisher,
        evidence.date,
        evidence.model_dump_json(),
        excerpt(evidence).model_dump_json(),
        *fields.values(),
        b"" if evidence.withdrawn else np.asarray(document.vector, dtype="<f4").tobytes(),
    )
    (key,) = db.execute(
        _WRITE,
        (evidence.id, *values),
    ).fetchone()
    for field, terms in fields.items():
        # An item without terms in a field takes no part in that field's averages, as in Lucene.
        if terms:
            db.execute(_INDEX[field], (key, terms))
    for number, passage in enumerate(document.passages):
        _store_passage(db, key, number, passage)
    if evidence.withdrawn:
        return "withdrawn"
    return "replaced" if old else "added"


def _store_passage(db: sqlite3.Connection, item: int, number: int, passage: Passage) -> None:
    terms = encode_terms(passage.terms)
    vector = b"" if passage.vector is None else np.asarray(passage.vector, "<f4").tobytes()
    (key,) = db.execute(
        "INSERT INTO passages (item, number, start, stop, passage, vector) VALUES (?,?,?,?,?,?) "
        "RETURNING key",
        (item, number, passage.start, passage.end, terms, vector),
    ).fetchone()
    if terms:
        db.execute(_INDEX["passage"], (key, terms))


def _unindex(db: sqlite3.Connection, old: _Stored) -> None:
    for field, terms in (("head", old.head), ("body", old.body)):
        if terms:
            db.execute(_UNINDEX[field], (old.key, terms))
    passages = db.execute("SELECT key, passage FROM passages WHERE item = ?", (old.key,)).fetchall()
    db.executemany(_UNINDEX["passage"], [(key, terms) for key, terms in passages if terms])
    db.execute("DELETE FROM passages WHERE item = ?", (old.key,))

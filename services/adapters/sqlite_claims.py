"""The embedded claim store: one SQLite file, its vectors in memory for the search."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.cluster_choice import ClusterChoice
from services.adapters.claim_records import FORMAT, Record, check_vectors, ordered, pack, unpack
from services.adapters.embedded_file import SqliteFile
from services.ports.claim_store import Near, SeenClaim, Sought
from services.ports.cluster_choices import Choices
from services.ports.evidence_store import DIMENSIONS, Vector

# AUTOINCREMENT: a key is never used twice, so what is above the highest key seen is new.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, wording TEXT NOT NULL,
    added_at TEXT NOT NULL, record TEXT NOT NULL, vector BLOB);
CREATE INDEX IF NOT EXISTS claims_by_wording ON claims (wording, id);
CREATE INDEX IF NOT EXISTS claims_by_age ON claims (added_at);
CREATE INDEX IF NOT EXISTS claims_with_vector ON claims (key) WHERE vector IS NOT NULL;
CREATE TABLE IF NOT EXISTS choices (id TEXT PRIMARY KEY, choice TEXT NOT NULL);
"""


class SqliteClaimStore:
    """`services.ports.claim_store.ClaimStore` in `path`. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, FORMAT)
        self._vectors = _Vectors()

    def setup(self) -> None:
        """Create the file and its tables."""
        with self._file.read():
            pass

    def close(self) -> None:
        """Close the file's connections."""
        self._file.close()

    def add(self, claims: Sequence[SeenClaim], now: datetime) -> list[SeenClaim]:
        """All of them in one transaction."""
        check_vectors(claims)
        if not claims:
            return []
        with self._file.write(durable=True) as db:
            for seen in claims:
                row = (seen.id, seen.wording, _time(now), Record.of(seen).model_dump_json())
                db.execute(
                    "INSERT INTO claims (id, wording, added_at, record, vector) VALUES (?,?,?,?,?) "
                    "ON CONFLICT (id) DO NOTHING",
                    (*row, pack(seen.vector)),
                )
            return [_read(db, "id", seen.id, 1)[0] for seen in claims]

    def near(self, sought: Sequence[Sought], top: int, *, least: float = -1.0) -> list[list[Near]]:
        """Every vector is compared, so the cosines are exact."""
        with self._file.read() as db:
            near = _nearest(db, self._vectors.current(db), sought, top, least)
            copies = [
                _read(db, "wording", one.wording, top) if one.wording else [] for one in sought
            ]
        return [ordered(*both, top) for both in zip(copies, near, strict=True)]

    def forget(self, before: datetime) -> int:
        """One statement."""
        with self._file.write(durable=True) as db:
            return db.execute("DELETE FROM claims WHERE added_at < ?", (_time(before),)).rowcount

    def count(self) -> int:
        """How many claims there are."""
        with self._file.read() as db:
            return int(db.execute("SELECT count(*) FROM claims").fetchone()[0])

    def choose(self, choice: ClusterChoice) -> None:
        """One row a choice."""
        with self._file.write(durable=True) as db:
            row = (choice.id, choice.model_dump_json())
            db.execute("INSERT INTO choices VALUES (?,?) ON CONFLICT (id) DO NOTHING", row)

    def choices(self) -> Choices:
        """The choices in force."""
        with self._file.read() as db:
            rows = db.execute("SELECT choice FROM choices").fetchall()
        return Choices.of(ClusterChoice.model_validate_json(row[0]) for row in rows)


def _time(moment: datetime) -> str:
    """UTC with all its digits, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


_QUERY = {
    "id": "SELECT record, vector FROM claims WHERE id = ?",
    "wording": "SELECT record, vector FROM claims WHERE wording = ? ORDER BY id LIMIT ?",
}


def _read(db: sqlite3.Connection, column: str, value: str, most: int) -> list[SeenClaim]:
    given = (value, most) if column == "wording" else (value,)
    rows = db.execute(_QUERY[column], given).fetchall()
    return [Record.model_validate_json(record).to_seen(unpack(vector)) for record, vector in rows]


class _View(NamedTuple):
    """The vectors as of one moment: row `i` of `matrix` belongs to the claim `ids[i]`."""

    ids: Sequence[str]
    matrix: npt.NDArray[np.float32]


class _Vectors:
    """All vectors in memory, brought up to date by what was added since, by whatever process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._clear()

    def _clear(self) -> None:
        self._last = 0
        self._ids: list[str] = []
        self._matrix = np.zeros((256, DIMENSIONS), np.float32)

    def current(self, db: sqlite3.Connection) -> _View:
        """The vectors as `db`'s transaction sees them."""
        with self._lock:
            self._read(db)
            sql = "SELECT count(*) FROM claims WHERE vector IS NOT NULL"
            if len(self._ids) != db.execute(sql).fetchone()[0]:
                # Some were forgotten, which would take the places of others: read anew.
                self._clear()
                self._read(db)
            return _View(self._ids, self._matrix[: len(self._ids)])

    def _read(self, db: sqlite3.Connection) -> None:
        rows = db.execute(
            "SELECT key, id, vector FROM claims WHERE key > ? AND vector IS NOT NULL ORDER BY key",
            (self._last,),
        )
        for key, identifier, vector in rows:
            self._put(identifier, np.frombuffer(vector, "<f4"))
            self._last = key

    def _put(self, identifier: str, vector: Vector) -> None:
        if len(self._ids) == len(self._matrix):
            # A new array: a search that still reads the old one is not disturbed.
            self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])
        self._matrix[len(self._ids)] = vector
        self._ids.append(identifier)


_HAIR = 1e-4
"""More than a product of whole matrices can differ from the one of two vectors, which counts."""


def _nearest(
    db: sqlite3.Connection, view: _View, sought: Sequence[Sought], top: int, least: float
) -> list[list[Near]]:
    """The claims near to each: one pass over the vectors for all of them, then exact for who may be among them."""
    vectors = {n: one.vector for n, one in enumerate(sought) if one.vector is not None}
    found: list[list[Near]] = [[] for _ in sought]
    if vectors:
        rough = view.matrix @ np.stack([np.asarray(v, np.float32) for v in vectors.values()]).T
        for (n, vector), cosines in zip(vectors.items(), rough.T, strict=True):
            found[n] = list(_exact(db, view, vector, cosines, top, least))
    return found


def _exact(
    db: sqlite3.Connection, view: _View, vector: Vector, rough: Vector, top: int, least: float
) -> Iterator[Near]:
    chosen = np.flatnonzero(rough >= least - _HAIR)
    if len(chosen) > top:
        # Every claim as near as the last one that fits takes part, or ties would be cut by chance.
        chosen = np.flatnonzero(rough >= np.partition(rough, -top)[-top] - _HAIR)
    cosines = {row: round(float(np.dot(view.matrix[row], vector)), 4) for row in chosen.tolist()}
    ranked = sorted((-cosine, view.ids[row]) for row, cosine in cosines.items() if cosine >= least)
    for cosine, identifier in ranked[:top]:
        for seen in _read(db, "id", identifier, 1):
            yield Near(seen, -cosine)

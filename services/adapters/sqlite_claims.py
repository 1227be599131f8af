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

    def near(self, sought: Sequence[Sought], top: int) -> list[list[Near]]:
        """Every vector is compared, so the cosines are exact."""
        with self._file.read() as db:
            view = self._vectors.current(db)
            return [_answer(db, view, one, top) for one in sought]

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
        """The vectors as `db`'s transaction sees them, or newer; some may be of claims just forgotten."""
        with self._lock:
            live = int(db.execute("SELECT count(vector) FROM claims").fetchone()[0])
            if len(self._ids) > 2 * live + 256:
                self._clear()  # most of them are forgotten: read anew
            rows = db.execute(
                "SELECT key, id, vector FROM claims WHERE key > ? AND vector IS NOT NULL "
                "ORDER BY key",
                (self._last,),
            )
            for key, identifier, vector in rows:
                self._put(identifier, np.frombuffer(vector, "<f4"))
                self._last = key
            return _View(self._ids, self._matrix[: len(self._ids)])

    def _put(self, identifier: str, vector: Vector) -> None:
        if len(self._ids) == len(self._matrix):
            # A new array: a search that still reads the old one is not disturbed.
            self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])
        self._matrix[len(self._ids)] = vector
        self._ids.append(identifier)


def _answer(db: sqlite3.Connection, view: _View, sought: Sought, top: int) -> list[Near]:
    copies = _read(db, "wording", sought.wording, top) if sought.wording else []
    near = list(_nearest(db, view, sought.vector, top)) if sought.vector is not None else []
    return ordered(copies, near, top)


def _nearest(db: sqlite3.Connection, view: _View, vector: Vector, top: int) -> Iterator[Near]:
    cosines = np.round(view.matrix @ np.asarray(vector, np.float32), 4)
    chosen = np.arange(len(cosines))
    if len(cosines) > top:
        # Every claim as near as the last one that fits takes part, or ties would be cut by chance.
        chosen = np.flatnonzero(cosines >= np.partition(cosines, -top)[-top])
    ranked = sorted((-float(cosines[index]), view.ids[index]) for index in chosen.tolist())
    for cosine, identifier in ranked[:top]:
        for seen in _read(db, "id", identifier, 1):
            yield Near(seen, -cosine)

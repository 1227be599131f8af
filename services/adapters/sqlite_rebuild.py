"""The embedded evidence file rebuilt in place, while it is searched and written to.

A second file beside it is filled with everything, then with what was written meanwhile; when little is
left, one transaction holds writers back, takes the rest, and replaces the tables' content.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from schemas.evidence import Evidence
from services.evidence.indexed import FORMAT
from services.ports.evidence_store import Analyse, Document, Loaded
from services.runtime.errors import UserError

_PAGE = 256  # items a batch: they are encoded together
_FEW = 512  # items that are left for the moment in which writers wait
_ROUNDS = 20  # after that many, writers are faster than this is
_SECONDS = 60.0  # how long another process's transaction is waited for

_TABLES = ("items", "passages")
_INDEXES = {
    "head": ("items", "head"),
    "body": ("items", "body"),
    "passage": ("passages", "passage"),
}


class Target(Protocol):
    """The second file."""

    def setup(self) -> None:
        """Make it."""

    def upsert(self, documents: Sequence[Document]) -> Loaded:
        """Store a batch."""

    def close(self) -> None:
        """Let go of it."""


def rebuild(
    path: Path,
    schema: str,
    open_target: Callable[[Path], Target],
    analyse: Analyse,
    progress: Callable[[int], None],
    *,
    restart: bool,
) -> None:
    """Rebuild the file at `path`. Raises UserError when the second file is there, unless `restart`."""
    second = path.with_name(f"{path.name}.rebuild")
    if restart:
        _remove(second)
    if second.exists():
        raise UserError(
            f"{second} is there already: a reindex is at work, or was interrupted; when none is, say "
            "--restart"
        )
    db = sqlite3.connect(path, timeout=_SECONDS, isolation_level=None)
    try:
        target = open_target(second)
        target.setup()
        try:
            seen = _fill(db, target, analyse, progress)
            with _writing(db):
                _copy(db, target, analyse, progress, seen)
                target.close()
                _replace(db, schema, second)
        finally:
            target.close()
    finally:
        db.close()
    _remove(second)


def _fill(
    db: sqlite3.Connection, target: Target, analyse: Analyse, progress: Callable[[int], None]
) -> int:
    seen = -1
    for _ in range(_ROUNDS):
        copied, seen = _copy(db, target, analyse, progress, seen)
        if copied <= _FEW:
            break
    return seen


def _copy(
    db: sqlite3.Connection,
    target: Target,
    analyse: Analyse,
    progress: Callable[[int], None],
    seen: int,
) -> tuple[int, int]:
    """Copy what was changed after the change `seen`: how many items, and the last change."""
    (last,) = db.execute("SELECT coalesce(max(change), 0) FROM items").fetchone()
    copied, key = 0, 0
    while page := db.execute(
        "SELECT key, whole FROM items WHERE change > ? AND key > ? ORDER BY key LIMIT ?",
        (seen, key, _PAGE),
    ).fetchall():
        target.upsert(analyse([Evidence.model_validate_json(whole) for _, whole in page]))
        copied, key = copied + len(page), page[-1][0]
        progress(len(page))
    return copied, last


@contextmanager
def _writing(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("PRAGMA synchronous=FULL")
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _replace(db: sqlite3.Connection, schema: str, second: Path) -> None:
    """Within a transaction: the tables as the second file has them, all of them as changed just now."""
    (change,) = db.execute("SELECT coalesce(max(change), 0) FROM items").fetchone()
    for name in (*(f"{field}_index" for field in _INDEXES), *reversed(_TABLES)):
        db.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in filter(str.strip, schema.split(";")):
        db.execute(statement)
    source = sqlite3.connect(second)
    try:
        for table in _TABLES:
            rows = source.execute(f"SELECT * FROM {table} ORDER BY key")  # noqa: S608 - our own names
            places = ",".join("?" * len(rows.description))
            db.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608
    finally:
        source.close()
    # Whoever keeps vectors in memory reads all of them again.
    db.execute("UPDATE items SET change = ?", (change + 1,))
    for field, (table, column) in _INDEXES.items():
        db.execute(
            f"INSERT INTO {field}_index (rowid, {column}) "  # noqa: S608
            f"SELECT key, {column} FROM {table} WHERE {column} <> ''"
        )
    db.execute(f"PRAGMA user_version={FORMAT}")


def _remove(second: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        second.with_name(second.name + suffix).unlink(missing_ok=True)

"""One SQLite file shared by threads and processes: connections, transactions, and errors by name."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.adapters.wal import use_wal
from services.runtime.errors import NotReady, UserError

_BUSY_SECONDS = 5.0  # how long SQLite waits for another process's transaction

_AWAY = {
    sqlite3.SQLITE_BUSY: "another process holds it locked",
    sqlite3.SQLITE_LOCKED: "another connection holds it locked",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "reading or writing it failed",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_READONLY: "it cannot be written",
    sqlite3.SQLITE_PROTOCOL: "other processes keep it locked",
    sqlite3.SQLITE_PERM: "it may not be accessed",
}
"""SQLite's primary result codes that mean a bad day, and what to tell about each."""

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SqliteFile:
    """A database file in WAL mode with one connection for each thread that uses it.

    Writers of one process take turns at a lock of ours, which is fair and wakes at once; SQLite's own
    lock, which polls, is only met by other processes.
    """

    def __init__(self, path: Path, schema: str, version: int, *, upgrade: str = "") -> None:
        """`upgrade` says what to do with a file of an older format; without it the schema is applied to it."""
        self._path, self._schema, self._version = path, schema, version
        self._upgrade = upgrade
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._write_lock = threading.Lock()
        self._set_up = False

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one moment of the file. Raises NotReady."""
        with self.errors_named():
            db = self._connection()
            db.execute("BEGIN")
            try:
                yield db
            finally:
                if db.in_transaction:  # a bad day may have ended it already
                    db.execute("ROLLBACK")

    @contextmanager
    def write(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed at the end, or leaves nothing. Raises NotReady.

        Committed work always survives the end of the process. `durable` work also survives the loss of
        power: the file is synchronised before the return, together with everything before it.
        """
        with self.errors_named(), self._write_lock:
            db = self._connection()
            db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every connection; the file may be used again afterwards."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._connect()
            self._local.connection = found
            self._connections.append(found)
        return found

    def _connect(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotReady(str(self._path), f"its folder cannot be made: {error}") from error
        db = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            use_wal(db)
            self._ensure_schema(db)
        except BaseException:
            db.close()
            raise
        return db

    def _ensure_schema(self, db: sqlite3.Connection) -> None:
        if self._set_up:
            return
        found = self._format(db)
        if 0 < found < self._version and self._upgrade:
            raise UserError(
                f"{self._path} has format {found}, this release needs {self._version}: {self._upgrade}"
            )
        if found < self._version:
            db.execute("BEGIN IMMEDIATE")
            # Another process may have made the tables while this one waited for the lock.
            if self._format(db) < self._version:
                for statement in filter(str.strip, self._schema.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version={self._version}")
            db.execute("COMMIT")
        self._set_up = True

    def _format(self, db: sqlite3.Connection) -> int:
        """The format of the file; 0 before it has one. Raises UserError for one of a newer release."""
        found = int(db.execute("PRAGMA user_version").fetchone()[0])
        if found > self._version:
            raise UserError(
                f"{self._path} was written by a newer release (format {found}, this one reads up to "
                f"{self._version}): upgrade, or set CLAIMDESK_DATA_DIR to another folder"
            )
        return found

    @contextmanager
    def errors_named(self) -> Iterator[None]:
        """Around work on the file: SQLite's errors as NotReady, or UserError for a damaged file."""
        try:
            yield
        except sqlite3.Error as error:
            code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
            if code in _AWAY:
                raise NotReady(str(self._path), f"{_AWAY[code]} ({error})") from error
            if code in _BROKEN:
                raise UserError(
                    f"{self._path} is damaged or no database ({error}): restore it from a copy, or "
                    "move it away to start with an empty one"
                ) from error
            raise

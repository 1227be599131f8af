"""What every SQL store shares: the engine, its transactions, schema versions, and bad days told apart from bugs.

SQLite in embedded mode and PostgreSQL in production run the same SQLAlchemy Core code.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
    exc,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url

from services.adapters.wal import use_wal
from services.runtime.errors import BrokenStore, NotReady, UserError

BUSY_SECONDS = 10
"""How long a transaction waits for another's lock before it counts as a bad day."""

_WRITE = "claimdesk_write"

_SQLITE_BAD_DAYS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_PERM,
}

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_MAYBE_NOT_OURS = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}

_READ_ONLY = "25006"
"""SQLSTATE of a write to a PostgreSQL that takes none: a standby after a failover, or a full disk."""

_ADVISORY_LOCK = 0x636C61696D  # "claim": any number that nobody else in the database uses

Migration = Callable[[Connection], None]
"""One step of a component's schema, run once, inside the transaction that counts it."""

_turns: dict[str, threading.Lock] = {}
"""Whose turn it is to write, by SQLite file."""

_meta = MetaData()
_versions = Table(
    "claimdesk_schema",
    _meta,
    Column("component", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
)


def make_engine(url: str) -> Engine:
    """The engine for `url`: a SQLite file (its folder is created) or PostgreSQL through psycopg.

    Nothing is connected yet. Raises UserError for any other URL, without repeating its password.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    given = parsed.query.get("options", "")  # the operator's own go last, and win
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        connect_args={
            "connect_timeout": BUSY_SECONDS,
            "application_name": "claimdesk",
            "options": f"-c lock_timeout={BUSY_SECONDS * 1000} -c timezone=UTC {given}",
        },
    )


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise UserError(
            "CLAIMDESK_DATABASE_URL is not a database URL; "
            "give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        ) from error
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise UserError(
            f"CLAIMDESK_DATABASE_URL: {backend!r} is not supported; use sqlite or postgresql"
        )
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise UserError(
            "CLAIMDESK_DATABASE_URL: SQLite in memory would be another database in each thread; "
            "give sqlite:///FILE"
        )
    return parsed


def _sqlite(url: URL) -> Engine:
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the data folder {folder} cannot be made: {error.strerror}; set CLAIMDESK_DATA_DIR to "
            "one that this user may write"
        ) from error
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def upsert_into(engine: Engine, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert of the engine's own dialect, which can say what happens where the row exists."""
    insert_of = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    return insert_of(table)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's driver would open transactions only before some statements; we open them ourselves.
    connection.isolation_level = None
    use_wal(connection)
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A write transaction takes SQLite's one write lock at once: upgrading a read one can fail at any time.
    write = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads. Raises NotReady when the database is away."""
    with not_ready(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: committed at the end, rolled back by an exception.

    Raises NotReady when the database is away, full or locked by another for too long.
    """
    with (
        _turn(engine),
        not_ready(engine),
        engine.execution_options(**{_WRITE: True}).begin() as connection,
    ):
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """This thread's turn to write to a SQLite file.

    SQLite has one writer, and lets the others sleep and look again: one that writes batch after batch would
    keep the other threads of this process out for good.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    turn = _turns.setdefault(str(engine.url.database), threading.Lock())
    if not turn.acquire(timeout=BUSY_SECONDS):
        raise NotReady("database", "another thread has been writing for too long")
    try:
        yield
    finally:
        turn.release()


@contextmanager
def not_ready(engine: Engine) -> Iterator[None]:
    """Turn a database that is away into NotReady, and a file that waiting does not mend into BrokenStore.

    Errors of ours (bad SQL, a broken constraint) pass.
    """
    try:
        yield
    except exc.TimeoutError as error:
        raise NotReady("database", "no free connection in the pool") from error
    except exc.DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            _check_file(Path(str(engine.url.database)), error.orig)
        if not _is_bad_day(error):
            raise
        where = engine.url.render_as_string(hide_password=True)
        reason = str(error.orig).strip().partition("\n")[0]
        raise NotReady("database", f"{where}: {reason}") from error


def _check_file(path: Path, error: sqlite3.Error) -> None:
    code = _primary_code(error)
    if code in _BROKEN:
        raise BrokenStore(
            f"{path} is damaged or no database ({error}): restore it from a copy, or move it away to "
            "start with an empty one"
        ) from error
    refused = _not_writable(path) if code in _MAYBE_NOT_OURS else None
    if refused:
        raise BrokenStore(
            f"not writable by this user: {refused}; give it to the user that runs Claimdesk, or set "
            "CLAIMDESK_DATA_DIR to a folder of that user"
        ) from error


def _primary_code(error: sqlite3.Error) -> int:
    # The low byte; the rest says more precisely what. Errors without a code are those of our SQL.
    return (getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR) & 0xFF


def _not_writable(path: Path) -> Path | None:
    """The folder or file of the database that this user may not write.

    A file system that was mounted read-only is none of them: its owner mends it while we wait.
    """
    files = [path, Path(f"{path}-wal"), Path(f"{path}-shm")]
    asked = {path.parent: os.W_OK | os.X_OK} | dict.fromkeys(files, os.R_OK | os.W_OK)
    may = partial(os.access, effective_ids=os.access in os.supports_effective_ids)
    for place, mode in asked.items():
        # Asked twice: the files beside the database come and go while others open and close it.
        if not may(place, mode) and may(place, os.F_OK) and not may(place, mode):
            return None if os.statvfs(path.parent).f_flag & os.ST_RDONLY else place
    return None


def _is_bad_day(error: exc.DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        # SQLite's OperationalError also covers mistakes in our SQL: those carry the plain code.
        return _primary_code(error.orig) in _SQLITE_BAD_DAYS
    if getattr(error.orig, "sqlstate", None) == _READ_ONLY:
        return True
    return isinstance(error, exc.OperationalError | exc.InterfaceError)


def migrate(engine: Engine, component: str, steps: Sequence[Migration]) -> int:
    """Bring `component`'s tables to version `len(steps)`; the version they had before.

    Safe to run from many processes at once: one does the work, the others wait and find it done.
    Steps that have been released never change; a new one is added at the end. Raises UserError when
    the database was made by a newer release, and NotReady.
    """
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        _meta.create_all(connection)
        had = _version(connection, component)
        if had > len(steps):
            raise UserError(
                f"the database has version {had} of the {component} tables; this release knows "
                f"{len(steps)}: upgrade Claimdesk"
            )
        for step in steps[had:]:
            step(connection)
        _set_version(connection, component, had, len(steps))
        return had


def _version(connection: Connection, component: str) -> int:
    query = select(_versions.c.version).where(_versions.c.component == component)
    return int(connection.scalar(query) or 0)


def _set_version(connection: Connection, component: str, had: int, new: int) -> None:
    if had == new:
        return
    if had == 0:
        connection.execute(insert(_versions).values(component=component, version=new))
    else:
        connection.execute(
            update(_versions).where(_versions.c.component == component).values(version=new)
        )


def versions(engine: Engine) -> dict[str, int]:
    """The version of each component's tables. Raises NotReady."""
    with reading(engine) as connection:
        return {row.component: row.version for row in connection.execute(select(_versions))}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz` in PostgreSQL, sortable text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps no zone. Raises ValueError for a time without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """With its zone again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

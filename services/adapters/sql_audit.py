"""The audit trail in SQL: rows that the database itself lets nobody change."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    text,
    update,
)

from services.adapters.sql import Migration, UtcDateTime, migrate, reading, writing
from services.ports.audit_log import GENESIS, Entry, Event, link

_PAGE = 1_000  # entries read at once

_meta = MetaData()
_BIG = BigInteger().with_variant(Integer, "sqlite")
_trail = Table(
    "audit",
    _meta,
    Column("seq", _BIG, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(512), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(512), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
Index("audit_of", _trail.c.subject, _trail.c.seq)
# One row: the end of the chain, locked by whoever appends.
_head = Table(
    "audit_head",
    _meta,
    Column("id", Integer, primary_key=True),
    Column("seq", _BIG, nullable=False),
    Column("hash", String(64), nullable=False),
)

_REFUSAL = "the audit trail is append-only"
_SQLITE_GUARDS = [
    f"CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for verb in ("update", "delete")
]
_POSTGRESQL_GUARDS = [
    (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    ),
    (
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    ),
    (
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    ),
]


def _create(connection: Connection) -> None:
    _meta.create_all(connection)
    connection.execute(insert(_head).values(id=1, seq=0, hash=GENESIS))
    guards = {"sqlite": _SQLITE_GUARDS, "postgresql": _POSTGRESQL_GUARDS}
    for guard in guards[connection.dialect.name]:
        connection.execute(text(guard))


_MIGRATIONS: tuple[Migration, ...] = (_create,)


def append(connection: Connection, events: Iterable[Event]) -> None:
    """Add `events` in the transaction of what they tell of: both are there, or neither.

    The chain's end stays locked until the transaction ends, so append last.
    """
    rows = list(events)
    if not rows:
        return
    seq, previous = connection.execute(select(_head.c.seq, _head.c.hash).with_for_update()).one()
    entries = []
    for event in rows:
        seq += 1
        entry = link(event, seq, previous)
        entries.append(entry.model_dump() | {"details": _text(entry.details)})
        previous = entry.hash
    connection.execute(insert(_trail), entries)
    connection.execute(update(_head).values(seq=seq, hash=previous))


class SqlAuditLog:
    """`services.ports.audit_log.AuditLog` over SQLAlchemy Core."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """The tables, and triggers that refuse every change of a row."""
        migrate(self._engine, "audit", _MIGRATIONS)

    def append(self, events: Iterable[Event]) -> None:
        """In a transaction of their own."""
        with writing(self._engine) as connection:
            append(connection, events)

    def entries(self, *, subject: str | None = None, after: int = 0) -> Iterator[Entry]:
        """A page at a time, each in a transaction of its own: rows never change."""
        query = select(_trail).order_by(_trail.c.seq).limit(_PAGE)
        if subject is not None:
            query = query.where(_trail.c.subject == subject)
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(_trail.c.seq > after)).all()
            yield from map(_entry, rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1].seq


def _entry(row: Row[Any]) -> Entry:
    # Unchecked, so that a row that somebody forged is told as such and not as unreadable.
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    return Entry(**values | {"details": json.loads(row.details)})


def _text(details: dict[str, Any]) -> str:
    return json.dumps(details, ensure_ascii=False, sort_keys=True)

"""The tables of feeds: what is known of each, of their hosts, and of the pages of their items."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from services.adapters.sql import Migration, UtcDateTime

_meta = MetaData()
_BIG = BigInteger().with_variant(Integer, "sqlite")
feeds = Table(
    "feed_registry",
    _meta,
    Column("id", String(64), primary_key=True),
    Column("source", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False, unique=True),
    Column("host", Text),  # none for a file
    Column("added_by", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("title", Text),
    Column("stopped", String(16)),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("fresh_at", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("asked_at", UtcDateTime),
    Column("succeeded_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcDateTime),
    Column("reason", String(64)),
    Column("error", Text),
    Column("arrivals", Text, nullable=False),  # seconds since 1970, as a JSON list
    Column("asks", Float, nullable=False),  # seconds, as the interval is
    Column("interval", Float),
    *(
        Column(name, _BIG, nullable=False)
        for name in ("items", "new", "revised", "rejected", "copies")
    ),
    Column("lease", _BIG, nullable=False),
    Column("leased_until", UtcDateTime),
)
_ACTIVE = feeds.c.stopped.is_(None)
Index("feed_registry_due", feeds.c.next_at, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
hosts = Table(
    "feed_hosts",
    _meta,
    Column("host", Text, primary_key=True),
    Column("free_at", UtcDateTime, nullable=False),
)
pages = Table(
    "feed_pages",
    _meta,
    Column("key", String(64), primary_key=True),
    Column("given", String(64), nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False, index=True),
    Column("whole", Boolean, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("gone", Boolean, nullable=False),
)

MIGRATIONS: tuple[Migration, ...] = (_meta.create_all,)
"""The steps; one that was released never changes."""

"""The tables of what ingest remembers, by the step of the schema that brought them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

from services.adapters.sql import Migration, UtcDateTime

first = MetaData()
revisions = Table(
    "article_revisions",
    first,
    Column("article_id", String(512), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("content_hash", String(64), nullable=False),
)

# What is known of an article's content, names and story.
second = MetaData()
contents = Table(
    "article_contents",
    second,
    Column("article_id", String(512), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("staged_at", UtcDateTime, nullable=False, index=True),
)
Index(
    "article_contents_pending",
    contents.c.staged_at,
    sqlite_where=contents.c.pending,
    postgresql_where=contents.c.pending,
)
aliases = Table(
    "article_aliases",
    second,
    Column("name", String(512), primary_key=True),
    Column("article_id", String(512), nullable=False),
    Column("content_hash", String(64), nullable=False),
)
members = Table(
    "story_members",
    second,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("article_id", String(512), nullable=False, unique=True),
    Column("story_id", String(512), nullable=False, index=True),
    Column("address", String(64), index=True),
    Column("sketch", LargeBinary, nullable=False),
)
keys = Table(
    "story_keys",
    second,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

MIGRATIONS: tuple[Migration, ...] = (first.create_all, second.create_all)
"""The steps; one that was released never changes."""

"""Idempotency keys of pushed articles, in SQL."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Engine, Integer, MetaData, Row, String, Table, Text, delete, select

from services.adapters.sql import (
    Migration,
    UtcDateTime,
    migrate,
    reading,
    upsert_into,
    writing,
)
from services.ports.push_keys import Pushed

_meta = MetaData()
_keys = Table(
    "push_keys",
    _meta,
    Column("key", String(255), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("article_id", String(512), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("notes", Text, nullable=False),  # a JSON list
    Column("at", UtcDateTime, nullable=False, index=True),
)
_MIGRATIONS: tuple[Migration, ...] = (_meta.create_all,)


class SqlPushKeys:
    """The `PushKeys` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create the tables that are missing."""
        migrate(self._engine, "push_keys", _MIGRATIONS)

    def answer(self, key: str) -> Pushed | None:
        """What this key got."""
        with reading(self._engine) as connection:
            row = connection.execute(select(_keys).where(_keys.c.key == key)).one_or_none()
        return _pushed(row) if row else None

    def remember(self, key: str, pushed: Pushed, now: datetime) -> Pushed:
        """Keep the answer, unless the key has one; the answer that it has then."""
        put = upsert_into(self._engine, _keys).values(
            key=key,
            body_hash=pushed.body_hash,
            article_id=pushed.article_id,
            revision=pushed.revision,
            state=pushed.state,
            notes=json.dumps(pushed.notes),
            at=now,
        )
        with writing(self._engine) as connection:
            connection.execute(put.on_conflict_do_nothing())
            return _pushed(connection.execute(select(_keys).where(_keys.c.key == key)).one())

    def forget(self, before: datetime) -> int:
        """Let go of keys from before that time."""
        with writing(self._engine) as connection:
            return connection.execute(delete(_keys).where(_keys.c.at < before)).rowcount


def _pushed(row: Row[Any]) -> Pushed:
    return Pushed(
        row.body_hash, row.article_id, row.revision, row.state, tuple(json.loads(row.notes))
    )

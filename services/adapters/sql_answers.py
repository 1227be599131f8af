"""Kept answers in SQL: a row a key, made before the request is looked at."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    and_,
    delete,
    or_,
    select,
    update,
)

from services.adapters.sql import Migration, UtcDateTime, migrate, upsert_into, writing
from services.ports.answers import ABANDONED, KEPT, Answer, OtherRequest, Unfinished

_meta = MetaData()
_answers = Table(
    "answers",
    _meta,
    Column("key", String(128), primary_key=True),
    Column("fingerprint", String(128), nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("status", Integer),
    Column("media_type", String(255)),
    Column("tag", String(255)),
    Column("body", LargeBinary),
)
Index("answers_by_age", _answers.c.begun_at)
_MIGRATIONS: tuple[Migration, ...] = (_meta.create_all,)


class SqlAnswerStore:
    """`services.ports.answers.AnswerStore` over SQLAlchemy Core."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create or upgrade the table."""
        migrate(self._engine, "answers", _MIGRATIONS)

    def begin(self, key: str, fingerprint: str, now: datetime) -> Answer | None:
        """Whoever makes the row is the first. What is too old goes at the same time."""
        with writing(self._engine) as connection:
            _forget(connection, now)
            row = {"key": key, "fingerprint": fingerprint, "begun_at": now}
            made = connection.scalar(
                upsert_into(self._engine, _answers)
                .values(row)
                .on_conflict_do_nothing(index_elements=["key"])
                .returning(_answers.c.key)
            )
            if made is not None:
                return None
            found = connection.execute(select(_answers).where(_answers.c.key == key)).one()
            return _answer(found, fingerprint)

    def finish(self, key: str, answer: Answer) -> None:
        """Into the row that `begin` made."""
        with writing(self._engine) as connection:
            connection.execute(
                update(_answers)
                .where(_answers.c.key == key)
                .values(
                    status=answer.status,
                    media_type=answer.media_type,
                    body=answer.body,
                    tag=answer.tag,
                )
            )

    def drop(self, key: str) -> None:
        """The row goes."""
        with writing(self._engine) as connection:
            connection.execute(delete(_answers).where(_answers.c.key == key))


def _forget(connection: Connection, now: datetime) -> None:
    unanswered = and_(_answers.c.status.is_(None), _answers.c.begun_at <= now - ABANDONED)
    connection.execute(delete(_answers).where(or_(_answers.c.begun_at <= now - KEPT, unanswered)))


def _answer(row: Row[Any], fingerprint: str) -> Answer:
    if row.fingerprint != fingerprint:
        raise OtherRequest
    if row.status is None:
        raise Unfinished
    return Answer(row.status, row.media_type, row.body, row.tag)

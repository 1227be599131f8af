"""What ingest remembers, in SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    func,
    select,
)

from services.adapters.sql import Migration, UtcDateTime, migrate, reading, upsert_into, writing
from services.ports.article_ledger import FeedState, Seen

_MOST = 500  # values in one IN list

_meta = MetaData()
_revisions = Table(
    "article_revisions",
    _meta,
    Column("article_id", String(512), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("content_hash", String(64), nullable=False),
)
_feeds = Table(
    "feeds",
    _meta,
    Column("url", Text, primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("not_before", UtcDateTime),
    Column("gone", Boolean, nullable=False),
)


_MIGRATIONS: tuple[Migration, ...] = (_meta.create_all,)


class SqlArticleLedger:
    """The `ArticleLedger` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create the tables that are missing."""
        migrate(self._engine, "ingest", _MIGRATIONS)

    def last(self, article_ids: Iterable[str]) -> dict[str, Seen]:
        """The highest published revision of each of these articles that is known."""
        ids = iter(article_ids)
        found: dict[str, Seen] = {}
        with reading(self._engine) as connection:
            while part := list(islice(ids, _MOST)):
                for row in connection.execute(_highest(part)):
                    found[row.article_id] = Seen(row.revision, row.content_hash)
        return found

    def revision_of(self, article_id: str, content_hash: str) -> int | None:
        """The latest revision of the article that had this content."""
        query = select(func.max(_revisions.c.revision)).where(
            _revisions.c.article_id == article_id, _revisions.c.content_hash == content_hash
        )
        with reading(self._engine) as connection:
            found: int | None = connection.scalar(query)
        return found

    def record(self, seen: Sequence[tuple[str, Seen]]) -> None:
        """Remember revisions, each with its article's id."""
        if not seen:
            return
        put = upsert_into(self._engine, _revisions)
        put = put.on_conflict_do_update(
            index_elements=["article_id", "revision"],
            set_={"content_hash": put.excluded.content_hash},
        )
        rows = [
            {"article_id": article_id, "revision": row.revision, "content_hash": row.content_hash}
            for article_id, row in seen
        ]
        with writing(self._engine) as connection:
            connection.execute(put, rows)

    def feed(self, url: str) -> FeedState:
        """What is known of a feed."""
        with reading(self._engine) as connection:
            row = connection.execute(select(_feeds).where(_feeds.c.url == url)).one_or_none()
        return _state(row) if row else FeedState()

    def record_feed(self, url: str, state: FeedState) -> None:
        """Remember a feed's state."""
        values = {
            "etag": state.etag,
            "last_modified": state.last_modified,
            "not_before": state.not_before,
            "gone": state.gone,
        }
        put = upsert_into(self._engine, _feeds).values(url=url, **values)
        with writing(self._engine) as connection:
            connection.execute(put.on_conflict_do_update(index_elements=["url"], set_=values))


def _highest(ids: list[str]) -> Select[tuple[str, int, str]]:
    top = (
        select(_revisions.c.article_id, func.max(_revisions.c.revision).label("revision"))
        .where(_revisions.c.article_id.in_(ids))
        .group_by(_revisions.c.article_id)
        .subquery()
    )
    return select(_revisions.c.article_id, _revisions.c.revision, _revisions.c.content_hash).join(
        top,
        (_revisions.c.article_id == top.c.article_id) & (_revisions.c.revision == top.c.revision),
    )


def _state(row: Row[tuple[str, str | None, str | None, datetime | None, bool]]) -> FeedState:
    return FeedState(row.etag, row.last_modified, row.not_before, row.gone)

"""What ingest remembers, in SQL."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, text

from schemas.article import Article
from services.adapters.sql import migrate, reading, writing
from services.adapters.sql_ledger_tables import MIGRATIONS
from services.adapters.sql_taking import SqlTaking
from services.ports.article_ledger import Alias, Seen

_TAKING_LOCK = 0x746B6E67  # any number that nobody else in the database uses


class SqlArticleLedger:
    """The `ArticleLedger` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create the tables that are missing."""
        migrate(self._engine, "ingest", MIGRATIONS)

    @contextmanager
    def _reading(self) -> Iterator[SqlTaking]:
        with reading(self._engine) as connection:
            yield SqlTaking(connection, self._engine)

    @contextmanager
    def _writing(self) -> Iterator[SqlTaking]:
        with writing(self._engine) as connection:
            yield SqlTaking(connection, self._engine)

    @contextmanager
    def taking(self) -> Iterator[SqlTaking]:
        """The one transaction that identifies and folds."""
        with writing(self._engine) as connection:
            if self._engine.dialect.name == "postgresql":
                # SQLite has one writer as it is; here two pollers would not see each other's copies.
                lock = text("SELECT pg_advisory_xact_lock(:key)")
                connection.execute(lock, {"key": _TAKING_LOCK})
            yield SqlTaking(connection, self._engine)

    def last(self, article_ids: Iterable[str]) -> dict[str, Seen]:
        """The highest revision of each of these articles that is known."""
        with self._reading() as transaction:
            return transaction.last(article_ids)

    def revision_of(self, article_id: str, content_hash: str) -> int | None:
        """The latest revision of the article that had this content."""
        with self._reading() as transaction:
            return transaction.revision_of(article_id, content_hash)

    def aliases(self, names: Iterable[str]) -> dict[str, Alias]:
        """What each of these ids is an alias of."""
        with self._reading() as transaction:
            return transaction.aliases(names)

    def pending(
        self, article_ids: Iterable[str], before: datetime, most: int = 100
    ) -> list[Article]:
        """Staged revisions that nobody has confirmed, in the order they were staged."""
        with self._reading() as transaction:
            return transaction.pending(article_ids, before, most)

    def confirm(self, published: Iterable[tuple[str, int]]) -> None:
        """These revisions are in the log; contents of earlier ones are let go."""
        with self._writing() as transaction:
            transaction.confirm(published)

    def forget(self, before: datetime, most: int = 500) -> int:
        """Let go of contents and sketches of articles that were last staged before that time."""
        with self._writing() as transaction:
            return transaction.forget(before, most)

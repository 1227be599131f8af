"""What was published, in SQL: one row a task, and what can be searched of it in columns."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Engine,
    Index,
    MetaData,
    String,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
    update,
)

from schemas.base import UtcDatetime
from services.adapters import cursors
from services.adapters.sql import Migration, UtcDateTime, migrate, reading, upsert_into, writing
from services.language.wording import normalise
from services.ports.published import ALL, Edition, Published, Wanted

_PAGE = 500  # reviews read at once

_meta = MetaData()
_published = Table(
    "published",
    _meta,
    Column("task_id", String(512), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("stands", Boolean, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("newest_day", String(10), nullable=False),
    Column("language", String(64), nullable=False),
    Column("words", Text, nullable=False),
    Column("item", Text, nullable=False),
)
Index("published_page", _published.c.stands, _published.c.changed_at.desc(), _published.c.task_id)
_MIGRATIONS: tuple[Migration, ...] = (_meta.create_all,)

_TaskId = Annotated[str, Field(pattern=r"^[\w.:-]+$")]
_POSITION: TypeAdapter[tuple[UtcDatetime, _TaskId]] = TypeAdapter(tuple[UtcDatetime, _TaskId])


class SqlPublishedStore:
    """`services.ports.published.PublishedStore` over SQLAlchemy Core."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create or upgrade the table."""
        migrate(self._engine, "published", _MIGRATIONS)

    def put(self, item: Published) -> Published:
        """Under the row's lock; the row is made first, so that two writers cannot both find none."""
        mine = _published.c.task_id == item.task_id
        with writing(self._engine) as connection:
            made = connection.scalar(
                upsert_into(self._engine, _published)
                .values(_row(item))
                .on_conflict_do_nothing(index_elements=["task_id"])
                .returning(_published.c.task_id)
            )
            if made is not None:
                return item
            query = select(_published.c.item).where(mine).with_for_update()
            before = Published.model_validate_json(connection.execute(query).scalar_one())
            if before.revision >= item.revision:
                return before
            after = item.model_copy(update={"first_at": before.first_at or item.first_at})
            connection.execute(update(_published).where(mine).values(_row(after)))
            return after

    def get(self, task_id: str) -> Published | None:
        """One row."""
        query = select(_published.c.item).where(_published.c.task_id == task_id)
        with reading(self._engine) as connection:
            found = connection.scalar(query)
        return Published.model_validate_json(found) if found else None

    def page(
        self,
        wanted: Wanted = ALL,
        *,
        limit: int = 50,
        after: str | None = None,
        offset: int = 0,
    ) -> tuple[list[Published], str | None]:
        """By the moment of the last change, then id; the cursor is the last row's pair."""
        moment, task_id = _published.c.changed_at, _published.c.task_id
        query = select(_published).where(_published.c.stands, *_wanted(wanted))
        if after is not None:
            last, last_id = cursors.read(after, _POSITION)
            query = query.where(or_(moment < last, and_(moment == last, task_id > last_id)))
        query = query.order_by(moment.desc(), task_id).limit(limit + 1).offset(offset)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        found = [Published.model_validate_json(row.item) for row in rows[:limit]]
        more = len(rows) > limit
        last_row = rows[limit - 1] if more else None
        return found, (
            cursors.write([last_row.changed_at.isoformat(), last_row.task_id]) if last_row else None
        )

    def all(self) -> Iterator[Published]:
        """A page at a time, each in a transaction of its own. Ids never change, so no page shifts the next."""
        query = select(_published).where(_published.c.stands).order_by(_published.c.task_id)
        after = ""
        while True:
            with reading(self._engine) as connection:
                page = query.where(_published.c.task_id > after).limit(_PAGE)
                rows = connection.execute(page).all()
            yield from (Published.model_validate_json(row.item) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1].task_id

    def edition(self) -> Edition:
        """The sum of revisions grows with every change, since none is ever taken back."""
        columns = (
            func.coalesce(func.sum(_published.c.revision), 0),
            func.max(_published.c.changed_at),
        )
        with reading(self._engine) as connection:
            number, changed_at = connection.execute(select(*columns)).one()
        return Edition(int(number), changed_at)


def _row(item: Published) -> dict[str, Any]:
    return {
        "task_id": item.task_id,
        "revision": item.revision,
        "stands": item.rating is not None,
        "changed_at": item.changed_at,
        "newest_day": item.newest_day.isoformat(),
        "language": _language(item.language),
        "words": f" {normalise(item.claim)} {normalise(item.speaker or '')} ",
        "item": item.model_dump_json(),
    }


def _language(code: str) -> str:
    return code.partition("-")[0].lower()


def _wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    words = " ".join(map(normalise, wanted.words)).split()
    found = [_published.c.words.contains(f" {word}", autoescape=True) for word in words]
    if wanted.language:
        found.append(_published.c.language == _language(wanted.language))
    if wanted.since:
        found.append(_published.c.newest_day >= wanted.since.isoformat())
    return found

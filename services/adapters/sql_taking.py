"""What ingest asks and stages within one SQL transaction."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TypeVar

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Engine,
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from schemas.article import Article
from services.adapters import sql_ledger_tables as t
from services.adapters.sql import upsert_into
from services.ports.article_ledger import Alias, Member, Seen
from services.runtime.ids import content_hash

_MOST = 500  # values in one IN list
_MOST_ALIKE = (
    64  # articles that one hash may bring as candidates: one in many articles tells nothing
)

_HASH = struct.Struct(">q")
_MEMBER = select(t.members.c.number, t.members.c.article_id, t.members.c.story_id)
_PENDING = (
    select(t.contents)
    .where(t.contents.c.pending)
    .order_by(t.contents.c.staged_at, t.contents.c.article_id, t.contents.c.revision)
)


def _pack(article: Article) -> bytes:
    return zlib.compress(article.model_dump_json(exclude_none=True).encode())


def _unpack(body: bytes) -> Article:
    return Article.model_validate_json(zlib.decompress(body))


def _address(source: str, url: str) -> str:
    return content_hash(f"{source}\n{url}")


def _highest(ids: list[str]) -> Select[tuple[str, int, str]]:
    top = (
        select(t.revisions.c.article_id, func.max(t.revisions.c.revision).label("revision"))
        .where(t.revisions.c.article_id.in_(ids))
        .group_by(t.revisions.c.article_id)
        .subquery()
    )
    return select(
        t.revisions.c.article_id, t.revisions.c.revision, t.revisions.c.content_hash
    ).join(
        top,
        (t.revisions.c.article_id == top.c.article_id) & (t.revisions.c.revision == top.c.revision),
    )


Value = TypeVar("Value")


def _parts(values: Iterable[Value]) -> Iterator[list[Value]]:
    rest = iter(values)
    while part := list(islice(rest, _MOST)):
        yield part


@cache
def _alike(size: int) -> CompoundSelect[tuple[int]]:
    """The first articles of each of so many hashes; made once, as that takes longer than the query."""
    each = (
        select(t.keys.c.number)
        .where(t.keys.c.hash == bindparam(f"hash_{place}"))
        .order_by(t.keys.c.number)
        .limit(_MOST_ALIKE)
        .subquery()
        for place in range(size)
    )
    return union_all(*map(select, each))


class SqlTaking:
    """The port's `Taking`, on a connection."""

    def __init__(self, connection: Connection, engine: Engine) -> None:
        self._connection, self._engine = connection, engine

    def last(self, article_ids: Iterable[str]) -> dict[str, Seen]:
        """The highest revision of each of these articles that is known."""
        return {
            row.article_id: Seen(row.revision, row.content_hash)
            for part in _parts(article_ids)
            for row in self._connection.execute(_highest(part))
        }

    def revision_of(self, article_id: str, content_hash: str) -> int | None:
        """The latest revision of the article that had this content."""
        query = select(func.max(t.revisions.c.revision)).where(
            t.revisions.c.article_id == article_id, t.revisions.c.content_hash == content_hash
        )
        found: int | None = self._connection.scalar(query)
        return found

    def aliases(self, names: Iterable[str]) -> dict[str, Alias]:
        """What each of these ids is an alias of."""
        return {
            row.name: Alias(row.article_id, row.content_hash)
            for part in _parts(names)
            for row in self._connection.execute(select(t.aliases).where(t.aliases.c.name.in_(part)))
        }

    def content(self, article_id: str) -> Article | None:
        """The article's latest revision that is kept."""
        query = (
            select(t.contents.c.body)
            .where(t.contents.c.article_id == article_id)
            .order_by(t.contents.c.revision.desc())
            .limit(1)
        )
        body = self._connection.scalar(query)
        return None if body is None else _unpack(body)

    def at_address(self, source: str, url: str) -> str | None:
        """The id of the source's latest article with this address."""
        query = (
            select(t.members.c.article_id)
            .where(t.members.c.address == _address(source, url))
            .order_by(t.members.c.number.desc())
            .limit(1)
        )
        found: str | None = self._connection.scalar(query)
        return found

    def member(self, article_id: str) -> Member | None:
        """The article in its story."""
        query = _MEMBER.where(t.members.c.article_id == article_id)
        row = self._connection.execute(query).one_or_none()
        return Member(*row) if row else None

    def story(self, story_id: str, most: int) -> list[Member]:
        """The story's first members."""
        query = _MEMBER.where(t.members.c.story_id == story_id)
        rows = self._connection.execute(query.order_by(t.members.c.number).limit(most))
        return [Member(*row) for row in rows]

    def sharing(self, sketch: Sequence[int], least: int, most: int) -> list[Member]:
        """Articles whose sketch shares at least `least` hashes, those that share most first."""
        if not sketch:
            return []
        values = {f"hash_{place}": value for place, value in enumerate(sketch)}
        counts = Counter(self._connection.scalars(_alike(len(sketch)), values))
        shared = [(count, number) for number, count in counts.items() if count >= least]
        best = [number for _, number in sorted(shared, key=lambda row: (-row[0], row[1]))[:most]]
        rows = self._connection.execute(_MEMBER.where(t.members.c.number.in_(best)))
        found = {row.number: Member(*row) for row in rows}
        return [found[number] for number in best if number in found]

    def stage(self, article: Article, sketch: Sequence[int], now: datetime) -> None:
        """Remember a revision with its content, as not yet published."""
        revision = {"article_id": article.id, "revision": article.revision}
        put = upsert_into(self._engine, t.revisions)
        self._connection.execute(
            put.on_conflict_do_update(
                index_elements=["article_id", "revision"],
                set_={"content_hash": put.excluded.content_hash},
            ),
            revision | {"content_hash": article.content_hash},
        )
        content = {"body": _pack(article), "pending": True, "staged_at": now}
        put = upsert_into(self._engine, t.contents).values(**revision, **content)
        self._connection.execute(
            put.on_conflict_do_update(index_elements=["article_id", "revision"], set_=content)
        )
        if article.story_id:
            self._enter(article, article.story_id, sketch)

    def _enter(self, article: Article, story_id: str, sketch: Sequence[int]) -> None:
        """Put the article into its story, and its sketch in the place of the one before."""
        query = select(t.members.c.number, t.members.c.sketch)
        row = self._connection.execute(
            query.where(t.members.c.article_id == article.id)
        ).one_or_none()
        values = {
            "article_id": article.id,
            "story_id": story_id,
            "address": _address(article.source, article.url) if article.url else None,
            "sketch": struct.pack(f">{len(sketch)}q", *sketch),
        }
        if row is None:
            made = self._connection.execute(insert(t.members).values(**values))
            number = made.inserted_primary_key[0] if made.inserted_primary_key else None
        else:
            number = row.number
            self._drop_keys([(number, row.sketch)])
            self._connection.execute(
                update(t.members).where(t.members.c.number == number).values(**values)
            )
        if sketch:
            keys = [{"hash": value, "number": number} for value in sketch]
            self._connection.execute(insert(t.keys), keys)

    def _drop_keys(self, sketches: Iterable[tuple[int, bytes]]) -> None:
        pairs = (
            (value, number) for number, sketch in sketches for (value,) in _HASH.iter_unpack(sketch)
        )
        for part in _parts(pairs):
            where = tuple_(t.keys.c.hash, t.keys.c.number).in_(part)
            self._connection.execute(delete(t.keys).where(where))

    def name(self, name: str, alias: Alias) -> None:
        """Make `name` another id of an article."""
        values = {"article_id": alias.article_id, "content_hash": alias.content_hash}
        put = upsert_into(self._engine, t.aliases).values(name=name, **values)
        self._connection.execute(put.on_conflict_do_update(index_elements=["name"], set_=values))

    def pending(self, article_ids: Iterable[str], before: datetime, most: int) -> list[Article]:
        """Staged revisions that nobody has confirmed, in the order they were staged."""
        mine = [
            row
            for part in _parts(article_ids)
            for row in self._connection.execute(
                _PENDING.where(t.contents.c.article_id.in_(part)).limit(most)
            )
        ]
        old = self._connection.execute(_PENDING.where(t.contents.c.staged_at < before).limit(most))
        rows = {(row.article_id, row.revision): row for row in (*mine, *old)}
        order = sorted(rows.values(), key=lambda row: (row.staged_at, row.article_id, row.revision))
        return [_unpack(row.body) for row in order[:most]]

    def confirm(self, published: Iterable[tuple[str, int]]) -> None:
        """These revisions are in the log; contents of earlier ones are let go."""
        for article_id, revision in published:
            one = t.contents.c.article_id == article_id
            self._connection.execute(
                update(t.contents)
                .where(one, t.contents.c.revision == revision)
                .values(pending=False)
            )
            self._connection.execute(
                delete(t.contents).where(
                    one, t.contents.c.revision < revision, t.contents.c.pending.is_(False)
                )
            )

    def forget(self, before: datetime, most: int) -> int:
        """Let go of contents and sketches of articles that were last staged before that time."""
        old = (
            select(t.contents.c.article_id)
            .where(t.contents.c.staged_at < before, t.contents.c.pending.is_(False))
            .order_by(t.contents.c.staged_at)
            .limit(most)
        )
        ids = set(self._connection.scalars(old))
        newer = select(t.contents.c.article_id).where(
            t.contents.c.article_id.in_(ids),
            or_(t.contents.c.staged_at >= before, t.contents.c.pending),
        )
        ids -= set(self._connection.scalars(newer))
        for part in _parts(ids):
            gone = t.members.c.article_id.in_(part)
            self._drop_keys(
                (row.number, row.sketch)
                for row in self._connection.execute(
                    select(t.members.c.number, t.members.c.sketch).where(gone)
                )
            )
            self._connection.execute(delete(t.members).where(gone))
            self._connection.execute(delete(t.contents).where(t.contents.c.article_id.in_(part)))
        return len(ids)

"""The registry of feeds in SQL: leases by conditional updates, so that pollers share the feeds."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    text,
    update,
)

from services.adapters.sql import migrate, reading, upsert_into, writing
from services.adapters.sql_feed_tables import MIGRATIONS, feeds, hosts, pages
from services.ports.feed_registry import Feed, Health, Page, feed_id

_TAKING_LOCK = 0x66656564  # "feed": any number that nobody else in the database uses
_MOST = 500  # values in one statement's list
_SOON = timedelta(minutes=1)
_CANDIDATES = 8
"""Due feeds that are looked at for each that is wanted: several may be of one host."""
_NAMES = tuple(field.name for field in fields(Feed))
_KEPT = frozenset(("id", "source", "added_by", "added_at", "lease"))
"""What a poller never changes."""
_ACTIVE = feeds.c.stopped.is_(None)

Value = TypeVar("Value")


class SqlFeedRegistry:
    """The `FeedRegistry` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create the tables that are missing."""
        migrate(self._engine, "feeds", MIGRATIONS)

    def add(
        self, addresses: Iterable[tuple[str, str | None]], by: str, now: datetime, *, seed: bool
    ) -> list[Feed]:
        """Remember addresses with their titles; the feeds, in that order."""
        with writing(self._engine) as connection:
            return [self._add(connection, *row, by, now, seed) for row in addresses]

    def _add(
        self,
        connection: Connection,
        address: str,
        title: str | None,
        by: str,
        now: datetime,
        seed: bool,
    ) -> Feed:
        known = _find(connection, address)
        if known is None:
            known = Feed(feed_id(address), address, address, by, now, now, title)
            put = upsert_into(self._engine, feeds).values(_row(known))
            # Another process may add it at this moment: either row is as good.
            connection.execute(put.on_conflict_do_nothing())
            return known
        if known.stopped and not seed:
            again: dict[str, Any] = {"stopped": None, "next_at": now, "failures": 0}
            connection.execute(update(feeds).where(feeds.c.id == known.id).values(again))
            return _find(connection, known.id) or known
        return known

    def find(self, name: str) -> Feed | None:
        """The feed with this id, this address or this first address."""
        with reading(self._engine) as connection:
            return _find(connection, name)

    def feeds(
        self, *, stopped: bool = False, after: str | None = None, most: int = 1_000
    ) -> list[Feed]:
        """Feeds in the order of their ids, from behind `after`."""
        query = select(feeds).where(feeds.c.id > (after or "")).order_by(feeds.c.id).limit(most)
        if not stopped:
            query = query.where(_ACTIVE)
        with reading(self._engine) as connection:
            return [_feed(row) for row in connection.execute(query)]

    def remove(self, feed_id: str) -> bool:
        """Poll it no more; false if it is unknown."""
        off = update(feeds).where(feeds.c.id == feed_id).values(stopped="removed")
        with writing(self._engine) as connection:
            return connection.execute(off).rowcount > 0

    def wake(self, feed_ids: Sequence[str], now: datetime) -> int:
        """Make active feeds due now, but for what their servers asked for."""
        later = feeds.c.not_before > now
        due = case((later, feeds.c.not_before), else_=now)
        woken = 0
        with writing(self._engine) as connection:
            for part in _parts(feed_ids):
                put = update(feeds).where(feeds.c.id.in_(part), _ACTIVE).values(next_at=due)
                woken += connection.execute(put).rowcount
        return woken

    def health(self, now: datetime) -> Health:
        """All feeds in figures."""

        def count(*where: ColumnElement[bool]) -> Any:
            return func.coalesce(func.sum(case((and_(*where), 1), else_=0)), 0)

        query = select(
            count(_ACTIVE).label("active"),
            count(feeds.c.stopped.is_not(None)).label("stopped"),
            count(_ACTIVE, feeds.c.failures > 0).label("failing"),
            count(_ACTIVE, feeds.c.succeeded_at.is_(None)).label("never_read"),
            count(_ACTIVE, feeds.c.next_at <= now - timedelta(minutes=5)).label("overdue"),
            func.coalesce(func.sum(feeds.c.new), 0).label("new"),
            func.coalesce(func.sum(feeds.c.copies), 0).label("copies"),
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one()
        return Health(**{name: int(value) for name, value in row._mapping.items()})  # noqa: SLF001

    def due(self, now: datetime, only: Sequence[str] | None = None) -> int:
        """How many feeds are due and can soon be taken."""
        query = select(func.count()).select_from(_HOSTED)
        query = query.where(_ACTIVE, feeds.c.next_at <= now, _free(now, now + _SOON))
        parts = [query] if only is None else [query.where(feeds.c.id.in_(p)) for p in _parts(only)]
        with reading(self._engine) as connection:
            return sum(connection.scalar(one) or 0 for one in parts)

    def next_due(self) -> datetime | None:
        """When `take` may have something again; none without active feeds."""
        leased = case((feeds.c.leased_until > feeds.c.next_at, feeds.c.leased_until))
        at = func.coalesce(leased, feeds.c.next_at)
        ready = func.min(case((hosts.c.free_at > at, hosts.c.free_at), else_=at))
        with reading(self._engine) as connection:
            found: datetime | None = connection.scalar(
                select(ready).select_from(_HOSTED).where(_ACTIVE)
            )
        return found

    def take(
        self,
        now: datetime,
        until: datetime,
        most: int,
        only: Sequence[str] | None = None,
    ) -> list[Feed]:
        """Lease due feeds that nobody has, one of each host, the longest due first."""
        due = _due(now).limit(most * _CANDIDATES)
        with writing(self._engine) as connection:
            if self._engine.dialect.name == "postgresql":
                # SQLite has one writer as it is; here two pollers would take two feeds of one host.
                lock = text("SELECT pg_advisory_xact_lock(:key)")
                connection.execute(lock, {"key": _TAKING_LOCK})
            if only is None:
                rows = list(connection.execute(due))
            else:
                parts = (due.where(feeds.c.id.in_(part)) for part in _parts(only))
                rows = [row for query in parts for row in connection.execute(query)]
            taken = list(islice(_one_of_each_host(rows), most))
            self._lease(connection, taken, until)
        return [_feed(row, lease=row.lease + 1) for row in taken]

    def _lease(self, connection: Connection, taken: list[Row[Any]], until: datetime) -> None:
        if not taken:
            return
        names = [row.id for row in taken]
        lease = update(feeds).where(feeds.c.id.in_(names))
        connection.execute(lease.values(lease=feeds.c.lease + 1, leased_until=until))
        self._rest(connection, [row.host for row in taken if row.host], until)

    def _rest(self, connection: Connection, names: list[str], until: datetime) -> None:
        if names:
            put = upsert_into(self._engine, hosts).values(
                [{"host": name, "free_at": until} for name in names]
            )
            put = put.on_conflict_do_update(index_elements=["host"], set_={"free_at": until})
            connection.execute(put)

    def settle(self, feed: Feed, host_free_at: datetime) -> bool:
        """Write how `feed` is now and end its lease; false if the lease was lost."""
        values = {name: value for name, value in _row(feed).items() if name not in _KEPT}
        if feed.stopped is None:
            del values["stopped"]  # a person may have stopped it meanwhile
        mine = (feeds.c.id == feed.id) & (feeds.c.lease == feed.lease)
        mine &= feeds.c.leased_until.is_not(None)
        with writing(self._engine) as connection:
            had = connection.execute(
                select(feeds.c.host, feeds.c.address).where(mine)
            ).one_or_none()
            if had is None:
                return False
            other = _find(connection, feed.address) if feed.address != had.address else None
            if other is not None and other.id != feed.id:
                told = f"it moved to {feed.address}, which is polled already"
                values |= {"stopped": "moved", "error": told, "reason": "moved"}
                values |= {"address": had.address, "host": had.host}
            connection.execute(update(feeds).where(mine).values(values | {"leased_until": None}))
            self._rest(connection, [had.host] if had.host else [], host_free_at)
            return True

    def pages(self, keys: Iterable[str]) -> dict[str, Page]:
        """What is remembered of pages, by key."""
        found: dict[str, Page] = {}
        with reading(self._engine) as connection:
            for part in _parts(keys):
                rows = connection.execute(select(pages).where(pages.c.key.in_(part)))
                found |= {row.key: Page(*row) for row in rows}
        return found

    def record_pages(self, rows: Sequence[Page]) -> None:
        """Remember pages."""
        if not rows:
            return
        with writing(self._engine) as connection:
            for page in rows:
                put = upsert_into(self._engine, pages).values(asdict(page))
                changed = {c.name: put.excluded[c.name] for c in pages.c if c.name != "key"}
                connection.execute(put.on_conflict_do_update(index_elements=["key"], set_=changed))

    def forget_pages(self, before: datetime) -> int:
        """Let go of pages last checked before that time."""
        with writing(self._engine) as connection:
            return connection.execute(delete(pages).where(pages.c.checked_at < before)).rowcount


_HOSTED = feeds.outerjoin(hosts, feeds.c.host == hosts.c.host)


def _free(now: datetime, by: datetime | None = None) -> ColumnElement[bool]:
    """Nobody has the feed, and its host may be asked now, or `by` some time."""
    feed = or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= now)
    return and_(feed, or_(hosts.c.free_at.is_(None), hosts.c.free_at <= (by or now)))


def _due(now: datetime) -> Select[Any]:
    query = select(feeds).select_from(_HOSTED).where(_ACTIVE, feeds.c.next_at <= now, _free(now))
    return query.order_by(feeds.c.next_at, feeds.c.id)


def _one_of_each_host(rows: list[Row[Any]]) -> Iterator[Row[Any]]:
    seen: set[str | None] = set()
    for row in rows:
        if row.host is None or row.host not in seen:
            seen.add(row.host)
            yield row


def _find(connection: Connection, name: str) -> Feed | None:
    named = or_(feeds.c.id == name, feeds.c.address == name, feeds.c.source == name)
    # One that lives at the address comes before one that once had it.
    query = select(feeds).where(named).order_by(feeds.c.address != name).limit(1)
    row = connection.execute(query).one_or_none()
    return _feed(row) if row else None


def _row(feed: Feed) -> dict[str, Any]:
    return {name: getattr(feed, name) for name in _NAMES} | {
        "host": host_of(feed.address),
        "arrivals": json.dumps([round(moment.timestamp()) for moment in feed.arrivals]),
        "asks": feed.asks.total_seconds(),
        "interval": feed.interval.total_seconds() if feed.interval else None,
    }


def _feed(row: Row[Any], **more: Any) -> Feed:
    values = {name: getattr(row, name) for name in _NAMES}
    values["arrivals"] = tuple(
        datetime.fromtimestamp(seconds, UTC) for seconds in json.loads(row.arrivals)
    )
    values["asks"] = timedelta(seconds=row.asks)
    values["interval"] = None if row.interval is None else timedelta(seconds=row.interval)
    return Feed(**(values | more))


def host_of(address: str) -> str | None:
    """Host and port that are asked for `address`; none for a file."""
    if not address.lower().startswith(("http://", "https://")):
        return None
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower() or None
    except ValueError:
        return None


def _parts(values: Iterable[Value]) -> Iterator[list[Value]]:
    rest = iter(values)
    while part := list(islice(rest, _MOST)):
        yield part

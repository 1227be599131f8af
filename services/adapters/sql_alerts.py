"""Subscriptions and the deliveries that are owed, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    select,
    update,
)

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.adapters.sql import Migration, UtcDateTime, migrate, reading, upsert_into, writing
from services.ports.alert_store import Delivery, DeliveryState

_meta = MetaData()
_BIG = BigInteger().with_variant(Integer, "sqlite")

_subscriptions = Table(
    "subscriptions",
    _meta,
    Column("id", String(512), primary_key=True),
    Column("owner", String(512), nullable=False),
    Column("query", Text, nullable=False),
    Column("webhook_url", Text),
    Column("secret", Text),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
# One row: how often subscriptions have changed.
_changes = Table(
    "subscription_changes",
    _meta,
    Column("id", Integer, primary_key=True),
    Column("version", _BIG, nullable=False),
)
_deliveries = Table(
    "deliveries",
    _meta,
    Column("seq", _BIG, primary_key=True),
    Column("notification_id", String(512), nullable=False, unique=True),
    Column("subscription_id", String(512), nullable=False),
    Column("notification", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owed_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("last_error", Text),
)
_OWED = _deliveries.c.state == DeliveryState.OWED.value
Index(
    "deliveries_due",
    _deliveries.c.next_attempt_at,
    _deliveries.c.seq,
    sqlite_where=_OWED,
    postgresql_where=_OWED,
)
Index(
    "deliveries_of",
    _deliveries.c.subscription_id,
    sqlite_where=_OWED,
    postgresql_where=_OWED,
)

_MIGRATIONS: tuple[Migration, ...] = (_meta.create_all,)


class SqlAlertStore:
    """The `AlertStore` on SQLite or PostgreSQL.

    Secrets are stored readable, because every delivery is signed with them; the database must be as
    private as they are.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create the tables that are missing."""
        migrate(self._engine, "alerts", _MIGRATIONS)

    def add(self, subscription: Subscription) -> None:
        """Store a subscription, replacing the one of the same id."""
        secret = subscription.secret.get_secret_value() if subscription.secret else None
        values = subscription.model_dump(exclude={"secret"}) | {"secret": secret}
        put = upsert_into(self._engine, _subscriptions).values(values)
        put = put.on_conflict_do_update(index_elements=["id"], set_=values)
        with writing(self._engine) as connection:
            connection.execute(put)
            self._changed(connection)

    def remove(self, subscription_id: str) -> bool:
        """Delete it; false if there was none."""
        gone = delete(_subscriptions).where(_subscriptions.c.id == subscription_id)
        return self._change(gone)

    def disable(self, subscription_id: str) -> bool:
        """Make it inactive; false if there was none."""
        off = update(_subscriptions).where(_subscriptions.c.id == subscription_id)
        return self._change(off.values(active=False))

    def get(self, subscription_id: str) -> Subscription | None:
        """One subscription, active or not."""
        query = select(_subscriptions).where(_subscriptions.c.id == subscription_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return _subscription(row) if row else None

    def subscriptions(self, *, inactive: bool = False) -> list[Subscription]:
        """The active ones, and with `inactive` all of them; oldest first."""
        query = select(_subscriptions).order_by(_subscriptions.c.created_at, _subscriptions.c.id)
        if not inactive:
            query = query.where(_subscriptions.c.active)
        with reading(self._engine) as connection:
            return [_subscription(row) for row in connection.execute(query)]

    def queries(self) -> dict[str, str]:
        """The query of each active subscription, by its id."""
        query = select(_subscriptions.c.id, _subscriptions.c.query).where(_subscriptions.c.active)
        with reading(self._engine) as connection:
            return {row.id: row.query for row in connection.execute(query)}

    def version(self) -> int:
        """Grows whenever a subscription changes."""
        with reading(self._engine) as connection:
            return connection.scalar(select(_changes.c.version)) or 0

    def owe(self, notification: Notification, now: datetime) -> bool:
        """Record that it is owed; false if it already was, delivered or not."""
        put = upsert_into(self._engine, _deliveries).values(
            notification_id=notification.id,
            subscription_id=notification.subscription_id,
            notification=notification.model_dump_json(),
            state=DeliveryState.OWED.value,
            attempts=0,
            owed_at=now,
            next_attempt_at=now,
        )
        put = put.on_conflict_do_nothing(index_elements=["notification_id"])
        with writing(self._engine) as connection:
            return connection.execute(put.returning(_deliveries.c.seq)).first() is not None

    def due(self, now: datetime) -> bool:
        """Whether an owed delivery's time has come."""
        query = select(_deliveries.c.seq).where(_OWED, _deliveries.c.next_attempt_at <= now)
        with reading(self._engine) as connection:
            return connection.execute(query.limit(1)).first() is not None

    def take_due(
        self,
        now: datetime,
        until: datetime,
        *,
        each: int = 10,
        limit: int = 100,
        without: Collection[str] = (),
    ) -> list[Delivery]:
        """Owed deliveries whose time has come, taken until `until`."""
        columns = _deliveries.c
        place = func.row_number().over(
            partition_by=columns.subscription_id, order_by=(columns.next_attempt_at, columns.seq)
        )
        ready = (
            select(columns.seq, place.label("place"))
            .where(_OWED, columns.next_attempt_at <= now, columns.subscription_id.not_in(without))
            .subquery()
        )
        query = (
            select(_deliveries)
            .join(ready, columns.seq == ready.c.seq)
            # Said again, because another may have taken a row since the list was made.
            .where(ready.c.place <= each, _OWED, columns.next_attempt_at <= now)
            .order_by(columns.next_attempt_at, columns.seq)
            .limit(limit)
            .with_for_update(of=_deliveries, skip_locked=True)
        )
        with writing(self._engine) as connection:
            rows = connection.execute(query).all()
            taken = columns.seq.in_([row.seq for row in rows])
            if rows:
                connection.execute(update(_deliveries).where(taken).values(next_attempt_at=until))
        return [_delivery(row) for row in rows]

    def record(
        self,
        notification_id: str,
        state: DeliveryState,
        next_attempt_at: datetime,
        error: str | None,
    ) -> None:
        """Note an attempt and what is next. What is delivered stays delivered."""
        note = (
            update(_deliveries)
            .where(
                _deliveries.c.notification_id == notification_id,
                _deliveries.c.state != DeliveryState.DELIVERED.value,
            )
            .values(
                state=state.value,
                attempts=_deliveries.c.attempts + 1,
                next_attempt_at=next_attempt_at,
                last_error=error,
            )
        )
        with writing(self._engine) as connection:
            connection.execute(note)

    def postpone(self, subscription_ids: Collection[str], until: datetime) -> None:
        """Let nothing that is owed to these be due before `until`."""
        self._move(
            until,
            _deliveries.c.subscription_id.in_(subscription_ids),
            _deliveries.c.next_attempt_at < until,
        )

    def release(self, notification_ids: Collection[str], until: datetime) -> None:
        """Give taken ones back without an attempt."""
        if notification_ids:
            self._move(until, _deliveries.c.notification_id.in_(notification_ids))

    def deliveries(self, states: Sequence[DeliveryState] = (), limit: int = 100) -> list[Delivery]:
        """Deliveries for a person to look at, newest first."""
        query = select(_deliveries).order_by(_deliveries.c.seq.desc()).limit(limit)
        if states:
            query = query.where(_deliveries.c.state.in_([state.value for state in states]))
        with reading(self._engine) as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def _move(self, until: datetime, *which: ColumnElement[bool]) -> None:
        later = update(_deliveries).where(_OWED, *which).values(next_attempt_at=until)
        with writing(self._engine) as connection:
            connection.execute(later)

    def _change(self, statement: Any) -> bool:
        with writing(self._engine) as connection:
            changed = connection.execute(statement).rowcount == 1
            if changed:
                self._changed(connection)
        return changed

    def _changed(self, connection: Connection) -> None:
        count = upsert_into(self._engine, _changes).values(id=1, version=1)
        connection.execute(
            count.on_conflict_do_update(
                index_elements=["id"], set_={"version": _changes.c.version + 1}
            )
        )


def _subscription(row: Row[Any]) -> Subscription:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a row's columns
    if values["secret"] is not None:
        values["secret"] = SecretStr(values["secret"])
    return Subscription(**values)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        Notification.model_validate_json(row.notification),
        DeliveryState(row.state),
        row.attempts,
        row.owed_at,
        row.next_attempt_at,
        row.last_error,
    )

"""Subscriptions and the deliveries that are owed, in SQL."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from schemas.notification import Notification
from schemas.subscription import EventKind, OncePer, Subscription
from services.adapters.sql import migrate, reading, upsert_into, writing
from services.adapters.sql_alert_tables import (
    MIGRATIONS,
    OWED,
    attempts,
    changes,
    deliveries,
    subscriptions,
)
from services.ports.alert_store import (
    DIGEST,
    DIGEST_SIZE,
    Delivery,
    DeliveryState,
    Recorded,
    Standing,
    address_of,
    endpoint_of,
)
from services.ports.vault import Vault

_SECRETS = ("secret", "previous_secret", "chat_url")
_OWN_COLUMNS = {"id", "owner", "query", "webhook_url", "feed_hash", "active", "created_at"}
_SETTINGS = set(Subscription.model_fields) - _OWN_COLUMNS - set(_SECRETS)


class SqlAlertStore:
    """The `AlertStore` on SQLite or PostgreSQL. `vault` encrypts what is secret."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine, self._vault = engine, vault

    def setup(self) -> None:
        """Create the tables that are missing."""
        migrate(self._engine, "alerts", MIGRATIONS)

    # Subscriptions

    def add(self, subscription: Subscription) -> None:
        """Store a subscription, replacing the one of the same id."""
        values: dict[str, Any] = subscription.model_dump(include=_OWN_COLUMNS)
        values |= self._sealed(subscription)
        values["settings"] = subscription.model_dump_json(include=_SETTINGS)
        values["endpoint"] = endpoint_of(subscription)
        values["address"] = address_of(subscription)
        put = upsert_into(self._engine, subscriptions).values(values)
        put = put.on_conflict_do_update(index_elements=["id"], set_=values)
        with writing(self._engine) as connection:
            connection.execute(put)
            self._changed(connection)

    def remove(self, subscription_id: str) -> bool:
        """Delete it; false if there was none."""
        return self._change(delete(subscriptions).where(subscriptions.c.id == subscription_id))

    def disable(self, subscription_id: str) -> bool:
        """Make it inactive; false if there was none."""
        off = update(subscriptions).where(subscriptions.c.id == subscription_id)
        return self._change(off.values(active=False))

    def get(self, subscription_id: str) -> Subscription | None:
        """One subscription, active or not."""
        return next(iter(self._subscriptions(subscriptions.c.id == subscription_id)), None)

    def by_feed(self, feed_hash: str) -> Subscription | None:
        """The active subscription whose feed has a secret of this SHA-256."""
        found = self._subscriptions(subscriptions.c.feed_hash == feed_hash, subscriptions.c.active)
        return next(iter(found), None)

    def subscriptions(
        self, *, inactive: bool = False, owner: str | None = None
    ) -> list[Subscription]:
        """The active ones, and with `inactive` all of them, of everybody or of `owner`; oldest first."""
        active = () if inactive else (subscriptions.c.active,)
        own = () if owner is None else (subscriptions.c.owner == owner,)
        return self._subscriptions(*active, *own)

    def rekey(self) -> int:
        """Encrypt every secret anew with the newest key; how many subscriptions have any."""
        columns = [subscriptions.c[name] for name in _SECRETS]
        having = or_(*(column.is_not(None) for column in columns))
        query = select(subscriptions.c.id, *columns).where(having).with_for_update()
        with writing(self._engine) as connection:
            rows = connection.execute(query).all()
            for row in rows:
                values = {
                    name: self._vault.seal(self._vault.open(value))
                    for name, value in row._mapping.items()  # noqa: SLF001 - SQLAlchemy's public way
                    if name in _SECRETS and value is not None
                }
                mine = subscriptions.c.id == row.id
                connection.execute(update(subscriptions).where(mine).values(values))
        return len(rows)

    def queries(self) -> dict[str, Standing]:
        """What each active subscription wants, by its id."""
        columns = subscriptions.c
        query = select(columns.id, columns.query, columns.settings).where(columns.active)
        with reading(self._engine) as connection:
            return {
                row.id: _standing(row.query, json.loads(row.settings))
                for row in connection.execute(query)
            }

    def version(self) -> int:
        """Grows whenever a subscription changes."""
        with reading(self._engine) as connection:
            return connection.scalar(select(changes.c.version)) or 0

    # What is owed

    def owe(
        self,
        notification: Notification,
        now: datetime,
        *,
        at: datetime | None = None,
        digest: str | None = None,
    ) -> bool:
        """Record that it is owed; false if it already was, delivered or not."""
        known = select(deliveries.c.seq).where(deliveries.c.notification_id == notification.id)
        with writing(self._engine) as connection:
            if connection.execute(known).first() is not None:
                return False
            row = _row(notification, now, at or now)
            if digest is not None:
                row["digest_id"] = self._open_digest(connection, notification, digest, row)
                row["state"] = DeliveryState.HELD.value
            put = upsert_into(self._engine, deliveries).values(row)
            put = put.on_conflict_do_nothing(index_elements=["notification_id"])
            return connection.execute(put.returning(deliveries.c.seq)).first() is not None

    def _open_digest(
        self, connection: Connection, notification: Notification, digest: str, row: dict[str, Any]
    ) -> str:
        """The id of the part of `digest` that still takes alerts; made if there is none."""
        parts = select(deliveries).where(deliveries.c.digest_of == digest)
        last = connection.execute(
            parts.order_by(deliveries.c.seq.desc()).limit(1).with_for_update()
        ).first()
        if last is not None and not last.sealed:
            members = deliveries.c.digest_id == last.notification_id
            held = connection.scalar(select(func.count()).select_from(deliveries).where(members))
            if (held or 0) < DIGEST_SIZE:
                return str(last.notification_id)
        number = connection.scalar(select(func.count()).select_from(parts.subquery())) or 0
        head = Notification(
            id=f"{digest}.{number + 1}",
            subscription_id=notification.subscription_id,
            event_id=digest,
            event_type=DIGEST,
            summary="Several alerts",
        )
        made = _row(head, row["owed_at"], row["next_attempt_at"]) | {"digest_of": digest}
        connection.execute(insert(deliveries).values(made))
        return head.id

    def seal(self, digest_id: str) -> list[Notification]:
        """The alerts of a digest, oldest first; from now on it takes no more."""
        close = update(deliveries).where(deliveries.c.notification_id == digest_id)
        query = select(deliveries.c.notification).where(deliveries.c.digest_id == digest_id)
        with writing(self._engine) as connection:
            connection.execute(close.values(sealed=True))
            return _notifications(connection.execute(query.order_by(deliveries.c.seq)))

    def told(
        self, *, task_id: str | None = None, article_id: str | None = None
    ) -> dict[str, list[Notification]]:
        """What is or was owed about a task or an article, by subscription, oldest first."""
        about = [
            column == value
            for column, value in (
                (deliveries.c.task_id, task_id),
                (deliveries.c.article_id, article_id),
            )
            if value is not None
        ]
        query = select(deliveries.c.notification).where(*about).order_by(deliveries.c.seq)
        found: dict[str, list[Notification]] = {}
        with reading(self._engine) as connection:
            for one in _notifications(connection.execute(query)):
                found.setdefault(one.subscription_id, []).append(one)
        return found

    def owed_since(self, subscription_id: str, since: datetime) -> int:
        """How many single alerts, without those of digests, came to be owed to it after `since`."""
        query = select(func.count()).where(
            deliveries.c.subscription_id == subscription_id,
            deliveries.c.digest_id.is_(None),
            deliveries.c.digest_of.is_(None),
            deliveries.c.owed_at > since,
        )
        with reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def feed(
        self, subscription_id: str, *, after: str | None = None, limit: int = 50
    ) -> list[Notification]:
        """Its newest alerts, newest first; with `after` the oldest ones that came after that alert."""
        mine = deliveries.c.subscription_id == subscription_id
        query = select(deliveries.c.notification).where(mine, deliveries.c.digest_of.is_(None))
        if after is None:
            query = query.order_by(deliveries.c.seq.desc())
        else:
            place = select(deliveries.c.seq).where(deliveries.c.notification_id == after, mine)
            later = deliveries.c.seq > func.coalesce(place.scalar_subquery(), 0)
            query = query.where(later).order_by(deliveries.c.seq)
        with reading(self._engine) as connection:
            return _notifications(connection.execute(query.limit(limit)))

    # Delivery

    def due(self, now: datetime) -> bool:
        """Whether an owed delivery's time has come."""
        query = select(deliveries.c.seq).where(OWED, deliveries.c.next_attempt_at <= now)
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
        columns = deliveries.c
        place = func.row_number().over(
            partition_by=columns.subscription_id, order_by=(columns.next_attempt_at, columns.seq)
        )
        # What is owed to a removed subscription counts as the log's.
        endpoint = func.coalesce(subscriptions.c.endpoint, "")
        ready = (
            select(columns.seq, place.label("place"))
            .outerjoin_from(
                deliveries, subscriptions, columns.subscription_id == subscriptions.c.id
            )
            .where(OWED, columns.next_attempt_at <= now, endpoint.not_in(without))
            .subquery()
        )
        query = (
            select(deliveries)
            .join(ready, columns.seq == ready.c.seq)
            # Said again, because another may have taken a row since the list was made.
            .where(ready.c.place <= each, OWED, columns.next_attempt_at <= now)
            .order_by(columns.next_attempt_at, columns.seq)
            .limit(limit)
            .with_for_update(of=deliveries, skip_locked=True)
        )
        with writing(self._engine) as connection:
            rows = connection.execute(query).all()
            taken = columns.seq.in_([row.seq for row in rows])
            if rows:
                connection.execute(update(deliveries).where(taken).values(next_attempt_at=until))
        return [_delivery(row) for row in rows]

    def record(
        self,
        notification_id: str,
        state: DeliveryState,
        next_attempt_at: datetime,
        error: str | None,
        *,
        at: datetime | None = None,
    ) -> None:
        """Note an attempt and what is next. What is delivered stays delivered."""
        columns = deliveries.c
        values: dict[str, Any] = {
            "state": state.value,
            "attempts": columns.attempts + 1,
            "next_attempt_at": next_attempt_at,
            "last_error": error,
        }
        note = (
            update(deliveries)
            .where(
                columns.notification_id == notification_id,
                columns.state != DeliveryState.DELIVERED.value,
            )
            .values(values)
            .returning(columns.subscription_id)
        )
        held = (columns.digest_id == notification_id, columns.state == DeliveryState.HELD.value)
        with writing(self._engine) as connection:
            noted = connection.execute(note).first()
            if noted is None:
                return
            if state is not DeliveryState.OWED:
                connection.execute(update(deliveries).where(*held).values(values))
            connection.execute(
                insert(attempts).values(
                    notification_id=notification_id,
                    subscription_id=noted.subscription_id,
                    at=at or next_attempt_at,
                    state=state.value,
                    error=error,
                )
            )

    def attempts(self, about: str | None = None, limit: int = 100) -> list[Recorded]:
        """Attempts, newest first; those of a subscription or of a notification."""
        query = select(attempts).order_by(attempts.c.seq.desc()).limit(limit)
        if about is not None:
            with_it = select(deliveries.c.digest_id).where(deliveries.c.notification_id == about)
            query = query.where(
                or_(
                    attempts.c.subscription_id == about,
                    attempts.c.notification_id == about,
                    attempts.c.notification_id == with_it.scalar_subquery(),
                )
            )
        with reading(self._engine) as connection:
            return [
                Recorded(
                    row.notification_id,
                    row.subscription_id,
                    row.at,
                    DeliveryState(row.state),
                    row.error,
                )
                for row in connection.execute(query)
            ]

    def replay(self, notification_id: str, now: datetime) -> bool:
        """Owe it again from now on, by itself, with the same id; false if there is none."""
        again = update(deliveries).where(deliveries.c.notification_id == notification_id)
        values = {"state": DeliveryState.OWED.value, "attempts": 0}
        with writing(self._engine) as connection:
            done = connection.execute(again.values(owed_at=now, next_attempt_at=now, **values))
        return done.rowcount == 1

    def postpone(
        self, until: datetime, *, endpoint: str | None = None, address: str | None = None
    ) -> None:
        """Let nothing that is owed to an endpoint or address be due before `until`."""
        same = [
            column == value
            for column, value in (
                (subscriptions.c.endpoint, endpoint),
                (subscriptions.c.address, address),
            )
            if value is not None
        ]
        there = select(subscriptions.c.id).where(*same)
        self._move(
            until,
            deliveries.c.subscription_id.in_(there),
            deliveries.c.next_attempt_at < until,
        )

    def release(self, notification_ids: Collection[str], until: datetime) -> None:
        """Give taken ones back without an attempt."""
        if notification_ids:
            self._move(until, deliveries.c.notification_id.in_(notification_ids))

    def deliveries(
        self, states: Sequence[DeliveryState] = (), limit: int = 100, about: str | None = None
    ) -> list[Delivery]:
        """Deliveries for a person to look at, newest first; with `about` those of a subscription."""
        query = select(deliveries).order_by(deliveries.c.seq.desc()).limit(limit)
        if about is not None:
            query = query.where(deliveries.c.subscription_id == about)
        if states:
            query = query.where(deliveries.c.state.in_([state.value for state in states]))
        with reading(self._engine) as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def _move(self, until: datetime, *which: ColumnElement[bool]) -> None:
        later = update(deliveries).where(OWED, *which).values(next_attempt_at=until)
        with writing(self._engine) as connection:
            connection.execute(later)

    def _change(self, statement: Any) -> bool:
        with writing(self._engine) as connection:
            changed = connection.execute(statement).rowcount == 1
            if changed:
                self._changed(connection)
        return changed

    def _changed(self, connection: Connection) -> None:
        count = upsert_into(self._engine, changes).values(id=1, version=1)
        connection.execute(
            count.on_conflict_do_update(
                index_elements=["id"], set_={"version": changes.c.version + 1}
            )
        )

    def _sealed(self, subscription: Subscription) -> dict[str, str | None]:
        secrets: dict[str, SecretStr | None] = {
            name: getattr(subscription, name) for name in _SECRETS
        }
        return {
            name: self._vault.seal(secret.get_secret_value()) if secret else None
            for name, secret in secrets.items()
        }

    def _subscriptions(self, *which: ColumnElement[bool]) -> list[Subscription]:
        order = (subscriptions.c.created_at, subscriptions.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(select(subscriptions).where(*which).order_by(*order)).all()
        return [self._subscription(row) for row in rows]

    def _subscription(self, row: Row[Any]) -> Subscription:
        values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a row's columns
        settings = json.loads(values.pop("settings"))
        for name in _SECRETS:
            if values[name] is not None:
                values[name] = SecretStr(self._vault.open(values[name]))
        return Subscription.model_validate(settings | values)


def _standing(query: str, settings: dict[str, Any]) -> Standing:
    fields = Subscription.model_fields
    told = {
        name: settings.get(name, fields[name].default)
        for name in ("types", "like", "like_threshold", "once_per", "follow_up")
    }
    return Standing(
        query,
        tuple(map(EventKind, told["types"])),
        told["like"],
        told["like_threshold"],
        told["once_per"] == OncePer.STORY,
        told["follow_up"],
    )


def _row(notification: Notification, now: datetime, at: datetime) -> dict[str, Any]:
    return {
        "notification_id": notification.id,
        "subscription_id": notification.subscription_id,
        "task_id": notification.task_id,
        "article_id": notification.article_id,
        "notification": notification.model_dump_json(),
        "state": DeliveryState.OWED.value,
        "attempts": 0,
        "owed_at": now,
        "next_attempt_at": at,
    }


def _notifications(rows: Any) -> list[Notification]:
    return [Notification.model_validate_json(row.notification) for row in rows]


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        Notification.model_validate_json(row.notification),
        DeliveryState(row.state),
        row.attempts,
        row.owed_at,
        row.next_attempt_at,
        row.last_error,
    )

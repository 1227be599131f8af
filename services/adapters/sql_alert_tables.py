"""The tables of alerts: subscriptions, deliveries, and every attempt at one."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    inspect,
)
from sqlalchemy.schema import CreateColumn

from services.adapters.sql import Migration, UtcDateTime
from services.ports.alert_store import DeliveryState

meta = MetaData()
_ID = String(512)
_BIG = BigInteger().with_variant(Integer, "sqlite")

subscriptions = Table(
    "subscriptions",
    meta,
    Column("id", _ID, primary_key=True),
    Column("owner", _ID, nullable=False),
    Column("query", Text, nullable=False),
    Column("webhook_url", Text),
    Column("secret", Text),  # this and the two below are encrypted
    Column("previous_secret", Text),
    Column("chat_url", Text),
    Column("feed_hash", String(64)),
    Column("endpoint", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("settings", Text, nullable=False, server_default="{}"),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("subscriptions_of_feed", subscriptions.c.feed_hash, unique=True)

changes = Table(
    "subscription_changes",
    meta,
    Column("id", Integer, primary_key=True),
    Column("version", _BIG, nullable=False),
)
"""One row: how often subscriptions have changed."""

deliveries = Table(
    "deliveries",
    meta,
    Column("seq", _BIG, primary_key=True),
    Column("notification_id", _ID, nullable=False, unique=True),
    Column("subscription_id", _ID, nullable=False),
    Column("task_id", _ID),
    Column("article_id", _ID),
    Column("digest_id", _ID),  # of an alert: the digest that it goes out with
    Column("digest_of", _ID),  # of a digest: what its alerts have in common
    Column("sealed", Boolean, nullable=False, server_default=false()),
    Column("notification", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owed_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("last_error", Text),
)
OWED = deliveries.c.state == DeliveryState.OWED.value
Index(
    "deliveries_due",
    deliveries.c.next_attempt_at,
    deliveries.c.seq,
    sqlite_where=OWED,
    postgresql_where=OWED,
)
Index("deliveries_to", deliveries.c.subscription_id, deliveries.c.seq)
Index("deliveries_about_task", deliveries.c.task_id)
Index("deliveries_about_article", deliveries.c.article_id)
Index("deliveries_in_digest", deliveries.c.digest_id)
Index("deliveries_digest_of", deliveries.c.digest_of)

attempts = Table(
    "delivery_attempts",
    meta,
    Column("seq", _BIG, primary_key=True),
    Column("notification_id", _ID, nullable=False, index=True),
    Column("subscription_id", _ID, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("error", Text),
)


def _add_what_is_missing(connection: Connection) -> None:
    """Columns and indexes that a database of an earlier build lacks; a new one lacks none."""
    for table in (subscriptions, deliveries):
        there = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                how = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {how}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    attempts.create(connection, checkfirst=True)


MIGRATIONS: tuple[Migration, ...] = (meta.create_all, _add_what_is_missing)
"""Steps of the schema, oldest first."""

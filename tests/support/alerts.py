"""Subscriptions and notifications to test with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.adapters.sql import make_engine
from services.adapters.sql_alerts import SqlAlertStore

NOW = datetime(2024, 5, 2, 12, tzinfo=UTC)
SECRET = "whsec_" + "c2VjcmV0IGZvciB0ZXN0cyBvbmx5LCAzMiBieXRlcyE="


def make_subscription(name: str = "s1", query: str = "bridge", **fields: Any) -> Subscription:
    given: dict[str, Any] = {
        "id": name,
        "owner": "desk",
        "query": query,
        "created_at": NOW,
    }
    if fields.get("webhook_url"):
        given["secret"] = SecretStr(SECRET)
    return Subscription(**(given | fields))


def make_notification(name: str = "n1", subscription: str = "s1", **fields: Any) -> Notification:
    given: dict[str, Any] = {
        "id": name,
        "subscription_id": subscription,
        "event_id": f"event of {name}",
        "event_type": "task",
        "summary": f"To verify: «{name}» — “a quotation”",
        "matched": ["bridge"],
        "occurred_at": NOW,
    }
    return Notification(**(given | fields))


def alert_store(folder: Path) -> SqlAlertStore:
    """A store with its tables in a SQLite file."""
    store = SqlAlertStore(make_engine(f"sqlite:///{folder / 'desk.db'}"))
    store.setup()
    return store

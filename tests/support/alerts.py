"""Subscriptions and notifications to test with."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.adapters.apprise_chat import AppriseChat
from services.adapters.smtp import SmtpMailer
from services.adapters.sql import make_engine
from services.adapters.sql_alerts import SqlAlertStore
from services.adapters.vault import FernetVault
from services.alert.channels import Channels
from services.ports.chat import Chat
from services.ports.mail import Mailer
from services.ports.web import Web
from services.runtime.settings import Settings

NOW = datetime(2024, 5, 2, 12, tzinfo=UTC)
KEY = "bm90IGEgc2VjcmV0LCBmb3IgdGVzdHMgb25seSwgMzI="
VAULT = FernetVault(KEY)
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
    store = SqlAlertStore(make_engine(f"sqlite:///{folder / 'desk.db'}"), VAULT)
    store.setup()
    return store


def channels(
    web: Web, *, mailer: Mailer | None = None, chat: Chat | None = None, base: str | None = None
) -> Channels:
    """Every way to reach people, over these ports; without mail and chat unless given."""
    return Channels(web, mailer or SmtpMailer(Settings()), chat or AppriseChat(), VAULT, base)


def no_encoder(texts: Sequence[str]) -> Any:
    """For matchers that must not load the language models."""
    raise AssertionError(f"nobody asked for likeness, but {texts} were to be encoded")

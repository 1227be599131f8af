"""The store of subscriptions and of deliveries that are owed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from schemas.notification import Notification
from schemas.subscription import EventKind, Subscription

DIGEST = "digest"
"""The event type of a delivery that stands for several alerts."""

DIGEST_SIZE = 100
"""Alerts that one digest holds at most; more of the same hour or day make another."""


class DeliveryState(StrEnum):
    """Where a delivery is."""

    OWED = "owed"
    HELD = "held"
    """It goes out with its digest, which is a delivery of its own."""
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Delivery:
    """One notification owed to one endpoint. `attempts` counts those that were recorded."""

    notification: Notification
    state: DeliveryState
    attempts: int
    owed_at: datetime
    next_attempt_at: datetime
    last_error: str | None


@dataclass(frozen=True)
class Recorded:
    """One attempt at a delivery: when, what state it led to, and what went wrong."""

    notification_id: str
    subscription_id: str
    at: datetime
    state: DeliveryState
    error: str | None


class Standing(NamedTuple):
    """What the matcher needs of an active subscription."""

    query: str
    types: tuple[EventKind, ...]
    like: str | None
    like_threshold: float
    per_story: bool
    follow_up: bool


def endpoint_of(subscription: Subscription | None) -> str:
    """The server that its alerts go to: the webhook's scheme, host and port, `mail`, a chat service.

    Empty for the log file.
    """
    if subscription is None:
        return ""
    if subscription.webhook_url is not None:
        parts = urlsplit(subscription.webhook_url)
        return f"{parts.scheme}://{parts.netloc}".lower()
    if subscription.chat_url is not None:
        return f"chat:{subscription.chat_url.get_secret_value().partition(':')[0].lower()}"
    return "mail" if subscription.email else ""


def address_of(subscription: Subscription | None) -> str:
    """Whom the alerts reach there: the webhook's whole address, the mailbox. Empty for the log file."""
    if subscription is None or not endpoint_of(subscription):
        return ""
    # A chat's address is a secret, so the subscription stands for it.
    return subscription.webhook_url or subscription.email or subscription.id


class AlertStore(Protocol):
    """Raises NotReady from every method when the database is away.

    Secrets are encrypted before they are stored. Raises UserError when one is to be read or written and
    there is no key, or none that fits.
    """

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def add(self, subscription: Subscription) -> None:
        """Store a subscription, replacing the one of the same id."""
        ...

    def remove(self, subscription_id: str) -> bool:
        """Delete it; false if there was none. What is owed to it stays, to be looked at."""
        ...

    def disable(self, subscription_id: str) -> bool:
        """Make it inactive, whatever else was changed meanwhile; false if there was none."""
        ...

    def get(self, subscription_id: str) -> Subscription | None:
        """One subscription, active or not."""
        ...

    def by_feed(self, feed_hash: str) -> Subscription | None:
        """The active subscription whose feed has a secret of this SHA-256."""
        ...

    def subscriptions(
        self, *, inactive: bool = False, owner: str | None = None
    ) -> list[Subscription]:
        """The active ones, and with `inactive` all of them, of everybody or of `owner`; oldest first."""
        ...

    def rekey(self) -> int:
        """Encrypt every secret anew with the newest key; how many subscriptions have any."""
        ...

    def queries(self) -> dict[str, Standing]:
        """What each active subscription wants, by its id."""
        ...

    def version(self) -> int:
        """Grows whenever a subscription changes, so that a matcher knows when to read them again."""
        ...

    def owe(
        self,
        notification: Notification,
        now: datetime,
        *,
        at: datetime | None = None,
        digest: str | None = None,
    ) -> bool:
        """Record that it is owed; false if it already was, delivered or not.

        Due at `at`, or now. With `digest` it goes out with all others of that name, up to DIGEST_SIZE, in
        a delivery of their own; a digest that was sealed takes no more, and another is begun.
        """
        ...

    def seal(self, digest_id: str) -> list[Notification]:
        """The alerts of a digest, oldest first; from now on it takes no more, so they stay the same."""
        ...

    def told(
        self, *, task_id: str | None = None, article_id: str | None = None
    ) -> dict[str, list[Notification]]:
        """What is or was owed about a task or an article, by subscription, oldest first."""
        ...

    def owed_since(self, subscription_id: str, since: datetime) -> int:
        """How many single alerts, without those of digests, came to be owed to it after `since`."""
        ...

    def feed(
        self, subscription_id: str, *, after: str | None = None, limit: int = 50
    ) -> list[Notification]:
        """Its newest alerts, newest first; with `after` the oldest ones that came after that alert.

        With an `after` that is not known, all count as later.
        """
        ...

    def due(self, now: datetime) -> bool:
        """Whether an owed delivery's time has come."""
        ...

    def take_due(
        self,
        now: datetime,
        until: datetime,
        *,
        each: int = 10,
        limit: int = 100,
        without: Collection[str] = (),
    ) -> list[Delivery]:
        """Owed deliveries whose time has come, longest due first, at most `each` of one subscription.

        They are taken: nobody else gets them before `until`, when they are due again unless recorded.
        Those of the endpoints in `without` are passed over.
        """
        ...

    def record(
        self,
        notification_id: str,
        state: DeliveryState,
        next_attempt_at: datetime,
        error: str | None,
        *,
        at: datetime | None = None,
    ) -> None:
        """Note an attempt, made `at`, and what is next. What is delivered stays delivered.

        What becomes of a digest becomes of its alerts.
        """
        ...

    def attempts(self, about: str | None = None, limit: int = 100) -> list[Recorded]:
        """Attempts, newest first; those of a subscription or of a notification."""
        ...

    def replay(self, notification_id: str, now: datetime) -> bool:
        """Owe it again from now on, by itself, with the same id; false if there is none."""
        ...

    def postpone(
        self, until: datetime, *, endpoint: str | None = None, address: str | None = None
    ) -> None:
        """Let nothing that is owed to an endpoint or address be due before `until`; not an attempt."""
        ...

    def release(self, notification_ids: Collection[str], until: datetime) -> None:
        """Give taken ones back without an attempt: those still owed are due at `until`."""
        ...

    def deliveries(
        self, states: Sequence[DeliveryState] = (), limit: int = 100, about: str | None = None
    ) -> list[Delivery]:
        """Deliveries for a person to look at, newest first; with `about` those of a subscription."""
        ...

"""The store of subscriptions and of deliveries that are owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from schemas.notification import Notification
from schemas.subscription import Subscription


class DeliveryState(StrEnum):
    """Where a delivery is."""

    OWED = "owed"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Delivery:
    """One notification owed to one endpoint."""

    notification: Notification
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    last_error: str | None


class AlertStore(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def add(self, subscription: Subscription) -> None:
        """Store a subscription, replacing the one of the same id."""
        ...

    def remove(self, subscription_id: str) -> bool:
        """Delete it; false if there was none."""
        ...

    def subscriptions(self) -> list[Subscription]:
        """The active ones."""
        ...

    def version(self) -> int:
        """Grows whenever a subscription changes, so that a matcher knows when to read them again."""
        ...

    def owe(self, notification: Notification, now: datetime) -> bool:
        """Record that it is owed; false if it already was, delivered or not."""
        ...

    def due(self, now: datetime, limit: int = 100) -> list[Delivery]:
        """Owed deliveries whose time has come, oldest first."""
        ...

    def record(
        self,
        notification_id: str,
        state: DeliveryState,
        next_attempt_at: datetime,
        error: str | None,
    ) -> None:
        """Note an attempt and what is next."""
        ...

    def deliveries(self, states: Sequence[DeliveryState] = (), limit: int = 100) -> list[Delivery]:
        """Deliveries for a person to look at, newest first."""
        ...

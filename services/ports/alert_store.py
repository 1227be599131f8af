"""The store of subscriptions and of deliveries that are owed."""

from collections.abc import Collection, Sequence
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
    """One notification owed to one endpoint. `attempts` counts those that were recorded."""

    notification: Notification
    state: DeliveryState
    attempts: int
    owed_at: datetime
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
        """Delete it; false if there was none. What is owed to it stays, to be looked at."""
        ...

    def disable(self, subscription_id: str) -> bool:
        """Make it inactive, whatever else was changed meanwhile; false if there was none."""
        ...

    def get(self, subscription_id: str) -> Subscription | None:
        """One subscription, active or not."""
        ...

    def subscriptions(self, *, inactive: bool = False) -> list[Subscription]:
        """The active ones, and with `inactive` all of them; oldest first."""
        ...

    def queries(self) -> dict[str, str]:
        """The query of each active subscription, by its id."""
        ...

    def version(self) -> int:
        """Grows whenever a subscription changes, so that a matcher knows when to read them again."""
        ...

    def owe(self, notification: Notification, now: datetime) -> bool:
        """Record that it is owed; false if it already was, delivered or not."""
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
        Subscriptions in `without` are passed over.
        """
        ...

    def record(
        self,
        notification_id: str,
        state: DeliveryState,
        next_attempt_at: datetime,
        error: str | None,
    ) -> None:
        """Note an attempt and what is next. What is delivered stays delivered."""
        ...

    def postpone(self, subscription_ids: Collection[str], until: datetime) -> None:
        """Let nothing that is owed to these be due before `until`; not an attempt."""
        ...

    def release(self, notification_ids: Collection[str], until: datetime) -> None:
        """Give taken ones back without an attempt: those still owed are due at `until`."""
        ...

    def deliveries(self, states: Sequence[DeliveryState] = (), limit: int = 100) -> list[Delivery]:
        """Deliveries for a person to look at, newest first."""
        ...

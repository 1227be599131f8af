"""What comes of trying to deliver a message, and what every channel must be able to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.subscription import Subscription
from services.alert.message import Message


@dataclass(frozen=True)
class Attempt:
    """What came of it. `error` is none when it was delivered.

    `gone`: never try this address again; `final`: never try this message again; `away`: nothing at this
    server can be delivered for now.
    """

    error: str | None = None
    gone: bool = False
    final: bool = False
    not_before: datetime | None = None
    away: bool = False


class Channel(Protocol):
    """A way to reach people."""

    def send(self, subscription: Subscription, message: Message, now: datetime) -> Attempt:
        """Try once, within 20 seconds or so. Never raises for what the other side does."""
        ...

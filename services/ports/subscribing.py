"""Subscribing for oneself: what somebody may ask for on a page or over the API, and what they get back."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from pydantic import ConfigDict, Field

from schemas.base import Identifier, Model, Span, UtcDatetime
from schemas.subscription import Digest, EventKind
from services.ports.alert_store import Delivery
from services.runtime.errors import UserError

MOST_DAYS = 365
"""Days that a dry run looks back at most."""


class Unfit(UserError):
    """What is wrong at one `field` of a wish; in a query also where, in characters from 1."""

    def __init__(self, field: str, text: str, position: int | None = None) -> None:
        super().__init__(f"{field}: {text}")
        self.field, self.text, self.position = field, text, position


class Busy(UserError):
    """A dry run reads every task, so there is one at a time."""


class Channel(StrEnum):
    """Where alerts go."""

    LOG = "log"
    WEBHOOK = "webhook"
    EMAIL = "email"


class Wanted(Model):
    """A new subscription as somebody asks for it. Whose it will be is never among it."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(max_length=2_000, description="In Lucene syntax", examples=["bridge cost"])
    channel: Channel = Field(default=Channel.LOG, description="Where alerts go")
    address: str | None = Field(
        default=None, max_length=2_048, description="Of the webhook, or a mailbox; none for the log"
    )
    digest: Digest = Field(
        default=Digest.IMMEDIATE, description="Each by itself, or all of an hour or a day together"
    )
    daily_at: str = Field(
        default="08:00", max_length=20, description="When a daily digest goes out, as HH:MM"
    )
    quiet: str | None = Field(
        default=None,
        max_length=40,
        description="Hours without alerts, which are told together at their end",
        examples=["22:00-07:00"],
    )
    time_zone: str = Field(
        default="UTC",
        max_length=100,
        description="Whose clock the times mean",
        examples=["Europe/Berlin"],
    )


class Listed(Model):
    """A subscription without its secrets."""

    id: Identifier
    owner: Identifier
    query: str = Field(description="What it looks for, in one line if it goes by meaning")
    to: str = Field(
        description="Where its alerts go: `log`, a mailbox, a webhook's address. Of others' webhooks and "
        "chats only the server: the rest of the address may be a secret"
    )
    digest: Digest
    quiet: str | None = Field(description="Hours without alerts, and whose clock they mean")
    active: bool
    created_at: UtcDatetime


class Subscribed(Listed):
    """A new subscription; `secret` signs its webhook, and is never shown again."""

    secret: str | None


class Example(Model):
    """Something that would have been told: what it says, and which words of that were found where."""

    at: UtcDatetime | None
    type: EventKind
    task_id: Identifier
    summary: str
    matched: list[str] = Field(description="Parts of the query that were found, as written")
    marks: list[Span] = Field(description="Where in `summary` they stand, as half-open offsets")


class Trial(Model):
    """What a query would have found. `days` counts by day (ISO 8601, UTC), `examples` are the newest."""

    looked_at: int
    found: int
    days: dict[str, int]
    examples: list[Example]


class Subscribing(Protocol):
    """What people do with subscriptions. Raises NotReady from every method when the database is away.

    `asks` is the name of whoever asks; with `everybody` they may deal with others' subscriptions as well.
    What is not theirs to see is as if it were not there.
    """

    def listed(self, asks: str, *, everybody: bool = False) -> Sequence[Listed]:
        """Subscriptions, newest first."""
        ...

    def one(self, subscription_id: str, asks: str, *, everybody: bool = False) -> Listed | None:
        """One of them; none if there is none."""
        ...

    def create(self, wanted: Wanted, owner: str) -> Subscribed:
        """Save it. Raises Unfit for what is wrong with it, UserError when no secret can be kept."""
        ...

    def remove(self, subscription_id: str, asks: str, *, everybody: bool = False) -> bool:
        """Delete it; false if there was none."""
        ...

    def dry_run(self, query: str, days: int) -> Trial:
        """What `query` would have found in the last `days`. Nothing is saved. Raises Unfit, Busy."""
        ...

    def deliveries(
        self, subscription_id: str, asks: str, *, everybody: bool = False
    ) -> Sequence[Delivery]:
        """Its newest deliveries, newest first; none if there is no such subscription."""
        ...

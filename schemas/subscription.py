"""Subscriptions: what somebody asked to be told about, where, and when."""

from datetime import time
from enum import StrEnum

from pydantic import Field, SecretStr

from schemas.base import Identifier, Model, Probability, UtcDatetime


class EventKind(StrEnum):
    """What can be told of."""

    CLAIM = "claim"
    """A claim with its evidence, as soon as it was looked up, whether or not it becomes a task."""
    TASK = "task"
    VERDICT = "verdict"


class Digest(StrEnum):
    """How often alerts are sent: each by itself, or those of an hour or a day together."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"


class OncePer(StrEnum):
    """Of what there is one alert only."""

    CLAIM = "claim"
    """The claim, whoever repeats it."""
    STORY = "story"
    """The story, all its copies and all their claims."""


class Subscription(Model):
    """A saved query, and where and when its alerts go: to one of webhook, e-mail, chat, or the log file.

    `secret` and `previous_secret` sign the webhook (Standard Webhooks), the latter until `previous_until`;
    neither they nor `chat_url` ever appear in an event or a log. `feed_hash` is the SHA-256 of the secret
    in the feed's address. Quiet hours are of the clock in `time_zone`, as is a daily digest's `daily_at`.
    """

    id: Identifier
    owner: Identifier
    query: str = Field(default="", max_length=2_000)
    types: tuple[EventKind, ...] = Field(default=(EventKind.TASK, EventKind.VERDICT), min_length=1)
    like: str | None = Field(default=None, max_length=2_000, description="A claim to be like")
    like_threshold: Probability = 0.75
    webhook_url: str | None = None
    secret: SecretStr | None = None
    previous_secret: SecretStr | None = None
    previous_until: UtcDatetime | None = None
    email: str | None = None
    chat_url: SecretStr | None = None
    feed_hash: str | None = None
    digest: Digest = Digest.IMMEDIATE
    daily_at: time = time(8)
    quiet_from: time | None = None
    quiet_to: time | None = None
    time_zone: str = "UTC"
    hourly_cap: int | None = Field(default=None, ge=1)
    once_per: OncePer = OncePer.CLAIM
    follow_up: bool = True
    active: bool = True
    created_at: UtcDatetime

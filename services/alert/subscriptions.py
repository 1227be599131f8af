"""Making a subscription: the query understood, the address allowed, the secret drawn."""

import base64
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationError

from schemas.subscription import Digest, EventKind, OncePer, Subscription
from services.alert.links import feed_hash, new_feed_secret
from services.alert.parse import names_field, parse
from services.alert.query import Query
from services.ports.chat import Chat, ChatError
from services.ports.web import Web, WebError
from services.runtime.errors import UserError
from services.runtime.events import describe
from services.runtime.settings import Settings

_SECRET_BYTES = 32  # Standard Webhooks asks for 24 to 64
_LONGEST_MAILBOX = 254  # RFC 5321, 4.5.3.1, with the correction of RFC 3696
DEFAULT_TYPES = (EventKind.TASK, EventKind.VERDICT)


class OptionError(UserError):
    """What was given for one `option` of the command does not fit; `text` says why."""

    def __init__(self, option: str, text: str) -> None:
        super().__init__(f"{option}: {text}")
        self.option, self.text = option, text


@dataclass(frozen=True)
class Wish:
    """What somebody asks for, as given. No `types`: all when the query names `type`, or else the default."""

    query: str = ""
    owner: str = "desk"
    types: tuple[EventKind, ...] = ()
    like: str | None = None
    like_threshold: float = 0.75
    webhook_url: str | None = None
    email: str | None = None
    chat_url: str | None = None
    feed: bool = False
    digest: Digest = Digest.IMMEDIATE
    daily_at: str = "08:00"
    quiet: str | None = None
    time_zone: str = "UTC"
    hourly_cap: int | None = None
    once_per: OncePer = OncePer.CLAIM
    follow_up: bool = True


@dataclass(frozen=True)
class Made:
    """A new subscription, and the secret of its feed, which is not kept."""

    subscription: Subscription
    feed_secret: str | None


def subscribe(wish: Wish, *, settings: Settings, web: Web, chat: Chat, now: datetime) -> Made:
    """A new subscription; with a webhook it has a secret to sign with, whoever gets the address.

    Raises UserError for a query that cannot be read (with the position), an address that may not be
    reached, and whatever else does not fit, naming the option.
    """
    _, types = understood(wish)
    _check_channel(wish, settings, web, chat)
    quiet_from, quiet_to = _quiet(wish.quiet)
    feed_secret = new_feed_secret() if wish.feed else None
    try:
        subscription = Subscription(
            id=f"sub_{secrets.token_hex(10)}",
            owner=wish.owner,
            query=wish.query,
            types=types,
            like=wish.like or None,
            like_threshold=wish.like_threshold,
            webhook_url=wish.webhook_url,
            secret=new_secret() if wish.webhook_url else None,
            email=wish.email,
            chat_url=SecretStr(wish.chat_url) if wish.chat_url else None,
            feed_hash=feed_hash(feed_secret) if feed_secret else None,
            digest=wish.digest,
            daily_at=_clock(wish.daily_at, "--daily-at"),
            quiet_from=quiet_from,
            quiet_to=quiet_to,
            time_zone=_zone(wish.time_zone),
            hourly_cap=wish.hourly_cap,
            once_per=wish.once_per,
            follow_up=wish.follow_up,
            created_at=now,
        )
    except ValidationError as error:
        raise UserError(describe(error)) from error
    return Made(subscription, feed_secret)


def understood(wish: Wish) -> tuple[Query | None, tuple[EventKind, ...]]:
    """The query, and the kinds of events it is meant for: those given, all when it names `type` itself.

    Raises UserError when there is nothing to look for, QueryError (with the position) when the query
    cannot be read.
    """
    if not wish.query and not wish.like:
        raise UserError("give a query, or a claim with --like")
    if not wish.query:
        return None, wish.types or DEFAULT_TYPES
    query = parse(wish.query)
    named = tuple(EventKind) if names_field(wish.query, "type") else DEFAULT_TYPES
    return query, wish.types or named


def rotated(subscription: Subscription, now: datetime, overlap: timedelta) -> Subscription:
    """The subscription with a new secret; the one it had signs as well until `overlap` is over.

    Raises UserError when it has no webhook.
    """
    if subscription.secret is None:
        raise UserError(f"{subscription.id} has no webhook, so there is no secret to rotate")
    return subscription.model_copy(
        update={
            "secret": new_secret(),
            "previous_secret": subscription.secret,
            "previous_until": now + overlap,
        }
    )


def new_secret() -> SecretStr:
    """A signing secret as Standard Webhooks writes it: `whsec_` and base64."""
    return SecretStr(f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}")


def _check_channel(wish: Wish, settings: Settings, web: Web, chat: Chat) -> None:
    given = list(_channels(wish, settings, web, chat))
    if len(given) > 1:
        raise UserError(
            f"{' and '.join(name for name, _ in given)}: give one, and add another alert"
        )
    for name, check in given:
        try:
            check()
        except (WebError, ChatError) as error:
            raise OptionError(name, str(error)) from error
    if wish.feed and settings.alerts_url is None:
        raise UserError(
            "--feed: set CLAIMDESK_ALERTS_URL and CLAIMDESK_ALERTS_PORT, where it is read"
        )


def _channels(
    wish: Wish, settings: Settings, web: Web, chat: Chat
) -> Iterator[tuple[str, Callable[[], None]]]:
    webhook, email, url = wish.webhook_url, wish.email, wish.chat_url
    if webhook is not None:
        yield "--webhook", lambda: web.check(webhook)
    if email is not None:
        yield "--email", lambda: _check_mailbox(email, settings)
    if url is not None:
        yield "--chat", lambda: chat.check(url)


def _check_mailbox(email: str, settings: Settings) -> None:
    if not (settings.smtp_host and settings.mail_from and settings.alerts_url):
        raise OptionError(
            "--email",
            "set CLAIMDESK_SMTP_HOST, CLAIMDESK_MAIL_FROM and CLAIMDESK_ALERTS_URL (every mail "
            "carries a link there that ends the alert)",
        )
    try:
        mailbox = Address(addr_spec=email)
    except (
        ValueError,
        IndexError,
        MessageError,
    ) as error:  # what the parser raises for what is none
        raise OptionError("--email", f"{email!r} is no address") from error
    if not mailbox.domain or not email.isascii() or len(email) > _LONGEST_MAILBOX:
        raise OptionError("--email", f"{email!r} is no address like name@example.org")


def _quiet(hours: str | None) -> tuple[time | None, time | None]:
    if hours is None:
        return None, None
    start, dash, end = hours.partition("-")
    begins, ends = _clock(start, "--quiet"), _clock(end if dash else "", "--quiet")
    if begins == ends:
        raise OptionError(
            "--quiet", "the hours end when they begin; give hours such as 22:00-07:00"
        )
    return begins, ends


def _clock(value: str, option: str) -> time:
    try:
        return datetime.strptime(value.strip(), "%H:%M").time()  # noqa: DTZ007 - a clock's time, no moment
    except ValueError as error:
        wanted = "hours such as 22:00-07:00" if option == "--quiet" else "a time such as 08:00"
        raise OptionError(option, f"{value!r} is not understood; give {wanted}") from error


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise OptionError(
            "--time-zone", f"there is no zone {name!r}; give one as Europe/Berlin"
        ) from error
    return name

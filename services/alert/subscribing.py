"""What people do with subscriptions on the desk's page and over its API; `claimdesk alerts` does it the same way."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from schemas.subscription import Subscription
from services.alert.dry_run import DryRun, dry_run
from services.alert.marks import marks
from services.alert.message import named
from services.alert.parse import QueryError
from services.alert.standing import Encode
from services.alert.subscriptions import OptionError, Wish, subscribe
from services.ports.alert_store import AlertStore, Delivery, endpoint_of
from services.ports.chat import Chat
from services.ports.subscribing import (
    Busy,
    Channel,
    Example,
    Listed,
    Subscribed,
    Trial,
    Unfit,
    Wanted,
)
from services.ports.task_store import TaskStore
from services.ports.web import Web
from services.runtime.clock import Clock
from services.runtime.settings import Settings

EXAMPLES = 10
_DELIVERIES = 50
_FIELDS = {
    "--webhook": "address",
    "--email": "address",
    "--daily-at": "daily_at",
    "--quiet": "quiet",
    "--time-zone": "time_zone",
}
"""The field of a wish for each option of the command that can be wrong."""


class OwnSubscriptions:
    """The `Subscribing` port."""

    def __init__(
        self,
        settings: Settings,
        alerts: AlertStore,
        tasks: TaskStore,
        encode: Encode,
        web: Web,
        chat: Chat,
        clock: Clock,
    ) -> None:
        self._settings, self._alerts, self._tasks, self._encode = settings, alerts, tasks, encode
        self._web, self._chat, self._clock = web, chat, clock
        self._trying = threading.Lock()

    def listed(self, asks: str, *, everybody: bool = False) -> list[Listed]:
        """Subscriptions, newest first."""
        rows = self._alerts.subscriptions(inactive=True, owner=None if everybody else asks)
        return [_listed(row, asks) for row in reversed(rows)]

    def one(self, subscription_id: str, asks: str, *, everybody: bool = False) -> Listed | None:
        """One of them; none if there is none."""
        found = self._alerts.get(subscription_id)
        visible = found is not None and (everybody or found.owner == asks)
        return _listed(found, asks) if found and visible else None

    def create(self, wanted: Wanted, owner: str) -> Subscribed:
        """Save it. Raises Unfit for what is wrong with it, UserError when no secret can be kept."""
        wish = _wish(wanted, owner)
        with _told():
            made = subscribe(
                wish,
                settings=self._settings,
                web=self._web,
                chat=self._chat,
                now=self._clock.now(),
            ).subscription
        self._alerts.add(made)
        secret = made.secret.get_secret_value() if made.secret else None
        return Subscribed(**dict(_listed(made, owner)), secret=secret)

    def remove(self, subscription_id: str, asks: str, *, everybody: bool = False) -> bool:
        """Delete it; false if there was none."""
        known = self.one(subscription_id, asks, everybody=everybody)
        return known is not None and self._alerts.remove(subscription_id)

    def dry_run(self, query: str, days: int) -> Trial:
        """What `query` would have found in the last `days`. Raises Unfit, Busy."""
        if not self._trying.acquire(blocking=False):
            raise Busy("another dry run is under way; try again in a moment")
        try:
            with _told():
                run = dry_run(
                    self._tasks,
                    self._encode,
                    Wish(query=_asked(query)),
                    since=self._clock.now() - timedelta(days=days),
                    examples=EXAMPLES,
                )
        finally:
            self._trying.release()
        return _trial(run)

    def deliveries(
        self, subscription_id: str, asks: str, *, everybody: bool = False
    ) -> Sequence[Delivery]:
        """Its newest deliveries, newest first; none if there is no such subscription."""
        if self.one(subscription_id, asks, everybody=everybody) is None:
            return ()
        return self._alerts.deliveries(limit=_DELIVERIES, about=subscription_id)


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong is told of the field that it stands in."""
    try:
        yield
    except QueryError as error:
        raise Unfit("query", error.text, error.position) from error
    except OptionError as error:
        raise Unfit(_FIELDS[error.option], error.text) from error


def _asked(query: str) -> str:
    # A wish may do without a query when it goes by meaning; here nothing else is asked for.
    return query or " "


def _wish(wanted: Wanted, owner: str) -> Wish:
    address = (wanted.address or "").strip() or None
    if wanted.channel is Channel.LOG and address:
        raise Unfit("address", "the log has none; leave it out, or choose a webhook or e-mail")
    if wanted.channel is not Channel.LOG and not address:
        raise Unfit("address", "say where to: https://example.org/hook, or name@example.org")
    return Wish(
        query=_asked(wanted.query),
        owner=owner,
        webhook_url=address if wanted.channel is Channel.WEBHOOK else None,
        email=address if wanted.channel is Channel.EMAIL else None,
        digest=wanted.digest,
        daily_at=wanted.daily_at,
        quiet=(wanted.quiet or "").strip() or None,
        time_zone=wanted.time_zone,
    )


def _listed(row: Subscription, asks: str) -> Listed:
    own = (row.webhook_url if row.owner == asks else None) or row.email
    hours = row.quiet_from and row.quiet_to
    return Listed(
        id=row.id,
        owner=row.owner,
        query=row.query or named(row),
        to=own or endpoint_of(row) or Channel.LOG,
        digest=row.digest,
        quiet=f"{row.quiet_from:%H:%M}-{row.quiet_to:%H:%M} {row.time_zone}" if hours else None,
        active=row.active,
        created_at=row.created_at,
    )


def _trial(run: DryRun) -> Trial:
    examples = [
        Example(
            at=happening.at,
            type=happening.kind,
            task_id=happening.task_id,
            summary=happening.summary,
            matched=found.matched,
            marks=marks(happening.summary, found.matched),
        )
        for happening, found in run.examples
    ]
    return Trial(
        looked_at=run.looked_at,
        found=run.found,
        days=dict(sorted(run.days.items())),
        examples=examples,
    )

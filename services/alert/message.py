"""What is sent: one alert, or the alerts of a digest, with an id that stays the same at every attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.ports.alert_store import DIGEST


@dataclass(frozen=True)
class Message:
    """`alerts` are several when `digest` is true. `owed_at` is when it came to be owed."""

    id: str
    alerts: tuple[Notification, ...]
    owed_at: datetime
    digest: bool = False

    @classmethod
    def of(
        cls, notification: Notification, owed_at: datetime, held: Sequence[Notification] = ()
    ) -> "Message":
        """The message of a delivery; `held` are the alerts of a digest."""
        if notification.event_type == DIGEST:
            return cls(notification.id, tuple(held), owed_at, digest=True)
        return cls(notification.id, (notification,), owed_at)

    def title(self, subscription: Subscription) -> str:
        """One line on it."""
        if not self.digest:
            return self.alerts[0].summary
        return f"{len(self.alerts)} alerts: {named(subscription)}"


def named(subscription: Subscription) -> str:
    """What the subscription looks for, in one short line."""
    wanted = subscription.query or f"like “{subscription.like}”"
    line = " ".join(wanted.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def details(alert: Notification) -> list[tuple[str, str]]:
    """The alert in lines of a name and a value, without what is not known; the summary is not among them."""
    article = " ".join(part for part in (alert.article_title, alert.article_url) if part)
    evidence = " ".join(part for part in (alert.evidence_claim, alert.evidence_url) if part)
    relation = alert.evidence_relation.value.replace("_", " ") if alert.evidence_relation else None
    lines = [
        ("Article", article),
        *(("Note", remark) for remark in alert.remarks),
        (f"Evidence ({relation})" if relation else "Evidence", evidence),
        ("Open", alert.url or ""),
    ]
    return [(name, value) for name, value in lines if value]


def plain(alert: Notification) -> str:
    """The alert in plain text."""
    return "\n".join([alert.summary, *(f"  {name}: {value}" for name, value in details(alert))])

"""The pure heart of alert: which subscriptions an event concerns."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import structlog

from schemas.article import ArticleRef
from schemas.match import ArticleMatches
from schemas.notification import Notification
from schemas.subscription import EventKind
from schemas.task import Task
from schemas.verdict import Verdict
from services.alert.happening import (
    Happening,
    changed,
    correction_id,
    correction_summary,
    of_article,
    of_matches,
    of_task,
    of_verdict,
)
from services.alert.parse import QueryError, parse
from services.alert.plan import plan
from services.alert.standing import Encode, Found, StandingQueries
from services.ports.alert_store import AlertStore, Standing
from services.runtime.clock import Clock
from services.runtime.ids import stable_id

log = structlog.get_logger(__name__)

CORRECTION = "correction"
"""The event type of a follow-up on an article."""


class Matcher:
    """Holds the queries of the active subscriptions, and reads what changed when something has."""

    def __init__(self, store: AlertStore, encode: Encode, public_url: str | None = None) -> None:
        self._store, self._public_url = store, (public_url or "").rstrip("/")
        self._version: int | None = None
        self._known: dict[str, Standing] = {}
        self._standing = {kind: StandingQueries(encode) for kind in EventKind}

    def handle(self, data: ArticleMatches | Task | Verdict) -> Iterable[Notification]:
        """A notification for each subscription that `data` concerns. Raises NotReady.

        Its id is a hash of subscription and event, so a second sighting of a task is no second alert; a
        verdict is an event of its own, as is what becomes of an article that was told of.
        """
        self._refresh()
        if isinstance(data, Task):
            return self._alerts(of_task(data))
        if isinstance(data, Verdict):
            return self._verdict_alerts(data)
        claims = [alert for one in of_matches(data) for alert in self._alerts(one)]
        return [*claims, *self._corrections(data.article)]

    def _refresh(self) -> None:
        # The version is read first: a change in between is then seen at the next event.
        version = self._store.version()
        if version == self._version:
            return
        queries = self._store.queries()
        for gone in self._known.keys() - queries.keys():
            self._remove(gone)
        for subscription, standing in queries.items():
            if self._known.get(subscription) != standing:
                self._put(subscription, standing)
        self._known, self._version = queries, version

    def _put(self, subscription: str, standing: Standing) -> None:
        self._remove(subscription)
        try:
            query = parse(standing.query) if standing.query else None
        except QueryError as error:
            log.warning("subscription skipped", subscription=subscription, why=str(error))
            return
        for kind in standing.types:
            self._standing[kind].put(subscription, query, standing)

    def _remove(self, subscription: str) -> None:
        for standing in self._standing.values():
            standing.remove(subscription)

    # What matches

    def _alerts(self, happening: Happening) -> list[Notification]:
        return [
            self._notification(found, happening)
            for found in self._standing[happening.kind].matching(happening)
        ]

    def _notification(self, found: Found, happening: Happening) -> Notification:
        subscription, per_story = found.subscription, self._known[found.subscription].per_story
        # One alert of its kind for all that shares this; a verdict is never one of several.
        about = happening.story if per_story else happening.id
        return Notification(
            id=stable_id("ntf", subscription, happening.kind, about),
            subscription_id=subscription,
            event_id=happening.id,
            event_type=happening.kind,
            summary=happening.summary,
            url=self._url(happening.task_id) if happening.kind is not EventKind.CLAIM else None,
            matched=found.matched,
            likeness=found.likeness,
            occurred_at=happening.at,
            task_id=happening.task_id,
            **happening.more,
        )

    def _url(self, task_id: str) -> str | None:
        return f"{self._public_url}/tasks/{task_id}" if self._public_url else None

    # What follows

    def _verdict_alerts(self, verdict: Verdict) -> list[Notification]:
        """For those that its words match, and those that were told of the claim; not if they know the rating."""
        happening = of_verdict(verdict)
        told = self._store.told(task_id=verdict.task_id)
        found = {one.subscription_id: one for one in self._alerts(happening)}
        for subscription in self._following(told):
            if subscription not in found:
                follows = Found(subscription, [], None)
                found[subscription] = self._notification(follows, happening)
        return [
            alert
            for name, alert in sorted(found.items())
            if not _knows(told.get(name, ()), verdict)
        ]

    def _corrections(self, article: ArticleRef) -> Iterator[Notification]:
        """For those that were told of the article, if what is said of it is new to them."""
        if not changed(article):
            return
        told = self._store.told(article_id=article.id)
        state = {name: of_article(article)[name] for name in ("article_status", "remarks")}
        event = correction_id(article)
        for subscription in self._following(told):
            alerts = told[subscription]
            if any(_same(alert, state) for alert in alerts):
                continue
            yield Notification(
                id=stable_id("ntf", subscription, CORRECTION, event),
                subscription_id=subscription,
                event_id=event,
                event_type=CORRECTION,
                summary=correction_summary(article),
                url=alerts[0].url,
                task_id=alerts[0].task_id,
                **of_article(article),
            )

    def _following(self, told: dict[str, list[Notification]]) -> list[str]:
        known = self._known
        return sorted(name for name in told if name in known and known[name].follow_up)


def _knows(alerts: Sequence[Notification], verdict: Verdict) -> bool:
    """Whether the last verdict that was told had this rating, and stood or was taken back as this one."""
    told = [(alert.rating, alert.verdict_status) for alert in alerts if alert.rating is not None]
    return bool(told) and told[-1] == (verdict.rating, verdict.status)


def _same(alert: Notification, state: dict[str, Any]) -> bool:
    return all(getattr(alert, name) == value for name, value in state.items())


def owe(notification: Notification, *, alerts: AlertStore, clock: Clock) -> Iterable[Notification]:
    """Record that `notification` is to be delivered, and when; once, however often it comes. Raises NotReady."""
    now = clock.now()
    subscription = alerts.get(notification.subscription_id)
    if subscription is None:
        alerts.owe(notification, now)  # kept to be looked at; the deliverer gives it up
        return ()
    recent = 0
    if subscription.hourly_cap is not None:
        recent = alerts.owed_since(subscription.id, now - timedelta(hours=1))
    at, digest = plan(subscription, now, recent)
    alerts.owe(notification, now, at=at, digest=digest)
    return ()

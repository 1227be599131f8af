"""The pure heart of alert: which subscriptions an event concerns."""

from collections.abc import Iterable

import structlog

from schemas.notification import Notification
from schemas.task import Task
from schemas.verdict import Verdict
from services.alert.happening import Happening, of_task, of_verdict
from services.alert.index import QueryIndex
from services.alert.parse import QueryError, parse
from services.alert.query import Query
from services.ports.alert_store import AlertStore
from services.runtime.clock import Clock
from services.runtime.ids import stable_id

log = structlog.get_logger(__name__)


class Matcher:
    """Holds the queries of the active subscriptions, and reads what changed when something has."""

    def __init__(self, store: AlertStore, public_url: str | None = None) -> None:
        self._store, self._public_url = store, (public_url or "").rstrip("/")
        self._version: int | None = None
        self._known: dict[str, str] = {}
        self._index = QueryIndex()

    def handle(self, data: Task | Verdict) -> Iterable[Notification]:
        """A notification for each subscription that `data` matches. Raises NotReady.

        Its id is a hash of subscription and event, so a second sighting of a task is no second alert; a
        verdict is an event of its own.
        """
        self._refresh()
        happening = of_task(data) if isinstance(data, Task) else of_verdict(data)
        return [
            self._notification(subscription, query, happening)
            for subscription, query in self._index.matching(happening.document)
        ]

    def _refresh(self) -> None:
        # The version is read first: a change in between is then seen at the next event.
        version = self._store.version()
        if version == self._version:
            return
        queries = self._store.queries()
        for gone in self._known.keys() - queries.keys():
            self._index.remove(gone)
        for subscription, query in queries.items():
            if self._known.get(subscription) != query:
                self._put(subscription, query)
        self._known, self._version = queries, version

    def _put(self, subscription: str, query: str) -> None:
        try:
            self._index.put(subscription, parse(query))
        except QueryError as error:
            self._index.remove(subscription)
            log.warning("subscription skipped", subscription=subscription, why=str(error))

    def _notification(self, subscription: str, query: Query, happening: Happening) -> Notification:
        return Notification(
            id=stable_id("ntf", subscription, happening.kind, happening.id),
            subscription_id=subscription,
            event_id=happening.id,
            event_type=happening.kind,
            summary=happening.summary,
            url=f"{self._public_url}/tasks/{happening.task_id}" if self._public_url else None,
            matched=query.found(happening.document),
            occurred_at=happening.at,
            **happening.more,
        )


def owe(notification: Notification, *, alerts: AlertStore, clock: Clock) -> Iterable[Notification]:
    """Record that `notification` is to be delivered; once, however often it comes. Raises NotReady."""
    alerts.owe(notification, clock.now())
    return ()

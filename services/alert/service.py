"""Delivery: everything that is owed, at least once, and no endpoint in the way of another."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.alert.alert_log import AlertLog
from services.alert.schedule import next_attempt, rest
from services.alert.webhook import Attempt, send
from services.ports.alert_store import AlertStore, Delivery, DeliveryState
from services.ports.web import Web
from services.runtime.clock import Clock
from services.runtime.settings import Settings

log = structlog.get_logger(__name__)

THREADS = 8
"""Endpoints that are served at the same time."""
EACH = 10
"""Deliveries that one subscription gets in one turn."""
PAUSE = 1.0
"""Seconds between two looks at what is due."""
LEASE = timedelta(seconds=90)
"""How long a taken delivery is ours; after a crash it is due again then."""
MARGIN = timedelta(seconds=30)
"""No attempt is begun when less than this is left of the lease: one may take 20 seconds."""


class Deliverer:
    """Serves each endpoint (the webhook's origin) by one worker at a time.

    A delivery is recorded after the endpoint confirmed it and its line is on disk: killed in between, it
    comes again with the same id. What failed rests, longer each time in a row, and the pool is free for
    the others: the endpoint when its server is away, the one webhook address when that refused.
    """

    name = "alert.webhooks"

    def __init__(
        self,
        settings: Settings,
        store: AlertStore,
        clock: Clock,
        web: Web,
        draw: random.Random | None = None,
    ) -> None:
        self._store, self._clock, self._web = store, clock, web
        self._log = AlertLog(settings.data_dir / "alerts.log")
        self._draw = draw or random.Random()  # noqa: S311 - no secret
        self._serving: dict[str, Future[None]] = {}
        self._failures: Counter[tuple[Scope, str]] = Counter()
        self._version: int | None = None
        self._subscriptions: dict[str, Subscription] = {}

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set. Raises NotReady when the database or the log file is away."""
        with ThreadPoolExecutor(THREADS, thread_name_prefix=self.name) as pool:
            try:
                while not stop.is_set():
                    started = self.start_due(pool, stop)
                    self._wait(started, stop)
                    self.finish()
            finally:
                wait(self._serving.values())
                self._serving = {}

    def owes(self) -> bool:
        """Whether something is due or under way. May raise NotReady."""
        return bool(self._serving) or self._store.due(self._clock.now())

    def start_due(self, pool: ThreadPoolExecutor, stop: threading.Event) -> bool:
        """Begin what is due and whose endpoint is not being served; whether there was anything."""
        now = self._clock.now()
        if not self._store.due(now):
            return False
        self._refresh()
        busy = [one.id for one in self._subscriptions.values() if endpoint_of(one) in self._serving]
        taken = self._store.take_due(now, now + LEASE, each=EACH, without=busy)
        by_endpoint: dict[str, list[Delivery]] = {}
        for delivery in taken:
            by_endpoint.setdefault(endpoint_of(self._to(delivery)), []).append(delivery)
        for endpoint, deliveries in by_endpoint.items():
            self._serving[endpoint] = pool.submit(
                self._serve, endpoint, deliveries, now + LEASE - MARGIN, stop
            )
        return bool(taken)

    def finish(self) -> None:
        """Let go of the workers that are done. Raises what ended one, such as NotReady."""
        for endpoint in [name for name, worker in self._serving.items() if worker.done()]:
            self._serving.pop(endpoint).result()

    def _wait(self, started: bool, stop: threading.Event) -> None:
        if self._serving:
            wait(self._serving.values(), timeout=PAUSE, return_when=FIRST_COMPLETED)
        elif not started:
            self._clock.wait(PAUSE, stop)

    def _refresh(self) -> None:
        version = self._store.version()
        if version != self._version:
            rows = self._store.subscriptions(inactive=True)
            self._subscriptions, self._version = {row.id: row for row in rows}, version

    def _serve(
        self, endpoint: str, deliveries: list[Delivery], until: datetime, stop: threading.Event
    ) -> None:
        left = deliveries
        while left:
            now = self._clock.now()
            if stop.is_set() or now > until:
                self._store.release(_ids(left), now)
                return
            delivery, left = left[0], left[1:]
            attempt = self._attempt(delivery)
            self._note(delivery, attempt)
            left = self._rest(endpoint, delivery, attempt, left)

    def _attempt(self, delivery: Delivery) -> Attempt:
        notification, subscription = delivery.notification, self._to(delivery)
        if subscription is None:
            return Attempt("the subscription was removed", gone=True)
        if not subscription.active:
            return Attempt("the subscription is disabled", gone=True)
        if subscription.webhook_url is None:
            return Attempt()  # its line in the log is the delivery
        now = self._clock.now()
        attempt = send(subscription, notification, self._web, now, owed_at=delivery.owed_at)
        if attempt.gone:
            self._store.disable(subscription.id)
            off = subscription.model_copy(update={"active": False})
            self._subscriptions[subscription.id] = off  # for the rest of this turn
            log.warning("subscription disabled", subscription=subscription.id, why=attempt.error)
        return attempt

    def _note(self, delivery: Delivery, attempt: Attempt) -> None:
        notification, now = delivery.notification, self._clock.now()
        if attempt.error is None:
            self._close(notification, DeliveryState.DELIVERED, now, None)
            return
        again = None
        if not attempt.gone:
            again = next_attempt(delivery.attempts + 1, delivery.owed_at, now, self._draw)
        if again is None:
            self._close(notification, DeliveryState.GIVEN_UP, now, attempt.error)
            return
        at = max(again, attempt.not_before or again)
        self._store.record(notification.id, DeliveryState.OWED, at, attempt.error)

    def _close(
        self, notification: Notification, state: DeliveryState, now: datetime, error: str | None
    ) -> None:
        self._log.append(notification, state.value, now, error)
        self._store.record(notification.id, state, now, error)
        log.info("alert", notification=notification.id, state=state.value, error=error)

    def _rest(
        self, endpoint: str, delivery: Delivery, attempt: Attempt, left: list[Delivery]
    ) -> list[Delivery]:
        """Let rest what the attempt showed to be failing; what of `left` can go on."""
        address = address_of(self._to(delivery))
        if not attempt.away:
            self._failures.pop((endpoint_of, endpoint), None)
        if attempt.error is None or attempt.gone:
            self._failures.pop((address_of, address), None)
            return left
        scope, place = (endpoint_of, endpoint) if attempt.away else (address_of, address)
        self._failures[scope, place] += 1
        now = self._clock.now()
        until = rest(self._failures[scope, place], now, self._draw)
        until = max(until, attempt.not_before or until)
        resting = [one for one in left if scope(self._to(one)) == place]
        self._store.release(_ids(resting), until)
        same = [one.id for one in self._subscriptions.values() if scope(one) == place]
        self._store.postpone(same, until)
        log.warning("endpoint rests", endpoint=endpoint, until=until.isoformat(), why=attempt.error)
        return [one for one in left if one not in resting]

    def _to(self, delivery: Delivery) -> Subscription | None:
        return self._subscriptions.get(delivery.notification.subscription_id)


Scope = Callable[[Subscription | None], str]
"""What rests after a failure: everything at the same `endpoint_of`, or at the same `address_of`."""


def endpoint_of(subscription: Subscription | None) -> str:
    """Scheme, host and port of the webhook; empty when there is none."""
    if subscription is None or subscription.webhook_url is None:
        return ""
    parts = urlsplit(subscription.webhook_url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def address_of(subscription: Subscription | None) -> str:
    """The webhook's whole address; empty when there is none."""
    return (subscription.webhook_url or "") if subscription else ""


def _ids(deliveries: list[Delivery]) -> list[str]:
    return [delivery.notification.id for delivery in deliveries]

"""Delivery: everything that is owed, at least once, and no endpoint in the way of another."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from schemas.subscription import Subscription
from services.alert.alert_log import AlertLog
from services.alert.attempt import Attempt
from services.alert.message import Message
from services.alert.plan import after_quiet
from services.alert.schedule import next_attempt, rest
from services.ports.alert_store import (
    DIGEST,
    AlertStore,
    Delivery,
    DeliveryState,
    address_of,
    endpoint_of,
)
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

Known = dict[str, Subscription | None]
"""The subscriptions of the deliveries in hand; none for one that was removed."""


class Sender(Protocol):
    """Reaches people: `services.alert.channels.Channels`."""

    def send(self, subscription: Subscription, message: Message, now: datetime) -> Attempt:
        """Try once. Never raises for what the other side does."""
        ...


class Deliverer:
    """Serves each endpoint (the webhook's origin, the mail server) by one worker at a time.

    A delivery is recorded after the endpoint confirmed it and its line is on disk: killed in between, it
    comes again with the same id. What failed rests, longer each time in a row, and the pool is free for
    the others: the endpoint when its server is away, the one address when that refused.
    """

    name = "alert.webhooks"

    def __init__(
        self,
        settings: Settings,
        store: AlertStore,
        clock: Clock,
        sender: Sender,
        draw: random.Random | None = None,
    ) -> None:
        self._store, self._clock, self._sender = store, clock, sender
        self._log = AlertLog(settings.data_dir / "alerts.log")
        self._draw = draw or random.Random()  # noqa: S311 - no secret
        self._serving: dict[str, Future[None]] = {}
        self._failures: Counter[tuple[Scope, str]] = Counter()

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
        taken = self._store.take_due(now, now + LEASE, each=EACH, without=list(self._serving))
        known: Known = {
            name: self._store.get(name)
            for name in dict.fromkeys(one.notification.subscription_id for one in taken)
        }
        by_endpoint: dict[str, list[Delivery]] = {}
        for delivery in taken:
            by_endpoint.setdefault(endpoint_of(_to(delivery, known)), []).append(delivery)
        for endpoint, deliveries in by_endpoint.items():
            if endpoint in self._serving:  # the subscription was changed since it was taken
                self._store.release(_ids(deliveries), now + timedelta(seconds=PAUSE))
                continue
            turn = _Turn(endpoint, known, now + LEASE - MARGIN)
            self._serving[endpoint] = pool.submit(self._serve, turn, deliveries, stop)
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

    def _serve(self, turn: "_Turn", deliveries: list[Delivery], stop: threading.Event) -> None:
        left = deliveries
        while left:
            now = self._clock.now()
            if stop.is_set() or now > turn.until:
                self._store.release(_ids(left), now)
                return
            delivery, left = left[0], left[1:]
            subscription = _to(delivery, turn.known)
            message = self._message(delivery)
            attempt = self._attempt(subscription, message)
            if attempt.gone and subscription is not None and subscription.active:
                turn.known[subscription.id] = self._disable(subscription, attempt)
            self._note(delivery, subscription, message, attempt)
            left = self._rest(turn, subscription, attempt, left)

    def _message(self, delivery: Delivery) -> Message:
        notification = delivery.notification
        held = self._store.seal(notification.id) if notification.event_type == DIGEST else ()
        return Message.of(notification, delivery.owed_at, held)

    def _attempt(self, subscription: Subscription | None, message: Message) -> Attempt:
        if subscription is None:
            return Attempt("the subscription was removed", gone=True)
        if not subscription.active:
            return Attempt("the subscription is disabled", gone=True)
        return self._sender.send(subscription, message, self._clock.now())

    def _disable(self, subscription: Subscription, attempt: Attempt) -> Subscription:
        self._store.disable(subscription.id)
        log.warning("subscription disabled", subscription=subscription.id, why=attempt.error)
        return subscription.model_copy(update={"active": False})  # for the rest of this turn

    def _note(
        self,
        delivery: Delivery,
        subscription: Subscription | None,
        message: Message,
        attempt: Attempt,
    ) -> None:
        now = self._clock.now()
        if attempt.error is None:
            self._close(message, DeliveryState.DELIVERED, now, None)
            return
        again = None
        if not attempt.gone and not attempt.final:
            again = next_attempt(delivery.attempts + 1, delivery.owed_at, now, self._draw)
        if again is None or subscription is None:
            self._close(message, DeliveryState.GIVEN_UP, now, attempt.error)
            return
        at = after_quiet(subscription, max(again, attempt.not_before or again))
        self._store.record(message.id, DeliveryState.OWED, at, attempt.error, at=now)

    def _close(
        self, message: Message, state: DeliveryState, now: datetime, error: str | None
    ) -> None:
        self._log.append(message, state.value, now, error)
        self._store.record(message.id, state, now, error)
        log.info("alert", notification=message.id, state=state.value, error=error)

    def _rest(
        self,
        turn: "_Turn",
        subscription: Subscription | None,
        attempt: Attempt,
        left: list[Delivery],
    ) -> list[Delivery]:
        """Let rest what the attempt showed to be failing; what of `left` can go on."""
        address = address_of(subscription)
        if not attempt.away:
            self._failures.pop((endpoint_of, turn.endpoint), None)
        if attempt.error is None or attempt.gone or attempt.final:
            self._failures.pop((address_of, address), None)
            return left
        scope, place = (endpoint_of, turn.endpoint) if attempt.away else (address_of, address)
        self._failures[scope, place] += 1
        now = self._clock.now()
        until = rest(self._failures[scope, place], now, self._draw)
        until = max(until, attempt.not_before or until)
        resting = [one for one in left if scope(_to(one, turn.known)) == place]
        self._store.release(_ids(resting), until)
        if attempt.away:
            self._store.postpone(until, endpoint=place)
        else:
            self._store.postpone(until, address=place)
        log.warning(
            "endpoint rests", endpoint=turn.endpoint, until=until.isoformat(), why=attempt.error
        )
        return [one for one in left if one not in resting]


class _Turn:
    """What one worker needs: whom it serves, the subscriptions, and until when it may begin an attempt."""

    def __init__(self, endpoint: str, known: Known, until: datetime) -> None:
        self.endpoint, self.known, self.until = endpoint, known, until


Scope = Callable[[Subscription | None], str]
"""What rests after a failure: everything at the same `endpoint_of`, or at the same `address_of`."""


def _to(delivery: Delivery, known: Known) -> Subscription | None:
    return known.get(delivery.notification.subscription_id)


def _ids(deliveries: list[Delivery]) -> list[str]:
    return [delivery.notification.id for delivery in deliveries]

"""What review runs beside its step: the web server, and the outbox that publishes verdicts."""

import threading
from collections.abc import Callable

import structlog

from services.ports.event_log import Producer
from services.ports.task_store import TaskStore
from services.review.desk import make_desk
from services.review.guard import LOOPBACK
from services.review.parts import Parts
from services.review.people import Door
from services.review.trail import DESK, Trail
from services.runtime.clock import Clock
from services.runtime.errors import NotReady
from services.runtime.events import make_event
from services.runtime.executor import to_message
from services.runtime.serving import listen, serve, url_of
from services.runtime.settings import Settings

log = structlog.get_logger(__name__)


class VerdictOutbox:
    """Publishes verdicts, and choices about clusters, to the log: each at least once, in order, with the same event id every time.

    It is marked only after the log has confirmed it, so a crash in between publishes it again.
    """

    name = "review.outbox"

    def __init__(
        self, store: TaskStore, producer: Producer, clock: Clock, poll_seconds: float = 1.0
    ) -> None:
        self._store, self._producer, self._clock = store, producer, clock
        self._poll_seconds = poll_seconds

    def run(self, stop: threading.Event) -> None:
        """Publish whatever is owed, and look again, until `stop` is set.

        Raises NotReady when the database or the log is away; running it again goes on where it was.
        """
        while not stop.is_set():
            if not self.publish():
                self._clock.wait(self._poll_seconds, stop)

    def owes(self) -> bool:
        """Whether something waits to be published. Raises NotReady."""
        return bool(self._store.unpublished(limit=1))

    def publish(self) -> int:
        """Publish one batch; how many events it had. Raises NotReady."""
        owed = self._store.unpublished()
        if not owed:
            return 0
        now = self._clock.now()
        events = [make_event(one, service="review", now=now) for one in owed]
        self._producer.publish([to_message(event) for event in events])
        self._store.mark_published([one.id for one in owed])
        log.info("decisions published", count=len(owed))
        return len(owed)


class DeskServer:
    """The reviewers' page and API over HTTP.

    `url` is where it listens, once `listening` is set; port 0 takes a free one.
    """

    name = "review.desk"

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings, self._parts = settings, parts
        trail = Trail(parts.audit, parts.clock, operator=DESK)
        self._door = Door(parts.accounts, trail, parts.clock)
        self.url: str | None = None
        self.listening = threading.Event()
        self._ready: Callable[[], None] = lambda: None
        self._greet: Callable[[str], None] | None = None

    def announce(self, ready: Callable[[], None]) -> None:
        """Have `ready` called once the address takes connections."""
        self._ready = ready

    def greet(self, tell: Callable[[str], None]) -> None:
        """Have `tell` called with the address to open, each time it takes connections.

        On loopback, and while nobody has chosen a password, that address signs in once.
        """
        self._greet = tell

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set, then finish what is in hand.

        Raises UserError when the address cannot be listened on.
        """
        host, port = self._settings.http_host, self._settings.http_port
        desk = make_desk(self._settings, self._parts, stop)
        with listen("the desk", host, port, "CLAIMDESK_HTTP") as bound:
            self.url = url_of(bound)
            log.info("desk listens", url=self.url)
            if host not in LOOPBACK:
                log.warning("the desk is not on loopback: put TLS in front of it", url=self.url)
            self.listening.set()
            self._ready()
            if self._greet:
                self._greet(self.entrance())
            serve(desk, bound, stop)

    def entrance(self) -> str:
        """The address to open; a new link that signs in once where `greet` says so."""
        base = (self._settings.public_url or str(self.url)).rstrip("/")
        local = self._settings.http_host in LOOPBACK
        try:
            link = self._door.first_link() if local else None
        except NotReady as error:
            log.warning("no sign-in link could be made", error=str(error))
            link = None
        return f"{base}/sign-in/{link}" if link else base

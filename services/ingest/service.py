"""Polling: each feed asked politely, on its own, and nothing of it lost on a bad day."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

import structlog

from services.ingest.intake import Intake
from services.ingest.item_pages import KEPT, ItemPages
from services.ingest.sandbox import Sandbox
from services.ingest.source import is_address
from services.ingest.visit import Visit, Visitor
from services.ports.feed_registry import Feed, FeedRegistry, feed_id
from services.ports.web import Web
from services.runtime.clock import Clock
from services.runtime.errors import NotReady
from services.runtime.settings import Settings

log = structlog.get_logger(__name__)

THREADS = 8
"""Feeds that one process asks at the same time."""

LEASE = timedelta(minutes=10)
"""How long a taken feed is ours: longer than any visit. After a crash others get it then."""

LOOK = 15.0
"""Seconds between two looks at what is due when nothing is: feeds may be added meanwhile."""

PAUSE = 1.0
SEEDED_BY = "settings"
_EXAMPLE = "example.org"


class FeedPoller:
    """Polls the registry's feeds, and those of `settings.feeds` with them; any number of processes share them.

    A feed is leased while it is visited, and its host with it. One feed's failure never touches another. What was
    read is held until the log has it: when log or database are away, `run` raises NotReady with the items
    kept, and goes on with them when it is called again. Validators are remembered only after the items are published.
    """

    name = "ingest.poll"

    def __init__(
        self,
        settings: Settings,
        intake: Intake,
        registry: FeedRegistry,
        clock: Clock,
        web: Web,
        draw: random.Random | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._registry, self._clock, self._settings = registry, clock, settings
        self._sandbox = sandbox or Sandbox()
        self._host_pause = timedelta(seconds=settings.poll_host_seconds)
        pages = (
            ItemPages(web, registry, self._sandbox.read, clock, self._host_pause)
            if settings.fetch_pages
            else None
        )
        least = timedelta(seconds=settings.poll_seconds)
        draw = draw or random.Random()  # noqa: S311 - no secret
        self._visitor = Visitor(web, self._sandbox, pages, intake, clock, least, draw)
        self._seeded = False
        self._held: list[Visit] = []
        self._going: dict[Future[None], Visit] = {}

    def run(self, stop: threading.Event) -> None:
        """Poll until `stop` is set. Raises NotReady when the log or the database is away.

        Without feeds it only waits: a service that ended would be started again without end.
        """
        self._seed()
        self._poll(stop, None, lambda _feed: None)

    def run_once(
        self, only: Sequence[str], stop: threading.Event, told: Callable[[Feed], None]
    ) -> None:
        """Visit these feeds (ids) as far as they are due, each once, and tell how each is then."""
        self._poll(stop, only, told)

    def owes(self) -> bool:
        """Whether a feed is due, or something read is not in the log. Raises NotReady."""
        if not self._seeded or self._held or self._going:
            return True
        return self._registry.due(self._clock.now()) > 0

    def _seed(self) -> None:
        """Remember the settings' feeds; files are read anew by each process that starts."""
        if self._seeded:
            return
        now = self._clock.now()
        names = list(dict.fromkeys(self._settings.feeds))
        self._registry.add([(name, None) for name in names], SEEDED_BY, now, seed=True)
        self._registry.wake([feed_id(name) for name in names if not is_address(name)], now)
        self._registry.forget_pages(now - KEPT)
        if _EXAMPLE in self._settings.user_agent:
            log.warning("servers cannot tell who asks", setting="CLAIMDESK_USER_AGENT")
        self._seeded = True

    def _poll(
        self, stop: threading.Event, only: Sequence[str] | None, told: Callable[[Feed], None]
    ) -> None:
        with self._sandbox, ThreadPoolExecutor(THREADS, thread_name_prefix=self.name) as pool:
            try:
                while not stop.is_set():
                    self._start(pool, only, stop, told)
                    if not self._going:
                        if only is not None and not self._registry.due(self._clock.now(), only):
                            return
                        self._rest(stop)
                    self._finish()
            finally:
                wait(self._going)
                self._hold()

    def _start(
        self,
        pool: ThreadPoolExecutor,
        only: Sequence[str] | None,
        stop: threading.Event,
        told: Callable[[Feed], None],
    ) -> None:
        """Go on with what is held; then with as many due feeds as threads are free."""
        visits, self._held = self._held, []
        free = THREADS - len(self._going) - len(visits)
        if free > 0:
            now = self._clock.now()
            visits += map(Visit, self._registry.take(now, now + LEASE, free, only))
        for visit in visits:
            self._going[pool.submit(self._visit, visit, stop, told)] = visit

    def _finish(self) -> None:
        """Let go of the visits that are done. Raises what ended one, such as NotReady."""
        wait(self._going, timeout=PAUSE, return_when=FIRST_COMPLETED)
        failed = [one for one in self._going if one.done() and one.exception() is not None]
        for one in [one for one in self._going if one.done() and one not in failed]:
            del self._going[one]
        if failed:
            failed[0].result()

    def _hold(self) -> None:
        """Keep what was under way when the log or the database went away."""
        for one, visit in self._going.items():
            if one.exception() is not None:
                self._held.append(visit)
        self._going = {}

    def _rest(self, stop: threading.Event) -> None:
        now = self._clock.now()
        due = self._registry.next_due()
        seconds = LOOK if due is None else (due - now).total_seconds()
        self._clock.wait(min(max(seconds, PAUSE), LOOK), stop)

    def _visit(self, visit: Visit, stop: threading.Event, told: Callable[[Feed], None]) -> None:
        """One feed; what became of it is written when the log has its items. Raises NotReady."""
        if visit.after is None and visit.held is None and stop.is_set():
            self._registry.settle(visit.feed, self._clock.now())  # given back as it was
            return
        try:
            self._visitor.go(visit, stop)
        except NotReady:
            raise
        except Exception as error:  # noqa: BLE001 - a feed that trips a bug of ours must not stop the others
            self._visitor.unexpected(visit, error)
        if visit.after is None:
            raise RuntimeError("a visit ended without a result")
        rests = max(visit.host_rests, self._host_pause)
        if not self._registry.settle(visit.after, self._clock.now() + rests):
            log.warning("another poller has taken the feed", feed=visit.feed.id)
        told(visit.after)

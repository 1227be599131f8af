"""Polling: each feed asked politely, on its own, and nothing of it lost on a bad day."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from services.ingest.intake import EMBARGOED, Intake
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.sandbox import Sandbox
from services.ingest.source import ask, document_of, is_address, read_file
from services.ports.article_ledger import ArticleLedger, FeedState
from services.ports.event_log import Producer
from services.ports.retry_after import retry_after
from services.ports.web import Response, Web, WebError
from services.runtime.clock import Clock
from services.runtime.errors import NotReady
from services.runtime.settings import Settings

log = structlog.get_logger(__name__)

THREADS = 4
LONGEST_PAUSE = timedelta(hours=6)
"""How rarely a feed that keeps failing is asked."""


@dataclass
class _Feed:
    """A feed and where this process stands with it. `held` was read, and is not yet in the log."""

    name: str
    next_at: datetime | None = None
    failures: int = 0
    held: list[Item | Refusal] | None = None
    then: FeedState | None = None


class FeedPoller:
    """Polls `settings.feeds`: addresses with conditional requests, files by reading them again.

    One feed's failure never touches another. What was read is held until the log has it: when log or
    database are away, `run` raises NotReady with the items kept, and goes on with them when it is called
    again. Validators are remembered only after the items are published.
    """

    name = "ingest.poll"

    def __init__(
        self,
        settings: Settings,
        producer: Producer,
        ledger: ArticleLedger,
        clock: Clock,
        web: Web,
        draw: random.Random | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._ledger, self._clock, self._web = ledger, clock, web
        self._pause = timedelta(seconds=settings.poll_seconds)
        self._intake = Intake(producer, ledger, clock)
        self._sandbox = sandbox or Sandbox()
        self._feeds = [_Feed(name) for name in dict.fromkeys(settings.feeds)]
        self._draw = draw or random.Random()  # noqa: S311 - no secret

    def run(self, stop: threading.Event) -> None:
        """Poll until `stop` is set. Raises NotReady when the log or the database is away.

        Without feeds it only waits: a service that ended would be started again without end.
        """
        if not self._feeds:
            log.info("no feeds to poll", setting="CLAIMDESK_FEEDS")
        with self._sandbox, ThreadPoolExecutor(THREADS, thread_name_prefix=self.name) as pool:
            while not stop.is_set():
                self._round(pool, stop)
                idle = self._clock.now() + self._pause
                again = min((self._due(feed) for feed in self._feeds), default=idle)
                seconds = (again - self._clock.now()).total_seconds()
                self._clock.wait(max(seconds, 0.0), stop)

    def owes(self) -> bool:
        """Whether a feed has not been read once, or something read is not in the log."""
        return any(feed.next_at is None or feed.held is not None for feed in self._feeds)

    def _due(self, feed: _Feed) -> datetime:
        return self._clock.now() if feed.next_at is None else feed.next_at

    def _round(self, pool: ThreadPoolExecutor, stop: threading.Event) -> None:
        now = self._clock.now()
        due = [feed for feed in self._feeds if self._due(feed) <= now]
        failures = [away for away in pool.map(lambda feed: self._visit(feed, stop), due) if away]
        if failures:
            raise failures[0]

    def _visit(self, feed: _Feed, stop: threading.Event) -> NotReady | None:
        """One feed: read it unless something of it is held, then publish that."""
        if stop.is_set():
            return None
        try:
            if feed.held is None:
                self._read(feed)
            if feed.held is not None:
                self._publish(feed)
        except NotReady as away:
            return away
        except (WebError, Rejected) as error:
            self._failed(feed, error.reason, str(error))
        except Exception as error:  # a feed that trips a bug of ours must not stop the others
            log.exception("feed could not be read", feed=_shown(feed.name))
            feed.held = None
            self._failed(feed, "unexpected", str(error))
        return None

    def _read(self, feed: _Feed) -> None:
        if not is_address(feed.name):
            self._hold(feed, read_file(Path(feed.name)), None)
            return
        state = self._ledger.feed(feed.name)
        if state.gone:
            feed.next_at = self._clock.now() + LONGEST_PAUSE
            return
        if state.not_before and state.not_before > self._clock.now():
            feed.next_at = state.not_before
            return
        self._answered(feed, state, ask(feed.name, self._web, state))

    def _answered(self, feed: _Feed, state: FeedState, answer: Response) -> None:
        if answer.status == 200:
            then = FeedState(answer.headers.get("etag"), answer.headers.get("last-modified"))
            self._hold(feed, document_of(answer, feed.name), then)
        elif answer.status == 304:
            self._succeeded(feed)
        else:
            self._refused(feed, state, answer)

    def _refused(self, feed: _Feed, state: FeedState, answer: Response) -> None:
        now = self._clock.now()
        gone = answer.status == 410
        until = retry_after(answer.headers.get("retry-after"), now)
        if gone or until:
            self._ledger.record_feed(feed.name, replace(state, gone=gone, not_before=until))
        said = "the feed is gone; it is not asked again" if gone else "the server refused"
        self._failed(feed, f"http_{answer.status}", f"{said} ({answer.status})", until)

    def _hold(self, feed: _Feed, document: Document, then: FeedState | None) -> None:
        feed.held, feed.then = list(self._sandbox.read(document, Options())), then

    def _publish(self, feed: _Feed) -> None:
        counts: Counter[str] = Counter()
        early = False
        for result in self._intake.take(feed.held or ()):
            counts[result.state] += 1
            early |= result.reason == EMBARGOED
            if result.state == "rejected":
                log.warning(
                    "item rejected", where=result.where, reason=result.reason, why=result.message
                )
        if feed.then is not None and not early:  # else "not modified" would hide it for good
            self._ledger.record_feed(feed.name, feed.then)
        feed.held = feed.then = None
        log.info("feed read", feed=_shown(feed.name), **counts)
        self._succeeded(feed)

    def _succeeded(self, feed: _Feed) -> None:
        feed.failures = 0
        feed.next_at = self._clock.now() + self._jittered(self._pause)

    def _failed(
        self, feed: _Feed, reason: str, message: str, until: datetime | None = None
    ) -> None:
        feed.failures += 1
        pause = min(self._pause * 2 ** min(feed.failures, 16), max(LONGEST_PAUSE, self._pause))
        feed.next_at = max(self._clock.now() + self._jittered(pause), until or self._clock.now())
        log.warning(
            "feed failed",
            feed=_shown(feed.name),
            reason=reason,
            why=message,
            again=feed.next_at.isoformat(),
        )

    def _jittered(self, pause: timedelta) -> timedelta:
        return pause * self._draw.uniform(0.9, 1.1)


def _shown(name: str) -> str:
    """A feed's name for a log: a query string may hold its reader's token."""
    return name.partition("?")[0] if is_address(name) else name

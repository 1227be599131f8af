"""Older items: the archives and pages that a feed links to (RFC 5005)."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from services.ingest.documents import kind_of
from services.ingest.feed_facts import FeedFacts
from services.ingest.intake import Intake, Result
from services.ingest.item import Options, Rejected
from services.ingest.sandbox import Sandbox
from services.ingest.source import fetch
from services.ports.feed_registry import Feed
from services.ports.web import Web
from services.runtime.clock import Clock

MOST = 1_000
"""Documents of one feed that are read: some archives have no end."""


@dataclass(frozen=True)
class Older:
    """One document of a feed: its address, and what became of its items; or why it gave none."""

    address: str
    results: tuple[Result, ...] = ()
    reason: str | None = None
    message: str | None = None


class Backfill:
    """Reads a feed and everything older that it links to. Reading again adds nothing, so it may be broken off."""

    def __init__(
        self, web: Web, sandbox: Sandbox, intake: Intake, clock: Clock, pause: timedelta
    ) -> None:
        """`pause` is kept between two requests."""
        self._web, self._sandbox, self._intake = web, sandbox, intake
        self._clock, self._pause = clock, pause

    def read(self, feed: Feed, stop: threading.Event) -> Iterator[Older]:
        """Each document from the feed itself backwards. Raises NotReady: begin again later.

        It ends where nothing older is named, at a document that cannot be read, and at one that was read before.
        """
        address: str | None = feed.address
        seen: set[str] = set()
        while address and address not in seen and len(seen) < MOST and not stop.is_set():
            if seen:
                self._clock.wait(self._pause.total_seconds(), stop)
            seen.add(address)
            try:
                results, facts = self._take(address, feed)
            except Rejected as rejected:
                yield Older(address, reason=rejected.reason, message=str(rejected))
                return
            yield Older(address, results)
            address = facts.older

    def _take(self, address: str, feed: Feed) -> tuple[tuple[Result, ...], FeedFacts]:
        document = fetch(address, self._web)
        if kind_of(document) not in {"feed", "json"}:
            raise Rejected("not_a_feed", "it is no feed")
        reading = self._sandbox.read_feed(document, Options(feed=feed.source))
        return tuple(self._intake.take(reading.rows)), reading.facts

"""One visit to a feed: ask, read, publish, and what is known of it then."""

import threading
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Protocol

import structlog

from services.ingest.documents import kind_of
from services.ingest.feed_facts import FeedFacts, Reading
from services.ingest.intake import EMBARGOED, Intake, Result
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.item_pages import Filled, ItemPages
from services.ingest.pace import LONGEST, after_failure, arrivals, interval, jittered, max_age
from services.ingest.source import Validators, ask, document_of, is_address, read_file
from services.ports.feed_registry import Feed
from services.ports.retry_after import retry_after
from services.ports.web import Response, Web, WebError
from services.runtime.clock import Clock

log = structlog.get_logger(__name__)

FORGOTTEN = timedelta(days=8)
"""After so long without a whole answer a feed is asked without validators: servers err with them, too."""

_FEEDS = frozenset(("feed", "json"))
_PASSING = frozenset((EMBARGOED, "incomplete", "too_slow", "parser_died"))
"""Reasons that may be none the next time: "not modified" must not hide what was refused for them."""
_KNOWN_GONE = "unknown_article"
"""The withdrawal of what was never read: nothing was missed."""
_MOST_SAID = 500  # characters of an error that are kept


class Reader(Protocol):
    """How documents are parsed: `Sandbox`."""

    def read_feed(self, document: Document, options: Options) -> Reading:
        """The items of a feed, and what it says of itself."""
        ...


@dataclass
class Visit:
    """A leased feed, and how far this process is with it.

    `held` was read and is not yet in the log; `then` is the feed as it is once it is; `after` is what is still to be
    written of it, and `host_rests` how long its host is left alone.
    """

    feed: Feed
    held: Filled | None = None
    then: Feed | None = None
    after: Feed | None = None
    host_rests: timedelta = timedelta(0)


class _Failed(Exception):
    """The feed gave nothing."""

    def __init__(self, reason: str, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.reason, self.until = reason, until


class Visitor:
    """Visits feeds. Threads may share one, each with visits of its own."""

    def __init__(
        self,
        web: Web,
        reader: Reader,
        pages: ItemPages | None,
        intake: Intake,
        clock: Clock,
        least: timedelta,
        draw: Random,
    ) -> None:
        """`least` is the shortest pause between two visits; without `pages` none are fetched."""
        self._web, self._reader, self._pages, self._intake = web, reader, pages, intake
        self._clock, self._least, self._draw = clock, least, draw

    def go(self, visit: Visit, stop: threading.Event) -> None:
        """Go on with `visit` until `after` is set. Raises NotReady: go on with the same visit later."""
        try:
            if visit.held is None and visit.after is None:
                self._read(visit, stop)
            if visit.held is not None:
                self._publish(visit, visit.held)
        except _Failed as failed:
            self._fail(visit, failed.reason, str(failed), failed.until)
        except (WebError, Rejected) as error:
            self._fail(visit, error.reason, str(error))

    def unexpected(self, visit: Visit, error: Exception) -> None:
        """The feed trips a bug of ours, which is told with its traceback."""
        log.error("feed could not be read", feed=shown(visit.feed.address), exc_info=error)
        visit.held = None
        self._fail(visit, "unexpected", f"{type(error).__name__}: {error}")

    # Reading

    def _read(self, visit: Visit, stop: threading.Event) -> None:
        feed = replace(visit.feed, asked_at=self._clock.now(), not_before=None)
        visit.feed = feed
        if not is_address(feed.address):
            document = read_file(Path(feed.address))
            self._hold(visit, document, feed, stop)
            return
        validators = self._validators(feed)
        answer = ask(feed.address, self._web, validators)
        if answer.status == 200:
            document = document_of(answer, answer.moved_to or feed.address)
            if kind_of(document) not in _FEEDS:
                told = f"the answer is {document.media_type or 'of no type'}, and no feed"
                raise _Failed("not_a_feed", told)
            self._hold(visit, document, self._heard(feed, answer), stop)
        elif answer.status == 304 and validators != Validators():
            asks = max_age(answer.headers.get("cache-control"))
            visit.after = self._fine(replace(feed, asks=max(feed.asks, min(asks, LONGEST))))
        else:
            self._refused(visit, answer)

    def _validators(self, feed: Feed) -> Validators:
        if feed.fresh_at is None or self._clock.now() - feed.fresh_at >= FORGOTTEN:
            return Validators()
        return Validators(feed.etag, feed.last_modified)

    def _heard(self, feed: Feed, answer: Response) -> Feed:
        """The feed after a whole answer, whose items are in the log."""
        asks = max_age(answer.headers.get("cache-control"))
        return replace(
            feed,
            etag=answer.headers.get("etag"),
            last_modified=answer.headers.get("last-modified"),
            fresh_at=self._clock.now(),
            address=_moved(feed.address, answer.moved_to),
            asks=min(asks, LONGEST),
        )

    def _refused(self, visit: Visit, answer: Response) -> None:
        if answer.status == 410:
            visit.feed = replace(visit.feed, stopped="gone")
            raise _Failed("http_410", "the feed is gone; it is not asked again")
        if answer.status == 304:
            raise _Failed("http_304", "the server says that nothing changed, and nothing was asked")
        now = self._clock.now()
        until = retry_after(answer.headers.get("retry-after"), now)
        if answer.status == 429:  # that is about us, not about this feed
            visit.host_rests = min((until or now) - now, timedelta(hours=1))
        raise _Failed(f"http_{answer.status}", f"the server refused ({answer.status})", until)

    def _hold(self, visit: Visit, document: Document, then: Feed, stop: threading.Event) -> None:
        source = visit.feed.source if is_address(visit.feed.source) else None
        reading = self._reader.read_feed(document, Options(feed=source))
        rows = reading.rows
        if len(rows) == 1 and isinstance(rows[0], Refusal) and rows[0].where == document.name:
            raise _Failed(rows[0].reason, rows[0].message)
        filled = self._pages.fill(rows, stop) if self._pages else Filled(rows, [], again=False)
        visit.held, visit.then = filled, _with_facts(then, reading.facts)

    # What becomes of it

    def _publish(self, visit: Visit, held: Filled) -> None:
        then = visit.then or visit.feed
        results = list(self._intake.take(held.rows))
        if self._pages is not None:
            self._pages.done(held)
        counts = Counter(result.state for result in results)
        for result in results:
            if result.state == "rejected" and result.reason != _KNOWN_GONE:
                log.warning(
                    "item rejected", where=result.where, reason=result.reason, why=result.message
                )
        if held.again or any(result.reason in _PASSING for result in results):
            then = replace(then, etag=None, last_modified=None)
        log.info("feed read", feed=shown(then.address), **{str(k): n for k, n in counts.items()})
        then = self._fine(self._counted(then, held.rows, results))
        if held.again:
            then = replace(then, next_at=self._clock.now() + jittered(self._least, self._draw))
        visit.held, visit.after = None, then

    def _counted(self, feed: Feed, rows: list[Item | Refusal], results: list[Result]) -> Feed:
        now = self._clock.now()
        pairs = zip(rows, results, strict=True)
        found = [
            row.published_at
            for row, result in pairs
            if isinstance(row, Item)
            and (result.state == "new" or (feed.succeeded_at is None and result.article_id))
        ]
        counts = Counter(result.state for result in results)
        return replace(
            feed,
            arrivals=arrivals(feed.arrivals, found, feed.succeeded_at, now),
            items=feed.items + len(rows),
            new=feed.new + counts["new"],
            revised=feed.revised + counts["revised"],
            rejected=feed.rejected
            + sum(r.state == "rejected" and r.reason != _KNOWN_GONE for r in results),
            copies=feed.copies
            + sum(result.state == "new" and bool(result.copy_of) for result in results),
        )

    def _fine(self, feed: Feed) -> Feed:
        now = self._clock.now()
        pause = interval(feed.arrivals, feed.asks, self._least, now)
        return replace(
            feed,
            succeeded_at=now,
            failures=0,
            reason=None,
            error=None,
            interval=pause,
            next_at=now + jittered(pause, self._draw),
        )

    def _fail(self, visit: Visit, reason: str, message: str, until: datetime | None = None) -> None:
        feed, now = visit.feed, self._clock.now()
        pause = after_failure(feed.failures + 1, self._least)
        again = max(now + jittered(pause, self._draw), until or now)
        visit.after = replace(
            feed,
            asked_at=now,
            failures=feed.failures + 1,
            failed_at=now,
            reason=reason,
            error=message[:_MOST_SAID],
            not_before=until,
            interval=pause,
            next_at=again,
        )
        log.warning(
            "feed failed",
            feed=shown(feed.address),
            reason=reason,
            why=message[:_MOST_SAID],
            again=again.isoformat(),
        )


def _moved(address: str, moved_to: str | None) -> str:
    """Where to ask from now on; a move that gives up encryption is not followed for good."""
    safe = moved_to is not None and not (address.startswith("https:") and moved_to[:5] == "http:")
    return moved_to if moved_to and safe else address


def _with_facts(feed: Feed, facts: FeedFacts) -> Feed:
    asks = min(max(feed.asks, facts.asks), LONGEST)
    return replace(feed, title=facts.title or feed.title, asks=asks)


def shown(name: str) -> str:
    """A feed's name for a log: a query string may hold its reader's token."""
    return name.partition("?")[0] if is_address(name) else name

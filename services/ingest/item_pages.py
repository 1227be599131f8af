"""The pages of items whose feed gives only their beginning: read when they are new, and looked at again."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from services.ingest.fuller import Look, Read, look
from services.ingest.item import Item, Refusal
from services.ingest.robots import Robots
from services.ports.feed_registry import FeedRegistry, Page
from services.ports.web import Web
from services.runtime.clock import Clock
from services.runtime.ids import content_hash, stable_id

MOST = 20
"""Pages that are fetched in one visit to a feed; the rest waits for the next one."""

FIRST_LOOK = timedelta(hours=1)
WATCHED = timedelta(days=3)
"""A page is looked at again after an hour, then when its age has doubled, for so long."""

KEPT = timedelta(days=30)
MISSING = 2
"""Looks in a row that find no page (404) before its article counts as withdrawn; one may be a mishap."""

_GONE = {"http_404": "404", "http_410": "410"}
_MANY_HOSTS = 1_000


@dataclass(frozen=True)
class Filled:
    """`rows` to publish, and what to remember of their pages then; `again` when some were left for the next visit."""

    rows: list[Item | Refusal]
    pages: list[Page]
    again: bool


class ItemPages:
    """Fills items from their pages. Threads may share one.

    An item that the feed gives as before is left out until its page is due: it would take the article's text
    back to its beginning. Once a page was read whole, only a whole page follows it, or the withdrawal of its article.
    """

    def __init__(
        self, web: Web, registry: FeedRegistry, read: Read, clock: Clock, pause: timedelta
    ) -> None:
        """`pause` is kept between two pages of one host."""
        self._web, self._registry, self._read, self._clock = web, registry, read, clock
        self._robots = Robots(web, clock)
        self._hosts = _Hosts(clock, pause)

    def fill(self, rows: Sequence[Item | Refusal], stop: threading.Event) -> Filled:
        """`rows`, those whose feed gives only a part with the text of their page. Raises NotReady."""
        partial = {_key(row) for row in rows if isinstance(row, Item) and _is_partial(row)}
        known = self._registry.pages(partial)
        filled, pages, left, again = list[Item | Refusal](), list[Page](), MOST, False
        for row in rows:
            if not isinstance(row, Item) or not _is_partial(row):
                filled.append(row)
                continue
            page, given = known.get(_key(row)), _given(row)
            if page is not None and page.given == given and not self._is_due(page):
                continue
            if left == 0 or stop.is_set():
                again = True
                continue
            left -= 1
            item, page = self._looked_at(row, page, given, stop)
            pages.append(page)
            filled += [item] if item is not None else []
        return Filled(filled, pages, again)

    def done(self, filled: Filled) -> None:
        """Its rows are in the log: remember their pages. Raises NotReady."""
        self._registry.record_pages(filled.pages)

    def _is_due(self, page: Page) -> bool:
        now = self._clock.now()
        age = page.checked_at - page.first_at
        return now - page.first_at < WATCHED and now - page.checked_at >= max(FIRST_LOOK, age)

    def _looked_at(
        self, item: Item, page: Page | None, given: str, stop: threading.Event
    ) -> tuple[Item | None, Page]:
        """What to publish, if anything, and what to remember."""
        self._hosts.wait(str(item.url), stop)
        found = look(item, self._web, self._robots, self._read)
        now = self._clock.now()
        if page is None:
            first = Page(_key(item), given, now, now, whole=found.reason is None)
            return found.item, first
        changed = page.given != given
        page = replace(page, given=given, checked_at=now)
        if found.reason is None:
            return found.item, replace(page, whole=True, missing=0, gone=False)
        if found.reason in _GONE:
            return _missing(item, replace(page, missing=page.missing + 1), found)
        return (found.item if changed and not page.whole else None), replace(page, missing=0)


def _missing(item: Item, page: Page, found: Look) -> tuple[Item | None, Page]:
    """The withdrawal, if the page was there once and is surely gone."""
    if not page.whole or page.gone or (found.reason != "http_410" and page.missing < MISSING):
        return None, page
    return taken_back(item, str(found.reason)), replace(page, gone=True)


def taken_back(item: Item, reason: str) -> Item:
    """The withdrawal of `item`, whose page answers `reason` (`http_404`, `http_410`)."""
    told = f"The article's page is no longer there (HTTP {_GONE[reason]})."
    return replace(item, text="", withdrawn=told, partial=False)


def page_taken_back(url: str, source: str, reason: str) -> Item:
    """The withdrawal of the article that was read from `url`."""
    return taken_back(Item(source, url, "", url=url, where=url), reason)


def is_gone(reason: str | None) -> bool:
    """Whether a page that gave `reason` is no longer there."""
    return reason in _GONE


def _is_partial(item: Item) -> bool:
    return item.partial and bool(item.url) and not item.withdrawn


def _key(item: Item) -> str:
    return stable_id("page", item.source, item.guid)


def _given(item: Item) -> str:
    return content_hash(f"{item.title}\n{item.text}\n{item.url}")


class _Hosts:
    """Keeps a pause between two requests to one host."""

    def __init__(self, clock: Clock, pause: timedelta) -> None:
        self._clock, self._pause = clock, pause
        self._lock = threading.Lock()
        self._free_at: dict[str, datetime] = {}

    def wait(self, url: str, stop: threading.Event) -> None:
        """Wait for this host's turn."""
        now = self._clock.now()
        with self._lock:
            if len(self._free_at) > _MANY_HOSTS:
                kept = {name: at for name, at in self._free_at.items() if at > now}
                self._free_at = kept
            host = urlsplit(url).netloc
            turn = max(self._free_at.get(host, now), now)
            self._free_at[host] = turn + self._pause
        if turn > now:
            self._clock.wait((turn - now).total_seconds(), stop)

"""The whole text of an item whose feed gives only its beginning: from the article's page."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.robots import Robots
from services.ingest.source import fetch
from services.ports.web import Web

Read = Callable[[Document, Options], Iterable[Item | Refusal]]
"""How a page is parsed: `Sandbox.read`."""

_WORD = re.compile(r"\w+")
_SHARED = 0.5
"""Share of the summary's words that the page must have: a consent wall or a front page has few of them."""


@dataclass(frozen=True)
class Look:
    """An item after its page was looked at; `reason` is a short code of why it could not be used."""

    item: Item
    reason: str | None = None


def fuller(item: Item, web: Web, robots: Robots, read: Read) -> Item:
    """`item` with the text of its page, if that is more of the same; otherwise `item` and a note why not.

    What the feed says stays: its guid, title, address, byline and dates are only filled in where they are
    missing. Nothing is fetched for an item that is whole, has no address, or that robots.txt forbids.
    Raises nothing for what the other side does.
    """
    return look(item, web, robots, read).item


def look(item: Item, web: Web, robots: Robots, read: Read) -> Look:
    """As `fuller`, with the reason: `robots`, `no_page`, `not_more`, or that of `fetch`."""
    if not item.partial or not item.url:
        return Look(item)
    if not robots.allows(item.url):
        return _told(item, "robots", "robots.txt does not allow it")
    try:
        document = replace(fetch(item.url, web), kind="html")
    except Rejected as rejected:
        return _told(item, rejected.reason, f"{rejected.reason}: {rejected}")
    page = next(iter(read(document, Options())), None)
    if not isinstance(page, Item):
        return _told(item, "no_page", page.message if page else "there is nothing in it")
    if not _is_more(page, item):
        return _told(item, "not_more", "it does not hold the item's text, or no more than that")
    return Look(
        replace(
            item,
            text=page.text,
            title=item.title or page.title,
            byline=item.byline or page.byline,
            publisher=item.publisher or page.publisher,
            published_at=item.published_at or page.published_at,
            modified_at=item.modified_at or page.modified_at,
            partial=False,
        )
    )


def _is_more(page: Item, item: Item) -> bool:
    given, found = _words(f"{item.title} {item.text}"), _words(f"{page.title} {page.text}")
    shared = len(given & found) / max(1, len(given))
    return len(page.text) > len(item.text) and shared >= _SHARED


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _told(item: Item, reason: str, why: str) -> Look:
    note = f"the article's page was not used: {why}"
    return Look(replace(item, notes=(*item.notes, note)), reason)

"""RSS and Atom: from a document to items, with an identity for each."""

import re
from collections import Counter
from collections.abc import Iterator

from services.ingest.addresses import web_address
from services.ingest.dates import read_date
from services.ingest.decoding import decode_markup, without_declaration
from services.ingest.entry import Entry, Feed
from services.ingest.feed_lenient import read_lenient
from services.ingest.feed_xml import read_xml
from services.ingest.guard import well_formed_part
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.markup import words_of
from services.ingest.text import clean_line
from services.runtime.ids import content_hash

_CLOSED = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|feed|RDF)\s*>", re.IGNORECASE)
_ITEM_TAG = re.compile(r"<(/?)(?:[\w.-]{1,40}:)?(?:item|entry)\b[^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s()<>@,]{1,64}@[^\s()<>@,]{1,255}")
_EMPTY_PAIR = re.compile(r"\(\s*\)|<\s*>")
_ELLIPSIS = re.compile(
    r"(?:…|\.{3}|\[(?:…|\.{3})\]|\bread more\W{0,3}|\bcontinue reading\W{0,3})$", re.IGNORECASE
)
_SUMMARY = 1_000
"""Characters below which a text that the feed calls no content is taken for a summary."""
_DELETED = "The feed says that this entry was deleted."
MAX_COMMENT = 1_000
"""Characters that are kept of what a feed says about an entry that it took back."""
_BARE = "it says nothing of itself"


def read_feed(document: Document, options: Options) -> Iterator[Item | Refusal]:
    """The items of a feed in the order they stand there, an item that cannot be used as a Refusal.

    A document that ends in the middle gives its whole items and then a Refusal (`incomplete`).
    Raises Rejected when the document as a whole is refused: see `guard`, and `not_a_feed`, `no_items`,
    `not_text`.
    """
    text = without_declaration(decode_markup(document.body, document.charset))
    feed, malformed = parse_feed(text, document.url)
    if feed is None:
        why = f" ({malformed})" if malformed else ""
        raise Rejected("not_a_feed", f"neither RSS nor Atom{why}")
    entries = feed.entries
    if not entries and (malformed or feed.bare):
        raise Rejected(
            "no_items", f"no item was found, and it is no whole feed ({malformed or _BARE})"
        )
    cut = malformed if malformed and not _CLOSED.search(text) else None
    if cut and entries and not _last_item_ends(text):
        entries = entries[:-1]  # half an article is none
    yield from FeedItems(document, options, feed, entries, malformed).items()
    if cut:
        told = f"the feed ends in the middle ({cut}); what stands after that is missing"
        yield Refusal(document.name, "incomplete", told)


def parse_feed(text: str, url: str | None) -> tuple[Feed | None, str | None]:
    """The feed, and what is malformed in it: by the fast reader if it can, by feedparser otherwise.

    Raises Rejected for what `guard` refuses.
    """
    strict, malformed = well_formed_part(text)
    feed = read_xml(strict, url) if strict else None
    return feed or read_lenient(text, url), malformed


def _last_item_ends(text: str) -> bool:
    signs = _ITEM_TAG.findall(text)
    return bool(signs) and signs[-1] == "/"


class FeedItems:
    """A parsed feed on its way to items."""

    def __init__(
        self,
        document: Document,
        options: Options,
        feed: Feed,
        entries: tuple[Entry, ...],
        malformed: str | None = None,
    ) -> None:
        self._entries, self._feed = entries, feed
        self._where, self._published_at = document.name, options.published_at
        self._publisher = clean_line(words_of(feed.title)) or None
        self._source = (
            options.source
            or options.feed
            or document.url
            or web_address(feed.address)
            or document.origin
            or document.name
        )
        self._notes = (
            (f"the feed is not well-formed ({malformed}); read leniently",) if malformed else ()
        )
        counts = Counter(clean_line(entry.id) for entry in entries)
        self._reused = {guid for guid, count in counts.items() if count > 1}

    def items(self) -> Iterator[Item | Refusal]:
        """Each entry as an item, or why not."""
        given: set[str] = set()
        for number, entry in enumerate(self._entries, start=1):
            where = f"{self._where} item {number}"
            text = _body(entry)
            if not text:
                yield Refusal(where, "empty", "neither content, summary nor title has any text")
                continue
            item = self._item(entry, text, where)
            if item.guid in given:
                yield Refusal(where, "duplicate", f"an earlier item is also {item.guid[:200]!r}")
                continue
            given.add(item.guid)
            yield item
        for deleted in self._feed.deleted:
            if guid := clean_line(deleted.id):
                where = f"{self._where} deleted entry {guid[:200]!r}"
                told = clean_line(deleted.comment)[:MAX_COMMENT] or _DELETED
                yield Item(self._source, guid, "", withdrawn=told, where=where)

    def _item(self, entry: Entry, text: str, where: str) -> Item:
        notes = list(self._notes)
        title = clean_line(words_of(entry.title))
        guid = self._identity(entry, title, text, notes)
        published = read_date(entry.published, notes)
        modified = read_date(entry.updated, notes, "modified_at")
        if published is None and modified is None:
            notes.append("published_at: the item has no date")
        return Item(
            source=self._source,
            guid=guid,
            text=text,
            title=title,
            url=web_address(entry.link),
            byline=byline_of(entry.author),
            publisher=clean_line(entry.publisher) or self._publisher,
            language=clean_line(self._feed.language) or None,
            published_at=published or modified or self._published_at,
            modified_at=modified,
            partial=_is_partial(entry, text),
            notes=tuple(notes),
            where=where,
        )

    def _identity(self, entry: Entry, title: str, text: str, notes: list[str]) -> str:
        """The feed's guid, else the link, else a hash of title and text.

        A guid that several items of one document carry names none of them.
        """
        guid = clean_line(entry.id)
        if guid and guid not in self._reused:
            return guid
        if guid:
            notes.append(f"the guid {guid[:60]!r} is used more than once; told apart by the link")
        return web_address(entry.link) or content_hash(f"{title}\n{text}")


def byline_of(author: str | None) -> str | None:
    """The name in "address (name)" or "name <address>"; an address alone names nobody."""
    found = _EMPTY_PAIR.sub("", _ADDRESS.sub("", clean_line(author))).strip(" ,;")
    if found != clean_line(author):
        found = found.removeprefix("(").removesuffix(")")
    return found.strip() or None


def _body(entry: Entry) -> str:
    """The longest of the texts, a full one before a summary as long; the title if there is none."""
    texts = map(words_of, (*entry.contents, *entry.summaries))
    return max(texts, key=len, default="") or words_of(entry.title)


def _is_partial(entry: Entry, text: str) -> bool:
    """Whether the feed gives less than the article: it breaks off, or is a short summary."""
    whole = any(content.value for content in entry.contents)
    return (not whole and len(text) < _SUMMARY) or _ELLIPSIS.search(text[-40:]) is not None

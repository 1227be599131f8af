"""Article pages: the main text by trafilatura, and what the page says of itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

from services.ingest.addresses import web_address
from services.ingest.dates import read_date
from services.ingest.decoding import decode_markup
from services.ingest.entry import Markup
from services.ingest.item import Document, Item, Options, Refusal, Rejected
from services.ingest.markup import words_of
from services.ingest.page_facts import PageFacts, page_facts
from services.ingest.text import clean, clean_line
from services.runtime.ids import content_hash

_EMBEDS = (
    "//blockquote[contains(@class, 'twitter-tweet') or contains(@class, 'instagram-media') or "
    "contains(@class, 'tiktok-embed') or contains(@class, 'reddit-embed') or contains(@class, 'bluesky-embed')]"
)
"""Other people's posts within an article: their words are not the article's, and no quotation marks say so."""

_BLOCKS = ("p", "h2", "h3", "h4", "li", "blockquote")
_MOST_BLOCKS = 2_000
_WORD = re.compile(r"\w+")
_LONGER = (
    1.3  # times the words that were found: so many must a page state before some count as missing
)
_LONGEST_BODY = 200_000
_COVERS = 0.8  # of the words that the page states
_FEWEST_LETTERS = 15
FILES = "files"
"""The source of articles from files that name none."""


def read_html(document: Document, options: Options) -> Iterator[Item | Refusal]:
    """One article from a page: its main text and what the page says of itself.

    Raises Rejected (`not_text`, or `no_article` when the page has no main text).
    """
    tree = parse_page(decode_markup(document.body, document.charset))
    if tree is None:
        raise Rejected("no_article", "there is no markup in it")
    facts = page_facts(tree)
    found = _extract(tree, document.url)
    text = _whole(
        clean(found.text.replace("\n", "\n\n")), facts, tree
    )  # it gives one line a paragraph
    if not text:
        raise Rejected("no_article", "no main text was found in the page")
    title = next(iter(facts.titles), "") or clean_line(found.title)
    url = _own_address(facts.canonical or found.url, document.url)
    notes: list[str] = []
    published = _first_date((*facts.published, found.date), notes, "published_at")
    yield Item(
        source=options.source or FILES,
        guid=url or document.origin or content_hash(text),
        text=_without_title(text, title),
        title=title,
        url=url,
        byline=", ".join(facts.authors) or clean_line(found.author) or None,
        publisher=facts.publisher or clean_line(found.sitename) or None,
        language=facts.language or None,
        published_at=published or options.published_at,
        modified_at=_first_date(facts.modified, [], "modified_at"),
        notes=tuple(notes),
        where=document.name,
    )


def parse_page(text: str) -> Any:
    """The tree of a page, as lxml gives it; None when there is no element in it."""
    # Comments go: trafilatura loses the text that follows one.
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


@dataclass(frozen=True, slots=True)
class _Found:
    """What trafilatura makes of a page."""

    text: str = ""
    title: str | None = None
    author: str | None = None
    sitename: str | None = None
    url: str | None = None
    date: str | None = None


def _extract(tree: Any, url: str | None) -> _Found:
    import trafilatura

    # What JSON says was read; trafilatura's own reading of it takes quadratic time.
    for script in [node for node in tree.iter("script") if "json" in node.get("type", "").lower()]:
        script.drop_tree()
    found = trafilatura.bare_extraction(
        tree,
        url=url,
        with_metadata=True,
        include_comments=False,
        prune_xpath=_EMBEDS,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if not isinstance(found, trafilatura.settings.Document):
        return _Found()
    return _Found(
        found.text or "", found.title, found.author, found.sitename, found.url, found.date
    )


def _own_address(canonical: str | None, fetched: str | None) -> str | None:
    """The canonical address, unless the page came from elsewhere: nobody names another's articles."""
    stated, came = web_address(canonical), web_address(fetched)
    if stated is None or came is None:
        return stated or came
    one, other = (urlsplit(each).netloc.removeprefix("www.") for each in (stated, came))
    return stated if f".{one}".endswith(f".{other}") or f".{other}".endswith(f".{one}") else came


def _first_date(values: Iterable[str | None], notes: list[str], name: str) -> datetime | None:
    """The first of `values` that is a date; the notes of that one, or else of all."""
    said: list[str] = []
    for value in values:
        mine: list[str] = []
        moment = read_date(value, mine, name)
        if moment is not None:
            notes.extend(mine)
            return moment
        said.extend(mine)
    notes.extend(said or ([f"{name}: the page has no date"] if name == "published_at" else ()))
    return None


def _whole(text: str, facts: PageFacts, tree: Any) -> str:
    """`text`, or the article as the page states it in JSON-LD, if that is much longer.

    Extraction takes one block of a page for the article, and some pages part theirs in several.
    """
    stated = words_of(Markup(facts.body[:_LONGEST_BODY]))
    if len(_WORD.findall(stated)) <= max(_LONGER * len(_WORD.findall(text)), _FEWEST_LETTERS):
        return text
    blocks = _blocks_within(stated, tree)
    covered = sum(len(_WORD.findall(block)) for block in blocks)
    return "\n\n".join(blocks) if covered >= _COVERS * len(_WORD.findall(stated)) else stated


def _blocks_within(stated: str, tree: Any) -> list[str]:
    """The blocks of the page that stand in `stated`: the same words, with their paragraphs."""
    whole, blocks = _letters(stated), dict[str, str]()
    for node in islice(tree.iter(*_BLOCKS), _MOST_BLOCKS):
        text = clean_line("".join(node.itertext()))
        letters = _letters(text)
        if len(letters) >= _FEWEST_LETTERS and letters in whole and not _has_blocks(node):
            blocks.setdefault(letters, text)
    return list(blocks.values())


def _has_blocks(node: Any) -> bool:
    return next(node.iterdescendants(*_BLOCKS), None) is not None


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text)).lower()


def _without_title(text: str, title: str) -> str:
    """The page's text; its heading, when that is the title, is no sentence of the article."""
    first, _, rest = text.partition("\n")
    return rest.strip() if rest.strip() and clean_line(first) == title else text

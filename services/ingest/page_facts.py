"""What a page says of its article for machines: JSON-LD, OpenGraph and other meta elements, links."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.ingest.entry import Markup
from services.ingest.markup import words_of
from services.ingest.text import clean_line

_ARTICLES = re.compile(r"\w{0,40}(?:Article|BlogPosting|Report|Review)")
_MOST_NODES = 5_000  # of JSON-LD that are looked at
_LONGEST_NAME = 200
_LONGEST_TITLE = 2_000
_DATES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "pubdate",
    "publish-date",
    "cxenseparse:recs:publishtime",
    "date",
    "dc.date",
)
_CHANGES = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified")
_TITLES = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title")
_AUTHORS = ("author", "parsely-author", "sailthru.author", "byl", "dc.creator", "article:author")
_PUBLISHERS = ("og:site_name", "application-name", "publisher", "dc.publisher")
_LINKED = frozenset(("application/ld+json", "application/ld+json; charset=utf-8"))
_PARTING = re.compile(r"\s+[|*·•»–—-]\s+")
_NO_NAME = re.compile(r"https?://|www\.|@")

Tree = Any  # lxml's elements carry no types


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Each value as the page gives it, the most reliable first; empty where it gives none."""

    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    publisher: str = ""
    language: str = ""
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    canonical: str = ""
    body: str = ""


def page_facts(tree: Tree) -> PageFacts:
    """The facts of the parsed page; JSON-LD before meta elements before visible ones."""
    said = _article(tree)
    meta = _meta(tree)
    headings = [" ".join(node.itertext()) for node in tree.iter("h1")]
    publisher = next(_names(said.get("publisher")), "") or clean_line(_first(meta, _PUBLISHERS))
    # The headline in JSON-LD is often one for search engines, or cut; a page may have several headings.
    shown = _lines(said.get("headline"), headings[0] if len(headings) == 1 else "")
    social = [_title(line, publisher, shown) for line in _lines(_first(meta, _TITLES))]
    language = _word(said.get("inLanguage")) or tree.get("lang") or meta.get("og:locale")
    return PageFacts(
        titles=(*social, *shown),
        authors=tuple(_names(said.get("author"))) or tuple(_names(_first(meta, _AUTHORS))),
        publisher=publisher,
        language=clean_line(language).replace("_", "-"),
        published=_lines(said.get("datePublished"), _first(meta, _DATES), _time(tree)),
        modified=_lines(said.get("dateModified"), _first(meta, _CHANGES)),
        canonical=_canonical(tree) or clean_line(meta.get("og:url")),
        body=_word(said.get("articleBody")),
    )


def _time(tree: Tree) -> str:
    times = (node for node in tree.iter("time") if node.get("pubdate") is not None)
    return next((node.get("datetime", "") for node in times), "")


def _canonical(tree: Tree) -> str:
    links = (node for node in tree.iter("link") if node.get("rel", "").lower() == "canonical")
    return next((clean_line(node.get("href")) for node in links), "")


def _article(tree: Tree) -> dict[str, Any]:
    """The first node of the page's JSON-LD that is an article; one with a date before one without."""
    found = [node for node in _linked_data(tree) if _is_article(node)]
    dated = (node for node in found if node.get("datePublished"))
    return next(dated, found[0] if found else {})


def _linked_data(tree: Tree) -> Iterator[dict[str, Any]]:
    scripts = (
        node for node in tree.iter("script") if node.get("type", "").lower().strip() in _LINKED
    )
    waiting: list[Any] = [_loads(node.text or "") for node in scripts][::-1]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
        if isinstance(node, dict | list):
            inner = node.values() if isinstance(node, dict) else node
            waiting.extend(reversed([each for each in inner if isinstance(each, dict | list)]))


def _title(line: str, publisher: str, shown: tuple[str, ...]) -> str:
    """`line` without the site's name after it: what a heading shows, or what stands before the name."""
    for parting in _PARTING.finditer(line[:_LONGEST_TITLE]):
        start, rest = line[: parting.start()], line[parting.end() :]
        if start in shown or (publisher and rest.lower().startswith(publisher.lower())):
            return start
    return line


def _loads(text: str) -> Any:
    try:
        # Line ends within strings are common, and no other parser at hand allows them.
        return json.loads(text.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
    except (ValueError, RecursionError):
        return None


def _is_article(node: dict[str, Any]) -> bool:
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    named = any(isinstance(kind, str) and _ARTICLES.fullmatch(kind) for kind in kinds)
    return named and isinstance(node.get("headline") or node.get("datePublished"), str)


def _meta(tree: Tree) -> dict[str, str]:
    """The first content of each meta element, by its name in lower case."""
    found: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or ""
        found.setdefault(name.strip().lower(), (node.get("content") or "").strip())
    return found


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if meta.get(name)), "")


def _lines(*values: Any) -> tuple[str, ...]:
    lines = (clean_line(words_of(Markup(value))) for value in values if isinstance(value, str))
    return tuple(dict.fromkeys(filter(None, lines)))


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _names(value: Any) -> Iterator[str]:
    """The names in what JSON-LD gives as a person: a name, an object with one, or a list of those."""
    for each in value if isinstance(value, list) else [value]:
        given = each.get("name") if isinstance(each, dict) else each
        for name in given if isinstance(given, list) else [given]:
            line = clean_line(words_of(Markup(name))) if isinstance(name, str) else ""
            if line and len(line) <= _LONGEST_NAME and not _NO_NAME.search(line):
                yield line

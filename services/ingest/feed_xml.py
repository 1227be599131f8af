"""The fast reader of feeds: RSS, RDF and Atom that are well-formed and in a known dialect.

It reads what it is sure of and answers None for everything else, which feedparser then reads. Where a
format leaves a choice (several links, a guid that is a link), the choice is feedparser's.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from services.ingest.dates import read_date
from services.ingest.entry import Deleted, Entry, Feed, Markup

_CORE = frozenset(
    [
        "",
        "http://backend.userland.com/rss",
        "http://backend.userland.com/rss2",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://purl.org/atom/ns#",
        "http://purl.org/rss/1.0/",
        "http://www.w3.org/2005/atom",
    ]
)
_PREFIXES = {
    "http://purl.org/atompub/tombstones/1.0": "at:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://search.yahoo.com/mrss": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
} | dict.fromkeys(_CORE, "")
"""Namespaces in lower case, as they are often written in others."""

_ROOTS = frozenset(("rss", "rdf:rdf", "feed"))
_ITEMS = frozenset(("item", "entry"))
_TITLES = frozenset(("title", "dc:title"))
_AUTHORS = frozenset(("author", "managingeditor", "dc:creator", "dc:author", "itunes:author"))
_PUBLISHED = frozenset(("published", "issued", "pubdate", "dcterms:issued"))
_UPDATED = frozenset(("updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified"))
_CONTENTS = frozenset(("content", "content:encoded", "xhtml:body", "xhtml:div"))
_SUMMARIES = frozenset(("description", "summary", "dc:description", "itunes:summary"))
_KINDS = {
    "text": False,
    "plain": False,
    "text/plain": False,
    "html": True,
    "text/html": True,
    "xhtml": True,
    "application/xhtml+xml": True,
}
_ATOM = frozenset(("http://purl.org/atom/ns#", "http://www.w3.org/2005/atom"))
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
Node = Any  # lxml's elements carry no types
Nodes = list[tuple[str, Node]]


class _Unknown(Exception):
    """Something that this reader does not read."""


def read_xml(text: str, url: str | None) -> Feed | None:
    """The feed in `text`, which passed `check_feed` as well-formed; None when it is not in a known dialect.

    `url` is what relative addresses are relative to. No entity is expanded and nothing is fetched.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser, base_url=url)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # A document type may name entities that stand elsewhere; feedparser knows the usual ones.
    if root.getroottree().docinfo.doctype or _name(root) not in _ROOTS:
        return None
    try:
        return _feed(root)
    except _Unknown:
        return None


def _feed(root: Node) -> Feed:
    channel = next((node for name, node in _children(root) if name == "channel"), root)
    about = [(name, node) for name, node in _children(channel) if name not in _ITEMS]
    entries = [_entry(node) for node in root.iter(etree.Element) if _name(node) in _ITEMS]
    languages = [_text(node) for name, node in about if name in {"language", "dc:language"}]
    own = [node for name, node in about if name == "link" and node.get("rel") == "self"]
    address = next((_absolute(node, node.get("href")) for node in own), None)
    return Feed(
        title=_title(about),
        address=address or _link(about),
        language=next(filter(None, languages), None) or root.get(_LANG) or None,
        entries=tuple(entries),
        deleted=tuple(_deleted(node) for name, node in about if name == "at:deleted-entry"),
        bare=not about,
    )


def _deleted(node: Node) -> Deleted:
    comments = (_text(child) for name, child in _children(node) if name == "at:comment")
    return Deleted(node.get("ref", "").strip(), next(comments, ""))


def _entry(item: Node) -> Entry:
    nodes = list(_children(item))
    contents = tuple(_markup(node) for name, node in nodes if name in _CONTENTS)
    summaries = tuple(_markup(node) for name, node in nodes if name in _SUMMARIES)
    sources = [node for name, node in nodes if name == "source"]
    titled = any(name in _TITLES for name, _ in nodes)
    return Entry(
        id=_identity(item, nodes),
        link=_link(nodes),
        title=_title(nodes) if titled else _media(item, "media:title"),
        author=_author(nodes),
        published=_date(nodes, _PUBLISHED),
        updated=_date(nodes, _UPDATED),
        contents=contents,
        # Beside a text of its own, it is the caption of a picture.
        summaries=summaries if contents or summaries else (_media(item, "media:description"),),
        publisher=next(map(_publisher, sources), None),
    )


def _name(node: Node) -> str:
    return _name_of(node.tag)


@lru_cache(maxsize=1_000)
def _name_of(tag: str) -> str:
    """An element's name in lower case, with the usual prefix of its namespace; "?" for other ones."""
    space, _, local = tag.rpartition("}")
    prefix = _PREFIXES.get(space[1:].lower())
    return "?" if prefix is None else prefix + local.lower()


def _children(node: Node) -> Iterator[tuple[str, Node]]:
    return ((_name(child), child) for child in node.iterchildren(etree.Element))


def _text(node: Node) -> str:
    return "".join(node.itertext()).strip()


def _absolute(node: Node, address: str | None) -> str:
    address = (address or "").strip()
    if not address or _SCHEME.match(address):
        return address  # joining would rewrite it
    try:
        return urljoin(node.base or "", address)
    except ValueError:
        return address


def _link(nodes: Nodes) -> str | None:
    found: str | None = None
    for name, node in nodes:
        if name == "link":
            found = _target(node) if _is_page(node) else found
        elif name in {"guid", "id"} and found is None and _is_permanent(node):
            found = _absolute(node, node.text)
    return found


def _is_page(node: Node) -> bool:
    href = next((node.get(key) for key in ("url", "uri", "href") if node.get(key)), None)
    rel, kind = node.get("rel", "alternate").lower(), node.get("type", "text/html").lower()
    return not href or (rel == "alternate" and _KINDS.get(kind) is True)


def _target(node: Node) -> str:
    return _absolute(node, node.get("url") or node.get("uri") or node.get("href") or node.text)


def _is_permanent(node: Node) -> bool:
    attributes = {key.lower(): value for key, value in node.attrib.items()}
    return str(attributes.get("ispermalink", "true")) == "true"


def _identity(item: Node, nodes: Nodes) -> str | None:
    found: str | None = item.get(_ABOUT)
    for name, node in nodes:
        if name in {"guid", "id"}:
            found = _absolute(node, node.text) if _is_permanent(node) else _text(node)
    return found


def _title(nodes: Nodes) -> Markup:
    titles = (_markup(node, plain=True) for name, node in nodes if name in _TITLES)
    return next((title for title in titles if title.value), Markup())


def _media(item: Node, name: str) -> Markup:
    found = [node for node in item.iter(etree.Element) if _name(node) == name]
    return _markup(found[-1], plain=True) if found else Markup()


def _author(nodes: Nodes) -> str | None:
    found = None
    for name, node in nodes:
        if name in _AUTHORS:
            found = _person(node) or found
    return found


def _person(node: Node) -> str:
    parts = {name: _text(child) for name, child in _children(node)}
    name, address = parts.get("name"), parts.get("email")
    return f"{name} ({address})" if name and address else name or address or _text(node)


def _date(nodes: Nodes, names: frozenset[str]) -> str | None:
    values = [_text(node) for name, node in nodes if name in names]
    if not values:
        return None
    notes: list[str] = []
    if values[-1] and read_date(values[-1], notes) is None:
        raise _Unknown  # feedparser knows many more formats
    return values[-1]


def _publisher(node: Node) -> str | None:
    titles = [child for name, child in _children(node) if name in _TITLES]
    return _text(titles[0] if titles else node) or None


def _markup(node: Node, *, plain: bool = False) -> Markup:
    """The value of a text construct. `plain` is for those that hold plain text if nothing else is said."""
    kind = node.get("type", "").lower()
    if node.get("mode", "").lower() == "base64" or _is_binary(kind):
        raise _Unknown
    if len(node):
        return Markup(_inner(node).strip(), html=True)
    atom = node.tag.rpartition("}")[0][1:].lower() in _ATOM
    return Markup((node.text or "").strip(), html=_KINDS.get(kind, not (plain or atom)))


def _is_binary(kind: str) -> bool:
    return "/" in kind and not kind.startswith("text/") and not kind.endswith(("+xml", "/xml"))


def _inner(node: Node) -> str:
    """What stands in `node`, as HTML: names lose their namespaces."""
    pieces = [escape(node.text or "", quote=False)]
    for child in node.iterchildren(etree.Element):
        for each in child.iter(etree.Element):
            each.tag = each.tag.rpartition("}")[2]
        etree.cleanup_namespaces(child)
        pieces.append(etree.tostring(child, encoding="unicode"))
    return "".join(pieces)

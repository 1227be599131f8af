"""Web pages to rows: the fact-checks that a page marks up, or else its text as a statement."""

import re
from collections.abc import Iterator

from lxml import html

from services.evidence.claimreview import reviews
from services.evidence.line import Line
from services.evidence.markup import linked_data, parse, tree_text
from services.evidence.statements import LEAST, Given, statement
from services.evidence.words import line

MOST = 16 * 1024 * 1024
"""Bytes of a page."""

_SHORT = 2_000  # characters: a real page that mentions passwords or errors has more
_REFUSED = re.compile(
    r"\b(?:page|article|content|file) (?:was |is |could )?(?:not|no longer) (?:be )?(?:found|available)\b"
    r"|\b(?:404|403|410|500|502|503)\b.{0,40}\b(?:error|not found|forbidden|gone|unavailable)"
    r"|\berror (?:404|403|410|500|502|503)\b|\baccess denied\b|\bnot found\b|\bjust a moment\b"
    r"|\b(?:are you (?:a )?(?:human|robot)|verify (?:that )?you are (?:a )?human)\b"
    r"|\benable (?:javascript|cookies)\b|\bservice unavailable\b",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"\b(?:log ?in|sign ?in|subscribe to (?:read|continue))\b", re.IGNORECASE)
_META = {
    "title": ("og:title", "dc.title", "twitter:title"),
    "publisher": ("og:site_name", "dc.publisher"),
    "date": ("article:published_time", "dc.date", "date", "pubdate"),
    "modified": ("article:modified_time", "dc.date.modified", "last-modified"),
    "url": ("og:url",),
}
_MAIN = ("article", "main")


def page(markup: str, given: Given) -> Iterator[Line]:
    """The reviews in a page, or its text; an error for a login form and for an error page sent as a page."""
    tree = parse(markup)
    found, broken = [], []
    for place, value, error in linked_data(tree):
        if error:
            broken.append(Line(place, None, error, lost=True))
        else:
            found += [one for one in reviews(value, place) if one.row or "nested" in one.error]
    if found:
        yield from (_with_address(one, tree) for one in found)
        yield from broken
        return
    text = tree_text(_main(tree))
    if reason := _no_page(tree, text):
        yield Line("1", None, reason)
        return
    # A statement's page may well have linked data that is none of ours and broken.
    yield from statement(text, given, _known(tree))


def _with_address(one: Line, tree: html.HtmlElement) -> Line:
    if one.row is None or one.row["url"]:
        return one
    return one._replace(row={**one.row, "url": _known(tree).get("url", "")})


def _no_page(tree: html.HtmlElement, text: str) -> str | None:
    """Why this is nothing that anybody published; none when it seems to be."""
    if len(text) > _SHORT:
        return None
    heads = " ".join(node.text_content() for node in tree.iter("title", "h1"))[:500]
    if tree.xpath("//input[@type='password']") or _LOGIN.search(heads):
        return "a login form, and no text behind it: save the page as a reader who is logged in sees it"
    if _REFUSED.search(heads) or (len(text) < _SHORT // 4 and _REFUSED.search(text)):
        return "an error page that was sent as a page (“not found”, “access denied” or the like)"
    if sum(map(str.isalpha, text)) < LEAST:
        return "a page without text: it has hardly a word (perhaps a script would fill it in)"
    return None


def _main(tree: html.HtmlElement) -> html.HtmlElement:
    """The part with the text: the longest article, else the main part, else everything.

    A part counts that has most of the page's paragraphs: the first `article` may be a teaser.
    """
    whole = _paragraphs(tree)
    for tag in _MAIN:
        best = max(tree.iter(tag), key=_paragraphs, default=None)
        if best is not None and 0 < whole <= 2 * _paragraphs(best):
            return best
    return tree


def _paragraphs(tree: html.HtmlElement) -> int:
    """Characters in the paragraphs below `tree`."""
    return sum(len(node.text_content()) for node in tree.iter("p"))


def _known(tree: html.HtmlElement) -> dict[str, str]:
    """What a page says about itself in its head."""
    metas: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = (node.get("property") or node.get("name") or "").lower()
        metas.setdefault(name, line(node.get("content") or ""))
    found = {
        field: next((metas[name] for name in names if metas.get(name)), "")
        for field, names in _META.items()
    }
    canonical = tree.xpath("string(//link[@rel='canonical']/@href)")
    title = tree.xpath("string(//title)")
    found["title"] = found["title"] or line(title)
    found["url"] = line(canonical) or found["url"]
    found["language"] = line(tree.xpath("string(/html/@lang)"))
    return {name: value for name, value in found.items() if value}

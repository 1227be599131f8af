"""HTML to text with its paragraphs, and to the linked data in it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from services.evidence.words import clean

_DROPPED = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "form",
        "button",
        "select",
        "textarea",
        "nav",
        "footer",
        "aside",
        "head",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)
_LINES = frozenset(("br", "li", "tr"))
_LOOKS_LIKE_HTML = re.compile(
    r"</(?:p|div|span|a|b|i|em|strong|ul|li|h[1-6]|body|html|article|section|blockquote)\s*>"
    r"|<(?:p|br)\s*/?>|<!doctype html",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[ \t\xa0]+")
_GAPS = re.compile(r" ?\n ?(?:\s*\n)+ ?")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$"
)


def looks_like_html(text: str) -> bool:
    """Whether `text` has markup that no plain text would have."""
    return _LOOKS_LIKE_HTML.search(text) is not None


def parse(markup: str) -> html.HtmlElement:
    """The tree of a page; an empty one when there is nothing. Linear in its length; never fails."""
    # A page's own declaration of its encoding no longer holds: this is text.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    data = markup.replace("\x00", "").encode("utf-8", "replace")
    try:
        return html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return html.document_fromstring("<html></html>")


def text_of(markup: str) -> str:
    """The words of a page or fragment, a blank line between blocks."""
    return tree_text(parse(f"<div>{markup}</div>"))


def tree_text(tree: html.HtmlElement) -> str:
    """The words below `tree`, without scripts, forms, navigation and footers."""
    text = _BLANKS.sub(" ", "".join(_pieces(tree)))
    lines = (line.strip() for line in _GAPS.sub("\n\n", text).split("\n"))
    return clean("\n".join(lines))


def _pieces(tree: html.HtmlElement) -> Iterator[str]:
    dropped: html.HtmlElement | None = None
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        tag = node.tag
        if event == "start":
            if dropped is None and tag in _DROPPED and node is not tree:
                dropped = node
            if dropped is None:
                yield _break(tag)
                yield (node.text or "") if tag == "pre" else _flow(node.text)
            continue
        if dropped is None:
            yield _break(tag) if tag != "br" else ""
        elif node is dropped:
            dropped = None
        if dropped is None and node is not tree:
            yield _flow(node.tail)


def _break(tag: object) -> str:
    return "\n\n" if tag in _BLOCKS else "\n" if tag in _LINES else ""


def _flow(text: str | None) -> str:
    # A line end in HTML source is a space.
    return (text or "").replace("\n", " ")


def linked_data(tree: html.HtmlElement) -> Iterator[tuple[str, Any, str]]:
    """Each `application/ld+json` script: its place, its value, and why there is none."""
    scripts = (
        node
        for node in tree.iter("script")
        if "ld+json" in (node.get("type") or "").lower() and (node.text or "").strip()
    )
    for number, node in enumerate(scripts, start=1):
        place = f"script {number}"
        # Publishers leave line ends in strings and wrap the script for browsers of old.
        text = _WRAPPING.sub("", node.text).strip().rstrip(";")
        try:
            yield place, json.loads(text, strict=False), ""
        except (ValueError, RecursionError) as error:
            yield place, None, f"its linked data is not JSON: {error}"

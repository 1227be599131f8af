"""HTML fragments to text, with the paragraphs kept."""

import re
from collections.abc import Iterator
from html import unescape

from lxml import etree, html

from services.ingest.entry import Markup
from services.ingest.text import clean

_DROPPED = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "iframe",
        "svg",
        "math",
        "form",
        "button",
        "select",
        "textarea",
    ]
)
_PARAGRAPHS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
        "body",
    ]
)
_LINES = frozenset(("br", "li", "tr"))
_CELLS = frozenset(("td", "th"))
_LOOKS_LIKE_HTML = re.compile(
    r"</(?:p|div|span|a|b|i|em|strong|ul|li|h[1-6]|body|html|article|blockquote"
    r"|script|style|iframe|svg|object)\s*>"
    r"|<(?:p|br|img)(?:\s[^<>]*)?/?>|<!doctype html",
    re.IGNORECASE,
)


_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_WHOLLY_MARKED = re.compile(r"\s*<(?:p|div|span|b|i|em|strong|h[1-6]|ul|a|img|br)\b")

_OPEN_COMMENT = re.compile(r"<!--[^>]*>?")


def words_of(markup: Markup) -> str:
    """The words of a feed's text, cleaned, with what was escaped twice made plain.

    What a format calls plain text is taken as HTML if it looks so, and its entities are resolved:
    no headline means the letters "&amp;amp;".
    """
    value = markup.value
    if "<" not in value and "&" not in value:
        return clean(value)
    text = html_to_text(value) if markup.html or looks_like_html(value) else _resolved(value)
    if _WHOLLY_MARKED.match(text) and looks_like_html(text):
        return html_to_text(text)
    return clean(_resolved(text))


def _resolved(text: str) -> str:
    return _ENTITY.sub(lambda entity: unescape(entity.group()), text)


def looks_like_html(text: str) -> bool:
    """Whether `text` has markup that no plain text would have."""
    return _LOOKS_LIKE_HTML.search(text) is not None


def html_to_text(markup: str) -> str:
    """The words of an HTML fragment, cleaned: a blank line between blocks, scripts and forms dropped.

    Linear in the length of `markup`; never fails, whatever the markup.
    """
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False
    )
    safe = _closed(clean(markup)).encode("utf-8")
    try:
        tree = html.document_fromstring(b"<div>" + safe + b"</div>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # nothing but comments, or nothing at all
        return ""
    return clean("".join(_pieces(tree)))


def _closed(markup: str) -> str:
    """`markup` without what would swallow all that follows: a comment or a tag that never ends."""
    end = markup.rfind("-->") + 1
    markup = markup[:end] + _OPEN_COMMENT.sub("", markup[end:])
    end = markup.rfind(">") + 1
    return markup[:end] + markup[end:].replace("<", "&lt;")


def _pieces(tree: html.HtmlElement) -> Iterator[str]:
    dropped: html.HtmlElement | None = None
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        if dropped is not None:
            if event == "end" and node is dropped:
                dropped = None
                yield _flow(node.tail)
            continue
        if event == "start":
            if node.tag in _DROPPED:
                dropped = node
                continue
            yield _break(node.tag)
            yield node.text or "" if node.tag == "pre" else _flow(node.text)
        else:
            yield "\t" if node.tag in _CELLS else _break(node.tag) if node.tag != "br" else ""
            yield _flow(node.tail)


def _break(tag: str) -> str:
    return "\n\n" if tag in _PARAGRAPHS else "\n" if tag in _LINES else ""


def _flow(text: str | None) -> str:
    # A line end in HTML source is a space.
    return (text or "").replace("\n", " ")

"""The error browser: one HTML page that shows each mistake of an evaluation in its article.

The page needs nothing from elsewhere and no script: its filters are check boxes and style rules.
"""

import html
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from schemas.base import Span
from services.runtime.errors import UserError

_AROUND = 300
"""Characters shown before and after a mistake; the whole text can be unfolded."""


class Fault(StrEnum):
    """What went wrong; the value is its name in the page."""

    MISSED = "missed"
    SPURIOUS = "spurious"
    SOURCE = "wrong source"
    DETAIL = "wrong detail"
    TRESPASS = "trespass"


class Layer(StrEnum):
    """Whose span it is: the annotators' or the extraction's; of what is said or of who says it."""

    GOLD = "gold"
    FOUND = "found"
    GOLD_SOURCE = "gold-source"
    FOUND_SOURCE = "found-source"


@dataclass(frozen=True)
class Mark:
    """A stretch of the article's text to highlight."""

    span: Span
    layer: Layer


@dataclass(frozen=True)
class Mistake:
    """One fault, the spans that show it, and a word on it."""

    fault: Fault
    marks: tuple[Mark, ...]
    note: str = ""


@dataclass(frozen=True)
class ArticleMistakes:
    """All mistakes in one article; their spans point into `text`."""

    id: str
    text: str
    mistakes: tuple[Mistake, ...]


def marks(layer: Layer, spans: Iterable[Span]) -> tuple[Mark, ...]:
    """`spans` as marks of one layer."""
    return tuple(Mark(span, layer) for span in spans)


def write_errors(path: Path, title: str, articles: Sequence[ArticleMistakes]) -> None:
    """Write the page to `path`. Raises UserError naming the path when it cannot be written."""
    try:
        path.write_text(render(title, articles), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: the error page cannot be written: {error}") from error


def render(title: str, articles: Sequence[ArticleMistakes]) -> str:
    """The page as HTML; every text is escaped."""
    counts = Counter(one.fault for article in articles for one in article.mistakes)
    boxes = "".join(_box(fault, counts[fault]) for fault in Fault if counts[fault])
    legend = " ".join(f'<mark class="{layer}">{layer.replace("-", " ")}</mark>' for layer in Layer)
    body = "".join(_article(article) for article in articles if article.mistakes)
    name = html.escape(title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}{_filters()}</style></head>\n<body><h1>{name}</h1>"
        f"<p>{sum(counts.values())} mistakes in {len(articles)} articles. {legend}</p>\n"
        f"<fieldset><legend>Show</legend>{boxes}</fieldset>\n<main>{body}</main></body></html>\n"
    )


def highlight(text: str, window: Span, shown: Sequence[Mark]) -> str:
    """`text` within `window`, escaped, each stretch in the layers that cover it."""
    low, high = window
    edges = {low, high}
    for mark in shown:
        edges.update(min(max(edge, low), high) for edge in mark.span)
    ordered = sorted(edges)
    opening: dict[int, list[Layer]] = {}
    closing: dict[int, list[Layer]] = {}
    for mark in shown:
        opening.setdefault(min(max(mark.span[0], low), high), []).append(mark.layer)
        closing.setdefault(min(max(mark.span[1], low), high), []).append(mark.layer)
    open_now: Counter[Layer] = Counter()
    parts = []
    for start, end in pairwise(ordered):
        open_now.update(opening.get(start, ()))
        open_now.subtract(closing.get(start, ()))
        classes = " ".join(layer for layer in Layer if open_now[layer] > 0)
        part = html.escape(text[start:end])
        parts.append(f'<mark class="{classes}">{part}</mark>' if classes else part)
    return "".join(parts)


def _box(fault: Fault, count: int) -> str:
    return f'<label><input type="checkbox" id="{_id(fault)}" checked> {fault} ({count})</label> '


def _id(fault: Fault) -> str:
    return fault.replace(" ", "-")


def _filters() -> str:
    return "".join(
        f"body:has(#{_id(fault)}:not(:checked)) section.{_id(fault)}{{display:none}}"
        for fault in Fault
    )


def _article(article: ArticleMistakes) -> str:
    every = [mark for mistake in article.mistakes for mark in mistake.marks]
    whole = highlight(article.text, (0, len(article.text)), every)
    sections = "".join(_section(article.text, mistake) for mistake in article.mistakes)
    return (
        f"<article><h2>{html.escape(article.id)}</h2>\n{sections}"
        f'<details><summary>The whole text</summary><div class="text">{whole}</div></details></article>\n'
    )


def _section(text: str, mistake: Mistake) -> str:
    start = min((mark.span[0] for mark in mistake.marks), default=0)
    end = max((mark.span[1] for mark in mistake.marks), default=0)
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    excerpt = highlight(text, (low, high), mistake.marks)
    note = f" {html.escape(mistake.note)}" if mistake.note else ""
    before, after = "… " if low else "", " …" if high < len(text) else ""
    return (
        f'<section class="{_id(mistake.fault)}"><h3>{mistake.fault}</h3>{note}'
        f'<div class="text">{before}{excerpt}{after}</div></section>\n'
    )


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem;color:#1b1b1b;background:#fff}
.text{white-space:pre-wrap;border-left:3px solid #bbb;padding-left:.8rem}
section{margin:1rem 0}h3{display:inline;font-size:1rem}fieldset{position:sticky;top:0;background:#fff}
mark{background:none;color:inherit;padding:.1em 0}
mark.gold{background:#cdeccd}mark.found{box-shadow:inset 0 -.35em #f3b07c}
mark.gold-source{background:#cfe0fa}mark.found-source{box-shadow:inset 0 -.35em #b79ae0}
"""

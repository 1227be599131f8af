"""Quotation marks: which stretches of a text stand between them."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from schemas.base import Span

_PAIRS = {"“": "”", "„": "“”", "«": "»", "‹": "›"}
_CLOSERS = "”»›"
_DOUBLE = '"'
_SINGLES = "'‘’"
_MARK = re.compile("[\"“”„«»‹›'‘’]")
# Words that begin with an apostrophe; their mark opens nothing.
_ELISION = re.compile(
    r"['’](?:\d|em\b|tis\b|twas\b|til\b|till\b|cause\b|n\b|round\b)", re.IGNORECASE
)
_LONGEST_SINGLE = 1_500
"""Characters between single marks: further apart they are apostrophes."""


@dataclass(frozen=True)
class Quotation:
    """A stretch between quotation marks, within one paragraph.

    `span` includes the marks, `inner` does not. `closed` is false when the closing mark is missing;
    `continues` is true when it takes up the quotation of the paragraph before, which had none.
    """

    span: Span
    inner: Span
    closed: bool = True
    continues: bool = False

    def holds(self, start: int, end: int) -> bool:
        """Whether [start, end) lies within the marks."""
        return self.inner[0] <= start and end <= self.inner[1]


def find_quotations(text: str, paragraphs: list[Span]) -> list[Quotation]:
    """The outermost quotations of `text` in reading order; marks nested in one belong to its words.

    A quotation ends with its paragraph at the latest, so one missing mark spoils no more than that. One
    that is open there and opened anew in the next paragraph goes on. Linear in the text's length.
    """
    found: list[Quotation] = []
    unfinished = False
    for start, end in paragraphs:
        here = _in_paragraph(text, start, end)
        if here and unfinished and here[0].span[0] == start:
            here[0] = Quotation(here[0].span, here[0].inner, here[0].closed, continues=True)
        unfinished = bool(here) and not here[-1].closed
        found.extend(here)
    return found


def _in_paragraph(text: str, start: int, end: int) -> list[Quotation]:
    marks = [match.start() for match in _MARK.finditer(text, start, end)]
    closers = [at for at in marks if text[at] in _SINGLES and _closes_single(text, at, end)]
    found: list[Quotation] = []
    opened: int | None = None
    wanted = ""
    depth = 0
    for at in marks:
        mark = text[at]
        if opened is not None:
            depth += _is_nested_opening(mark, wanted)
            if mark in wanted and _may_close(text, at, start, end, mark):
                if depth:
                    depth -= 1
                    continue
                found.append(_quotation(text, opened, at + 1, closed=True))
                opened = None
            continue
        wanted = _opens(text, at, start, end, closers)
        if wanted:
            opened, depth = at, 0
    if opened is not None and text[opened] not in _SINGLES:
        found.append(_quotation(text, opened, end, closed=False))
    return [quotation for quotation in found if quotation.inner[0] < quotation.inner[1]]


def _is_nested_opening(mark: str, wanted: str) -> int:
    return int(mark in _PAIRS and bool(set(_PAIRS[mark]) & set(wanted)) and mark not in wanted)


def _opens(text: str, at: int, start: int, end: int, closers: list[int]) -> str:
    """The marks that would close a quotation opened at `at`; empty when nothing opens there."""
    mark = text[at]
    if mark in _PAIRS:
        return _PAIRS[mark] + (_DOUBLE if mark == "“" else "")
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    if after.isspace() or before.isalnum():
        return ""
    if mark == _DOUBLE:
        return '"”'
    if (
        mark not in _SINGLES
        or _ELISION.match(text, at)
        or not (before.isspace() or before in "([—–-:")
    ):
        return ""
    position = bisect_right(closers, at + 1)
    near = position < len(closers) and closers[position] - at < _LONGEST_SINGLE
    return "’'" if near else ""


def _may_close(text: str, at: int, start: int, end: int, mark: str) -> bool:
    if mark in _SINGLES:
        return _closes_single(text, at, end)
    if mark != _DOUBLE:
        return True
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    # A straight mark after a space and before a word opens; where one is open already, the closing one was lost.
    return not before.isspace() or not after.isalnum()


def _closes_single(text: str, at: int, end: int) -> bool:
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < end else " "
    return not before.isspace() and not after.isalnum() and text[at] != "‘"


def _quotation(text: str, start: int, end: int, *, closed: bool) -> Quotation:
    inner = text[start + 1 : end - 1 if closed else end]
    left = start + 1 + len(inner) - len(inner.lstrip())
    return Quotation((start, end), (left, left + len(inner.strip())), closed)

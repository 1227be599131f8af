"""A text to passages: short runs of sentences with their place, so that long texts can be searched."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from schemas.evidence import Evidence

LEAST, SENTENCES = 240, 4
"""A passage ends with the sentence that reaches LEAST characters, or with its SENTENCES-th."""

LONGEST = 900
"""Characters of a passage; a longer sentence is cut at a space."""

MOST = 2_000
"""Passages of an item: some 600,000 characters; what follows is not searched by passage."""

_END = re.compile(r"[.!?…]['\"”’»)\]]*\s+(?=[\"'“‘«(\[]?[^\W_a-z])|(?<!\s)\s*\n\s*")
_SHORT = re.compile(
    r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|St|Jr|Sr|No|vs|Jan|Feb|Mar|Apr|Jun"
    r"|Jul|Aug|Sept?|Oct|Nov|Dec|[ap]\.m|[A-Z]\.[A-Z]))\.$"
)
_WINDOW = 8  # characters before a full stop that can hold an abbreviation


class Span(NamedTuple):
    """A part of a text: `text[start:end]`, without space at either side."""

    start: int
    end: int


def passage_text(evidence: Evidence) -> str:
    """What an item's passages are cut from: its text, or its claim when it has none."""
    return evidence.text if evidence.text.strip() else evidence.claim


def passages(text: str) -> list[Span]:
    """`text` as runs of two to four sentences, in order, at most MOST; linear in its length.

    They do not overlap, and hold every character that is no space, up to the last passage.
    """
    spans: list[Span] = []
    start, end, count = 0, 0, 0
    for sentence in _sentences(text):
        too_long = count and sentence.end - start > LONGEST
        if too_long or end - start >= LEAST or count == SENTENCES:
            spans.append(Span(start, end))
            count = 0
            if len(spans) == MOST:
                return spans
        start = start if count else sentence.start
        end, count = sentence.end, count + 1
    return [*spans, Span(start, end)] if count else spans


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for found in _END.finditer(text):
        before = text[max(start, found.start() - _WINDOW) : found.start() + 1]
        if "\n" not in found[0] and _SHORT.search(before):
            continue
        yield from _pieces(text, start, found.end())
        start = found.end()
    yield from _pieces(text, start, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentence without the space around it, cut where it is longer than LONGEST."""
    while start < end:
        stop = end
        if end - start > LONGEST:
            space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
            stop = space if space > 0 else start + LONGEST
        piece = text[start:stop]
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if left < right:
            yield Span(left, right)
        start = stop

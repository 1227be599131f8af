"""Paragraphs of a text, and pieces of it that the pipeline can take in bounded memory and time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from schemas.base import Span

PIECE = 6_000
"""Most characters that the pipeline is given at once: its memory and its tokenizer's worst case grow with it."""

# A blank line ends a paragraph; a single line break does when the line before it ends like a sentence, so
# that text wrapped by hand at a fixed width stays whole.
_BREAK = re.compile(
    r"(?<=[.!?:\"”’»)\]])[ \t\r\f\v\u00a0]{0,20}\n\s*|\n[ \t\r\f\v\u00a0]{0,20}\n\s*"
)
_SENTENCE_END = re.compile(r"[.!?][\"”’)]?\s+")
_SPACE = re.compile(r"\s+")
_LINE_END = re.compile(r"\n")
_FIRST_WORD = re.compile(r"[ \t\u00a0]*(\S{1,40})")
_OPENING = frozenset("\"“‘'([-–—•*")
_SPARE = 8
"""Characters by which a line must be too short for its next word to have been kept back by the width."""


@dataclass(frozen=True)
class Piece:
    """A part of a text: `start` is its offset, `breaks` the starts within it, counted from there."""

    start: int
    text: str
    breaks: tuple[int, ...]


def find_paragraphs(text: str) -> list[Span]:
    """The paragraphs of `text`, without the white space around them. Linear in its length."""
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    ends = [*(match.start() for match in _BREAK.finditer(text)), len(text)]
    blocks = (_strip(text, start, end) for start, end in zip(starts, ends, strict=True))
    return [part for start, end in blocks if start < end for part in _lines(text, start, end)]


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """The block [start, end), cut where a line was ended on purpose.

    Text wrapped at a width breaks a line only where the next word did not fit; a title, a list item or a
    label ends long before. The next line must begin like a sentence.
    """
    if "\n" not in text[start:end]:
        yield start, end
        return
    ends = [match.start() for match in _LINE_END.finditer(text, start, end)]
    edges = list(zip([start, *(at + 1 for at in ends)], [*ends, end], strict=True))
    width = max(high - low for low, high in edges)
    begin = start
    for (low, high), (after, last) in pairwise(edges):
        word = _FIRST_WORD.match(text, after, last)
        if word is None or not (word[1][0].isupper() or word[1][0] in _OPENING):
            continue
        bracketed = word[1][0] == "(" and text[last - 1] == ")"
        if bracketed or high - low + 1 + len(word[1]) + _SPARE <= width:
            yield _strip(text, begin, high)
            begin = after
    yield _strip(text, begin, end)


def _strip(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    return (start + left, max(start + left, start + len(part.rstrip())))


def cut(text: str, starts: list[int], size: int = PIECE) -> Iterator[Piece]:
    """Pieces of at most `size` characters that add up to `text`, cut at one of `starts` where one is near.

    A paragraph longer than that is cut at a sentence's end, else at white space, else where it must be.
    """
    begin, position = 0, 0
    while begin < len(text):
        end = _end_of_piece(text, begin, size, starts, position)
        inside = []
        while position < len(starts) and starts[position] < end:
            inside.append(starts[position] - begin)
            position += 1
        yield Piece(begin, text[begin:end], tuple(inside))
        begin = end


def _end_of_piece(text: str, begin: int, size: int, starts: list[int], position: int) -> int:
    limit = begin + size
    if limit >= len(text):
        return len(text)
    last = None
    while position < len(starts) and starts[position] <= limit:
        last = starts[position] if starts[position] > begin else last
        position += 1
    if last is not None:
        return last
    window = text[begin + size // 2 : limit]
    for pattern in (_SENTENCE_END, _SPACE):
        ends = [match.end() for match in pattern.finditer(window)]
        if ends:
            return begin + size // 2 + ends[-1]
    return limit

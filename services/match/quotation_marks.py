"""A quotation taken apart: its words, and the marks by which it owns up to an edit."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from services.match.quotation_words import Word, read

LONGEST = 4_000
"""Characters of a quotation that are read."""

_OPENING, _CLOSING = "“„«", "”»"
_MARK = re.compile(r"[“”„«»\"]")
_BRACKET = re.compile(r"\[([^\[\]]{0,200})\]|\(([^()]{0,100})\)")
_LETTER = re.compile(r"\[([^\W\d_])\](?=\w)")  # [t]he
_DOTS = re.compile(r"…|\.\s?\.\s?\.(?:\s?\.)?")
_NOTHING = re.compile(r"^(?:\s*(?:…|\.\s?\.\s?\.?\s?\.?)\s*|\s*sic\.?\s*)$", re.IGNORECASE)


class Quoted(NamedTuple):
    """A word of a quotation.

    `added` when it stands in brackets. `after_gap` when something before it is marked as left out: by dots or
    a bracket, or because a new pair of quotation marks begins.
    """

    word: Word
    added: bool = False
    after_gap: bool = False

    @property
    def key(self) -> str:
        """Its folded form."""
        return self.word.key


def parts(text: str) -> list[tuple[int, int]]:
    """What stands between quotation marks; all of `text` when it has none.

    A text may begin or end inside a quotation: `We will win,” she said, “and soon` has two parts.
    """
    marks = [one for one in _MARK.finditer(text) if not _is_inch(text, one.start())]
    if not marks:
        return [(0, len(text))]
    start = 0 if not _opens(text, marks[0].start()) else None
    found = []
    for mark in marks:
        if start is not None:
            found.append((start, mark.start()))
            start = None
        else:
            start = mark.end()
    if start is not None:
        found.append((start, len(text)))
    return [one for one in found if any(c.isalnum() for c in text[slice(*one)])]


def in_marks(text: str, span: tuple[int, int]) -> bool:
    """Whether `text[span]` stands in quotation marks that open and close in its paragraph."""
    first = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[1])
    paragraph = text[first : end if end >= 0 else len(text)]
    if not _MARK.search(paragraph):
        return False
    start, stop = span[0] - first, span[1] - first
    return any(a <= start and stop <= b + 1 for a, b in parts(paragraph))


def _opens(text: str, at: int) -> bool:
    mark = text[at]
    if mark in _OPENING:
        return True
    if mark in _CLOSING:
        return False
    before = text[at - 1] if at else " "
    return before.isspace() or before in "([—–-:"


def _is_inch(text: str, at: int) -> bool:
    return text[at] == '"' and at > 0 and text[at - 1].isdigit() and text[at + 1 : at + 2] == " "


def take_apart(text: str) -> list[Quoted]:
    """The words of the quotation in `text`, the parts between quotation marks one after the other."""
    text = _LETTER.sub("\u2060\\1\u2060", text[:LONGEST])  # joined, and no offset moved
    return list(_words(text))


def _words(text: str) -> Iterator[Quoted]:
    gap = False
    for number, (start, end) in enumerate(parts(text)):
        gap = gap or number > 0
        for piece, at, added in _pieces(text, start, end):
            if piece is None:
                gap = True
                continue
            for word in read(piece):
                moved = word._replace(start=word.start + at, end=word.end + at)
                yield Quoted(moved, added, gap)
                gap = False
            gap = gap or added


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[str | None, int, bool]]:
    """Runs of words with their offset and whether they stand in brackets; none for something left out."""
    at = start
    for bracket in _BRACKET.finditer(text, start, end):
        yield from _plain(text, at, bracket.start())
        inner = 1 if bracket[1] is not None else 2
        if _NOTHING.match(bracket[inner]) is None:
            yield bracket[inner], bracket.start(inner), True
        elif "sic" not in bracket[inner].lower():
            yield None, bracket.start(), False
        at = bracket.end()
    yield from _plain(text, at, end)


def _plain(text: str, start: int, end: int) -> Iterator[tuple[str | None, int, bool]]:
    at = start
    for dots in _DOTS.finditer(text, start, end):
        yield text[at : dots.start()], at, False
        yield None, dots.start(), False
        at = dots.end()
    yield text[at:end], at, False

"""Where in a text the words stand that a query found."""

import fnmatch
import re
from collections.abc import Iterator, Sequence

from services.alert.document import FIELDS
from services.alert.words import fold

_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
_PATTERN = re.compile(r"[\w*?]+")


def marks(text: str, matched: Sequence[str]) -> list[tuple[int, int]]:
    """Spans in `text` of the words, rows of words and words with * or ? in `matched`; ascending, apart.

    `matched` is what `Query.found` gives. A fuzzy word is marked only as it was written, ranges never.
    """
    places = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    words = [" ".join(fold(text[start:end])) for start, end in places]
    hits = sorted({at for part in matched if not _is_range(part) for at in _places_of(part, words)})
    return _joined([places[at] for at in hits], text)


def _is_range(part: str) -> bool:
    name, colon, _ = part.partition(":")
    return bool(colon) and name in FIELDS


def _places_of(part: str, words: Sequence[str]) -> Iterator[int]:
    if ("*" in part or "?" in part) and _PATTERN.fullmatch(part):
        wanted = re.compile(fnmatch.translate(part.casefold()))
        yield from (at for at, word in enumerate(words) if wanted.match(word))
        return
    row = fold(part)
    for at in range(len(words) - len(row) + 1):
        if row and list(words[at : at + len(row)]) == row:
            yield from range(at, at + len(row))


def _joined(spans: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Neighbours with nothing but spaces between them are one."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if kept and text[kept[-1][1] : start].isspace():
            kept[-1] = (kept[-1][0], end)
        else:
            kept.append((start, end))
    return kept

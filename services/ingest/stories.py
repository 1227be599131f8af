"""Which articles carry one text: a sketch finds candidates, containment decides.

A sketch is the smallest hashes of a text's shingles (bottom-k MinHash: A. Broder, On the resemblance and
containment of documents, 1997). Of two texts it samples the same shingles, so that a short copy of a long
text still shares some, where bands over a Jaccard estimate miss it.
"""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

WORDS = 3
"""Words of a shingle."""

SKETCH = 32
"""Hashes of a sketch: what the index holds of an article."""

SHARED = 2
"""Hashes of a sketch that a candidate shares at least."""

CANDIDATES = 8
"""Candidates that are compared in full, those that share most first."""

CONTAINMENT = 0.45
"""Share of the shorter text's shingles that stand in the other, from which one is a copy."""

LOOSE = 0.25
"""The same against the first article of the story: it keeps digests from chaining stories together."""

WHOLE = 0.95
"""Containment from which no better candidate is looked for."""

FEWEST = 20
"""Shingles of a text that can be told; a shorter one is a story of its own."""

_MOST_LETTERS = 200_000  # of a text that are looked at

# Scripts without spaces between words go letter by letter.
_LETTER = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_LETTER}]|[^\W_{_LETTER}]+(?:[.,]\d+)*")


@dataclass(frozen=True, eq=False)
class Words:
    """What a text is compared by: the hashes of its shingles in order, each once, and its numbers."""

    shingles: NDArray[np.int64]
    numbers: Counter[str]

    @classmethod
    def of(cls, text: str) -> "Words":
        """The shingles and numbers of `text`; linear in its length, which is cut at 200,000 characters."""
        words = _WORD.findall(text[:_MOST_LETTERS].casefold())
        return cls(_hashes(words), Counter(word for word in words if word[0].isdigit()))

    @cached_property
    def sketch(self) -> tuple[int, ...]:
        """The smallest hashes; none of a text that is too short to be told."""
        if len(self.shingles) < FEWEST:
            return ()
        return tuple(self.shingles[:SKETCH].tolist())

    def containment(self, other: "Words") -> float:
        """Share of the smaller one's shingles that the other has too, 0 to 1."""
        fewer = min(len(self.shingles), len(other.shingles))
        return self._shared(other) / fewer if fewer else 0.0

    def resemblance(self, other: "Words") -> float:
        """Shared shingles of all, 0 to 1 (Jaccard)."""
        shared = self._shared(other)
        every = len(self.shingles) + len(other.shingles) - shared
        return shared / every if every else 0.0

    def _shared(self, other: "Words") -> int:
        return len(np.intersect1d(self.shingles, other.shingles, assume_unique=True))

    def is_copy(self, other: "Words", least: float = CONTAINMENT) -> bool:
        """Whether one repeats the other's text, in part or as a whole."""
        return self.containment(other) >= least and self._same_figures(other)

    def _same_figures(self, other: "Words") -> bool:
        """Whether half of the fewer numbers stand in both: a form filled in again is no copy."""
        fewer = min(self.numbers.total(), other.numbers.total())
        return (self.numbers & other.numbers).total() >= fewer // 2


def _hashes(words: list[str]) -> NDArray[np.int64]:
    """A 64-bit hash of every run of WORDS words, each once, in order; the same on every machine."""
    one = np.fromiter((zlib.crc32(word.encode()) for word in words), np.uint64, len(words))
    runs = np.zeros(max(len(words) - WORDS + 1, 0), np.uint64)
    for place in range(WORDS):
        runs = _mixed(runs ^ one[place : place + len(runs)])
    return np.unique(runs.view(np.int64))


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): each bit in depends on each bit out."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@dataclass(frozen=True)
class Candidate:
    """An article of the window that may carry the same text.

    `root` gives the words of its story's first article, if that is another one and is known.
    """

    article_id: str
    story_id: str
    words: Words
    root: Callable[[], Words | None]


@dataclass(frozen=True)
class Joined:
    """The story that an article belongs to, and the article that it repeats."""

    story_id: str
    article_id: str
    containment: float


def join(words: Words, candidates: Iterable[Candidate]) -> Joined | None:
    """The story of the candidate whose text `words` repeats most; none when it repeats none.

    The article must also carry the text of the story's first article, as far as that is known: a digest
    of several stories is a copy of each, and would make them one. Of equals the first wins; a candidate
    that is repeated nearly whole ends the search.
    """
    best: Joined | None = None
    for one in candidates:
        share = words.containment(one.words)
        if best is not None and share <= best.containment:
            continue
        if words.is_copy(one.words) and _carries(words, one.root()):
            best = Joined(one.story_id, one.article_id, round(share, 4))
            if share >= WHOLE:
                break
    return best


def _carries(words: Words, root: Words | None) -> bool:
    return root is None or words.is_copy(root, LOOSE)

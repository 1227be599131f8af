"""Which articles carry one text: a sketch finds candidates, containment decides.

A sketch is the smallest hashes of a text's shingles (bottom-k MinHash: A. Broder, On the resemblance and
containment of documents, 1997). Of two texts it samples the same shingles, so that a short copy of a long
text still shares some, where bands over a Jaccard estimate miss it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

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

NUMBERS = 0.5
"""Share of the fewer numbers that both have: a form filled in with other figures is no copy."""

FEWEST = 20
"""Shingles of a text that can be told; a shorter one is a story of its own."""

_FEWEST_NUMBERS = 4
_MOST_LETTERS = 200_000  # of a text that are looked at

# Scripts without spaces between words go letter by letter.
_LETTER = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_LETTER}]|[^\W_{_LETTER}]+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Words:
    """What a text is compared by."""

    shingles: frozenset[int]
    numbers: Counter[str]

    @classmethod
    def of(cls, text: str) -> "Words":
        """The shingles and numbers of `text`; linear in its length, which is cut at 200,000 characters."""
        words = _WORD.findall(text[:_MOST_LETTERS].casefold())
        runs = {" ".join(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1)}
        return cls(
            frozenset(map(_hash, runs)), Counter(word for word in words if word[0].isdigit())
        )

    @cached_property
    def sketch(self) -> tuple[int, ...]:
        """The smallest hashes; none of a text that is too short to be told."""
        if len(self.shingles) < FEWEST:
            return ()
        return tuple(sorted(self.shingles)[:SKETCH])

    def containment(self, other: "Words") -> float:
        """Share of the smaller one's shingles that the other has too, 0 to 1."""
        fewer = min(len(self.shingles), len(other.shingles))
        return len(self.shingles & other.shingles) / fewer if fewer else 0.0

    def resemblance(self, other: "Words") -> float:
        """Shared shingles of all, 0 to 1 (Jaccard)."""
        every = len(self.shingles | other.shingles)
        return len(self.shingles & other.shingles) / every if every else 0.0

    def is_copy(self, other: "Words", least: float = CONTAINMENT) -> bool:
        """Whether one repeats the other's text, in part or as a whole."""
        return self.containment(other) >= least and self._same_figures(other)

    def _same_figures(self, other: "Words") -> bool:
        fewer = min(self.numbers.total(), other.numbers.total())
        shared = (self.numbers & other.numbers).total()
        return fewer < _FEWEST_NUMBERS or shared >= NUMBERS * fewer


def _hash(run: str) -> int:
    """64 bits, signed: what SQL calls a big integer."""
    digest = blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@dataclass(frozen=True)
class Candidate:
    """An article of the window that may carry the same text. `root` is its story's first article."""

    article_id: str
    story_id: str
    words: Words
    root: Words | None = None


@dataclass(frozen=True)
class Joined:
    """The story that an article belongs to, and the article that it repeats."""

    story_id: str
    article_id: str
    containment: float


def join(words: Words, candidates: Iterable[Candidate]) -> Joined | None:
    """The story of the candidate whose text `words` repeats most; none when it repeats none.

    The article must also carry the text of the story's first article, as far as that is known: a digest
    of several stories is a copy of each, and would make them one. Of equals the first wins.
    """
    best: Joined | None = None
    for one in candidates:
        share = words.containment(one.words)
        if best is not None and share <= best.containment:
            continue
        if words.is_copy(one.words) and (one.root is None or words.is_copy(one.root, LOOSE)):
            best = Joined(one.story_id, one.article_id, round(share, 4))
    return best

"""Where words of a quotation stand in a text: runs in common, and the chain of runs that fits best.

Runs are found by pairs of words, so that the time is linear in the text; chains of runs as in the
alignment of genomes (Abouelhoda and Ohlebusch 2005, "Chaining algorithms for multiple genome comparison").
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from services.match.quotation_words import weight_of

_MOST_PLACES = 8  # places of one pair of words in a quotation that are followed
_MOST_BLOCKS = 300  # the weightiest; more are chance
NEAR = 30
"""Words left out without a mark between two runs that are still one passage."""
NEAR_MARKED = 60
"""The same where the quotation marks that something is left out."""
_GAP_COST = 0.03  # a word that is jumped over: of two places the closer one is meant


class Block(NamedTuple):
    """A run of words in common: `n` from `i` of the quotation and from `j` of the text."""

    i: int
    j: int
    n: int

    @property
    def i_end(self) -> int:
        """The word of the quotation after it."""
        return self.i + self.n

    @property
    def j_end(self) -> int:
        """The word of the text after it."""
        return self.j + self.n


def find_blocks(quoted: Sequence[str], said: Sequence[str]) -> list[Block]:
    """The maximal runs of two words or more that both have, those that prove little left out."""
    places = _pairs(quoted)
    open_runs: dict[int, tuple[int, int, int]] = {}  # by diagonal: i, j, n
    found: list[Block] = []
    for j in range(len(said) - 1):
        following: dict[int, tuple[int, int, int]] = {}
        for i in places.get((said[j], said[j + 1]), ()):
            run = open_runs.pop(j - i, None)
            following[j - i] = (run[0], run[1], run[2] + 1) if run else (i, j, 2)
        found += [Block(*run) for run in open_runs.values()]
        open_runs = following
    found += [Block(*run) for run in open_runs.values()]
    return heaviest(quoted, found)


def _pairs(quoted: Sequence[str]) -> dict[tuple[str, str], list[int]]:
    places: dict[tuple[str, str], list[int]] = {}
    for i in range(len(quoted) - 1):
        at = places.setdefault((quoted[i], quoted[i + 1]), [])
        if len(at) < _MOST_PLACES:
            at.append(i)
    return places


def heaviest(quoted: Sequence[str], blocks: Iterable[Block]) -> list[Block]:
    """The blocks that prove most, in the order of the text."""
    ranked = sorted(blocks, key=lambda one: (-weight(quoted, one.i, one.i_end), one.j, one.i))
    return sorted(ranked[:_MOST_BLOCKS], key=lambda one: (one.j, one.i))


def weight(quoted: Sequence[str], start: int, end: int) -> float:
    """What finding the words from `start` to `end` proves."""
    return sum(weight_of(key) for key in quoted[start:end])


def best_chain(
    quoted: Sequence[str], blocks: Sequence[Block], marked: Callable[[int, int], bool]
) -> tuple[float, list[Block]]:
    """The weightiest chain of blocks that keeps the order on both sides and never jumps far.

    `marked(i, k)` tells whether something is marked as left out between two words of the quotation.
    Quadratic in the blocks, of which there are at most _MOST_BLOCKS.
    """
    scores: list[float] = []
    before: list[int | None] = []
    for index, block in enumerate(blocks):
        own = weight(quoted, block.i, block.i_end)
        best, link = own, None
        for other in range(index):
            joined = _joined(blocks[other], block, marked)
            if joined is None:
                continue
            overlap, jump = joined
            gained = own - weight(quoted, block.i, block.i + overlap) - _GAP_COST * jump
            if scores[other] + gained > best:
                best, link = scores[other] + gained, other
        scores.append(best)
        before.append(link)
    if not scores:
        return 0.0, []
    at: int | None = max(range(len(scores)), key=lambda one: (scores[one], -one))
    score = scores[at] if at is not None else 0.0
    chain: list[Block] = []
    while at is not None:
        chain.append(blocks[at])
        at = before[at]
    return score, _trimmed(list(reversed(chain)))


def _joined(one: Block, other: Block, marked: Callable[[int, int], bool]) -> tuple[int, int] | None:
    """The words that two runs share and those that are jumped over; none when they cannot be one passage."""
    if other.i <= one.i or other.j <= one.j or other.i_end <= one.i_end or other.j_end <= one.j_end:
        return None
    overlap = max(0, one.i_end - other.i, one.j_end - other.j)
    if overlap >= other.n:
        return None
    jump = other.j + overlap - one.j_end
    near = NEAR_MARKED if marked(one.i_end - 1, other.i + overlap) else NEAR
    return (overlap, jump) if jump <= near else None


def _trimmed(chain: list[Block]) -> list[Block]:
    """The chain with no word in two blocks."""
    kept: list[Block] = []
    for block in chain:
        overlap = max(0, kept[-1].i_end - block.i, kept[-1].j_end - block.j) if kept else 0
        kept.append(Block(block.i + overlap, block.j + overlap, block.n - overlap))
    return kept

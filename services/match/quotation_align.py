"""A quotation laid beside statements: which of them holds it, and in how many places."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from schemas.evidence import Evidence
from services.match.quotation_blocks import Block, best_chain, find_blocks, weight
from services.match.quotation_marks import Quoted
from services.match.quotation_words import Word, read

_PIECE = 1.5
"""What a part of a quotation must prove to be looked for elsewhere: one word that does not stand everywhere, and two."""
_PIECE_FOUND = 0.6
"""The share of such a part that must be found there."""
_MOST_PIECES = 6


@dataclass(frozen=True)
class Spoken:
    """The text of a statement, and where it begins in the text of its item."""

    source: Evidence
    text: str
    start: int = 0

    @cached_property
    def words(self) -> list[Word]:
        """Its words, read once."""
        return read(self.text)

    @cached_property
    def keys(self) -> list[str]:
        """Their folded forms."""
        return [word.key for word in self.words]


class Piece(NamedTuple):
    """Words `i` to `i_end` of the quotation at words `j` to `j_end` of a statement."""

    spoken: Spoken
    i: int
    i_end: int
    j: int
    j_end: int


class Aligned(NamedTuple):
    """The pieces in the order of the quotation, and the share of it that was found, by weight."""

    pieces: list[Piece]
    found: float


def align(quoted: Sequence[Quoted], statements: Iterable[Spoken]) -> Aligned | None:
    """The best place of the quotation in one statement; what that place lacks is looked for elsewhere in it.

    Of equally good ones the first of `statements`. None when no two words in a row are found.
    """
    made = (_aligned(quoted, one) for one in statements)
    found = [one for one in made if one is not None]
    return max(found, key=_quality, default=None)


def _quality(one: Aligned) -> float:
    # Parts far from each other prove less than one passage.
    return one.found - 0.05 * (len(one.pieces) - 1)


def _aligned(quoted: Sequence[Quoted], spoken: Spoken) -> Aligned | None:
    keys = [one.key for one in quoted]
    blocks = find_blocks(keys, spoken.keys)
    marks = [one.after_gap or one.added for one in quoted]

    def marked(i: int, k: int) -> bool:
        return any(marks[i + 1 : k + 1])

    score, chain = best_chain(keys, blocks, marked)
    if not chain or score <= 0:
        return None
    chains = [chain]
    open_runs = _open(keys, chain, len(quoted))
    while open_runs and len(chains) < _MOST_PIECES:
        start, end = open_runs.pop()
        other = _elsewhere(keys, blocks, start, end, marked)
        if other:
            chains.append(other)
            open_runs += [run for run in _open(keys, other, end, start) if run != (start, end)]
    chains.sort(key=lambda one: one[0].i)
    held = sum(weight(keys, b.i, b.i_end) for one in chains for b in one)
    plain = [one.key for one in quoted if not one.added]
    whole = weight(plain, 0, len(plain)) or weight(keys, 0, len(keys))
    return Aligned(_pieces(chains, spoken, len(quoted)), min(1.0, held / whole if whole else 0.0))


def _open(
    keys: Sequence[str], chain: Sequence[Block], end: int, start: int = 0
) -> list[tuple[int, int]]:
    """The runs of the quotation between the blocks of a chain that could be said elsewhere."""
    edges = [start, *(edge for block in chain for edge in (block.i, block.i_end)), end]
    runs = [(edges[n], edges[n + 1]) for n in range(0, len(edges), 2)]
    return [run for run in runs if weight(keys, *run) >= _PIECE and run[1] - run[0] >= 3]


def _elsewhere(
    keys: Sequence[str],
    blocks: Sequence[Block],
    start: int,
    end: int,
    marked: Callable[[int, int], bool],
) -> list[Block]:
    clipped = [cut for block in blocks if (cut := _cut(block, start, end))]
    score, chain = best_chain(keys, clipped, marked)
    held = sum(weight(keys, block.i, block.i_end) for block in chain)
    enough = held >= max(_PIECE, _PIECE_FOUND * weight(keys, start, end))
    return chain if enough and score > 0 else []


def _cut(block: Block, start: int, end: int) -> Block | None:
    first, last = max(block.i, start), min(block.i_end, end)
    if last - first < 2:
        return None
    return Block(first, block.j + first - block.i, last - first)


def _pieces(chains: Sequence[Sequence[Block]], spoken: Spoken, length: int) -> list[Piece]:
    """The chains as pieces that share out every word of the quotation, those between two to the first."""
    made = []
    for number, chain in enumerate(chains):
        first, last = chain[0], chain[-1]
        start = 0 if number == 0 else first.i
        end = chains[number + 1][0].i if number + 1 < len(chains) else length
        j = max(0, first.j - (first.i - start))
        j_end = min(len(spoken.keys), last.j_end + max(0, end - last.i_end))
        made.append(Piece(spoken, start, end, j, j_end))
    return made

"""The tokens of many spans as one table of integers, so that scores are computed without a loop over tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from spacy.attrs import IS_SPACE, IS_STOP, LEMMA, LIKE_NUM, LOWER, POS, TAG
from spacy.tokens import Doc, Span

Ints = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

_ATTRIBUTES = [LOWER, LEMMA, TAG, POS, IS_STOP, LIKE_NUM, IS_SPACE]


@dataclass(frozen=True)
class TokenTable:
    """Columns of shape (tokens,): ids of strings, classes and flags; white space is left out."""

    rows: npt.NDArray[np.int64]
    """The span that each token belongs to, not decreasing."""
    lower: Ints
    lemma: Ints
    tag: Ints
    pos: Ints
    is_stop: Mask
    like_num: Mask

    @classmethod
    def of(cls, spans: Sequence[Span]) -> "TokenTable":
        """The table of `spans`. Each doc is read once where its spans stand next to one another."""
        doc: Doc | None = None
        whole = np.empty((0, len(_ATTRIBUTES)), dtype=np.uint64)
        parts = [whole]
        for span in spans:
            if span.doc is not doc:
                doc = span.doc
                whole = doc.to_array(_ATTRIBUTES).astype(np.uint64, copy=False)
            parts.append(whole[span.start : span.end])
        rows = np.repeat(np.arange(len(spans)), [len(part) for part in parts[1:]])
        table = np.concatenate(parts)
        kept = table[:, 6] == 0
        lower, lemma, tag, pos, stop, number = table[kept, :6].T
        return cls(rows[kept], lower, lemma, tag, pos, stop == 1, number == 1)

    def per_span(self, mask: Mask, count: int) -> npt.NDArray[np.int64]:
        """How many tokens of each of `count` spans are in `mask`."""
        return np.bincount(self.rows[mask], minlength=count)

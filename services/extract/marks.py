"""Words that a rule waits for, found in a whole document at once so that claims without them cost nothing."""

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from spacy.attrs import LOWER
from spacy.strings import get_string_id
from spacy.tokens import Doc, Token


class Marks:
    """The tokens of `doc` whose lower-case word is one of `words`, in reading order."""

    def __init__(self, doc: Doc, words: Iterable[str]) -> None:
        self._doc = doc
        ids = np.array([get_string_id(word) for word in words], dtype=np.uint64)
        lower = doc.to_array([LOWER]).astype(np.uint64, copy=False).reshape(-1)
        self._found: list[int] = np.flatnonzero(np.isin(lower, ids)).tolist()

    def within(self, start: int, end: int) -> list[Token]:
        """Those among the tokens [start, end)."""
        position = bisect_left(self._found, start)
        found = []
        while position < len(self._found) and self._found[position] < end:
            found.append(self._doc[self._found[position]])
            position += 1
        return found

"""The sentences around a claim, for a reader."""

from bisect import bisect_right

from spacy.tokens import Doc

from schemas.base import Span

_MOST = 600
"""Characters of context at most: a reader wants the neighbourhood, not the article."""


class Surroundings:
    """Finds the context of spans in one document."""

    def __init__(self, doc: Doc) -> None:
        self._text = doc.text
        self._starts = [sentence.start_char for sentence in doc.sents]

    def around(self, span: Span) -> str:
        """The sentences that hold `span`, with one before and one after where they fit in the limit."""
        first = max(0, bisect_right(self._starts, span[0]) - 1)
        last = max(first, bisect_right(self._starts, max(span[0], span[1] - 1)) - 1)
        best = self._text[span[0] : span[1]]
        for low, high in ((first, last), (first - 1, last), (first - 1, last + 1)):
            text = self._between(max(0, low), high)
            if len(text) > _MOST:
                break
            best = text
        return best[:_MOST]

    def _between(self, first: int, last: int) -> str:
        end = self._starts[last + 1] if last + 1 < len(self._starts) else len(self._text)
        # As it stands in the article, so that what the claim points to can be found in it.
        return self._text[self._starts[first] : end].strip()

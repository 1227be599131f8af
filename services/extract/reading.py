"""A parsed article with its quotations: which token, sentence and paragraph is where."""

from bisect import bisect_left, bisect_right

from spacy.tokens import Doc, Span

from schemas.base import Span as Offsets
from services.extract.quotes import Quotation
from services.extract.sentences import Layout

_FEWEST_WORDS = 4
"""A shorter quotation is speech only where a cue's punctuation says so; else it is a scare quote or a term."""


class Reading:
    """Look-ups that the finders share; each is by bisection, and made once an article."""

    def __init__(self, layout: Layout, doc: Doc) -> None:
        self.text = layout.text
        self.doc = doc
        self.sentences: list[Span] = list(doc.sents)
        self.paragraphs = layout.paragraphs
        self.quotations = layout.quotations
        self._starts = [token.idx for token in doc]
        self._sentence_starts = [sentence.start for sentence in self.sentences]
        self._paragraph_starts = [start for start, _ in layout.paragraphs]
        self._quotation_starts = [quotation.span[0] for quotation in layout.quotations]
        opening = set(self._paragraph_starts)
        self.speech = [one for one in layout.quotations if self._is_speech(one, opening)]
        self.quoted = [False] * len(doc)
        for quotation in self.speech:
            for index in range(*self.tokens(quotation.span)):
                self.quoted[index] = True

    def tokens(self, span: Offsets) -> tuple[int, int]:
        """Indices of the tokens that start within `span`."""
        return bisect_left(self._starts, span[0]), bisect_left(self._starts, span[1])

    def sentence_of(self, index: int) -> int:
        """The number of the sentence that token `index` is in."""
        return bisect_right(self._sentence_starts, index) - 1

    def paragraph_of(self, at: int) -> int:
        """The number of the paragraph that character `at` is in."""
        return bisect_right(self._paragraph_starts, at) - 1

    def quotations_in(self, content: list[Offsets]) -> list[Quotation]:
        """The quotations that begin within `content`."""
        first = bisect_left(self._quotation_starts, content[0][0])
        last = bisect_left(self._quotation_starts, content[-1][1])
        return self.quotations[first:last]

    def before(self, quotation: Quotation) -> str:
        """The last visible character before the opening mark, at most one blank away."""
        start = quotation.span[0]
        return self.text[max(0, start - 2) : start].strip()[-1:]

    def _is_speech(self, quotation: Quotation, opening: set[int]) -> bool:
        words = len(self.text[quotation.inner[0] : quotation.inner[1]].split())
        if quotation.continues or quotation.span[0] in opening:
            return words >= 2
        last = self.text[quotation.inner[1] - 1]
        led = self.before(quotation) in {",", ":"}
        if last in ",.?!…—–-":
            return words >= _FEWEST_WORDS or led or last == ","
        after = self.text[quotation.span[1] : quotation.span[1] + 1]
        return words >= _FEWEST_WORDS and (led or after == ",")

"""Texts to parsed documents, with sentence starts that respect paragraphs and quotations."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from schemas.base import Span
from schemas.claim import Excluded
from services.extract.excluded import find_excluded
from services.extract.markup import mask
from services.extract.paragraphs import cut, find_paragraphs
from services.extract.quotes import Quotation, find_quotations

_BATCH = 16
"""Pieces the pipeline works on at once; more costs memory and is no faster."""
_LONGEST_QUOTE = 1_000
"""A quotation longer than this may hold sentence starts: its marks may be wrong, and parsing suffers."""


@dataclass(frozen=True)
class Layout:
    """What the characters alone tell of a text, before any model has seen it.

    `text` is the masked text: of the same length as the given one.
    """

    text: str
    paragraphs: list[Span]
    quotations: list[Quotation]
    excluded: list[Excluded]
    breaks: list[int]

    @classmethod
    def of(cls, text: str) -> "Layout":
        """The layout of `text`, in time linear in its length."""
        text = mask(text)
        paragraphs = find_paragraphs(text)
        excluded = find_excluded(text, paragraphs)
        starts = {start for start, _ in paragraphs}
        # What is excluded is no part of a sentence: one starts with it, and one behind it.
        starts.update(edge for item in excluded for edge in item.span)
        return cls(text, paragraphs, find_quotations(text, paragraphs), excluded, sorted(starts))


def parse(layouts: Iterable[Layout], nlp: Language) -> Iterator[tuple[Layout, Doc]]:
    """Each layout with its document, whose character offsets are the text's own.

    The shared pipeline is used as it is: sentence starts are set on each document before it, and the
    parser keeps what is set.
    """
    waiting: deque[tuple[Layout, int]] = deque()

    def pieces() -> Iterator[Doc]:
        for layout in layouts:
            docs = list(_pieces(layout, nlp))
            waiting.append((layout, len(docs)))
            yield from docs

    parsed: list[Doc] = []
    for doc in nlp.pipe(pieces(), batch_size=_BATCH):
        parsed.append(doc)
        layout, wanted = waiting[0]
        if len(parsed) == wanted:
            waiting.popleft()
            yield layout, _join(parsed)
            parsed = []


def _pieces(layout: Layout, nlp: Language) -> Iterator[Doc]:
    position = 0
    for piece in cut(layout.text, layout.breaks):
        doc = nlp.make_doc(piece.text)
        while (
            position < len(layout.quotations) and layout.quotations[position].span[1] <= piece.start
        ):
            position += 1
        _set_starts(doc, piece.start, piece.breaks, layout, position)
        yield doc


def _join(docs: list[Doc]) -> Doc:
    if len(docs) == 1:
        return docs[0]
    whole = Doc.from_docs(docs, ensure_whitespace=False)
    assert whole is not None
    return whole


def _set_starts(
    doc: Doc, offset: int, breaks: tuple[int, ...], layout: Layout, position: int
) -> None:
    """Starts at paragraphs; none within a quotation, nor between its end and the cue that follows."""
    quotations = layout.quotations
    at_break = deque(breaks)
    for token in doc:
        if token.is_space:
            continue
        start = token.idx
        if at_break and start >= at_break[0]:
            token.is_sent_start = True
            while at_break and start >= at_break[0]:
                at_break.popleft()
            continue
        here = start + offset
        while position < len(quotations) and quotations[position].span[1] <= here:
            if not token.is_sent_start and _runs_on(layout.text, quotations[position], here):
                token.is_sent_start = False
            position += 1
        if position < len(quotations) and _holds_together(quotations[position], here):
            token.is_sent_start = False


def _holds_together(quotation: Quotation, at: int) -> bool:
    start, end = quotation.span
    return quotation.closed and start < at < end and end - start <= _LONGEST_QUOTE


def _runs_on(text: str, quotation: Quotation, at: int) -> bool:
    """Whether the sentence goes on at `at`, the first word after a closing mark."""
    last = text[quotation.inner[1] - 1]
    return last in ",;—–" or text[at].islower() or text[at] in ",.;:)"

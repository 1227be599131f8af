"""Stretches of a document, as token indices and as characters."""

from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from schemas.base import Span as Offsets

Range = tuple[int, int]
"""Half-open token indices."""


def trim(doc: Doc, left: int, right: int) -> Range:
    """Without punctuation and white space at the ends; quotation marks and brackets stay."""
    while left < right and _is_edge(doc[left]):
        left += 1
    while left < right and _is_edge(doc[right - 1]):
        right -= 1
    return left, right


def _is_edge(token: Token) -> bool:
    belongs = token.is_quote or token.is_bracket or token.text == "%"
    return token.is_space or (token.is_punct and not belongs)


def to_offsets(doc: Doc, ranges: Iterable[Range]) -> list[Offsets]:
    """Token ranges as character offsets."""
    return [
        (doc[left].idx, doc[right - 1].idx + len(doc[right - 1]))
        for left, right in sorted(ranges)
        if left < right
    ]


def offsets_of(span: Span | Token) -> Offsets:
    """Character offsets of a span or a token."""
    if isinstance(span, Token):
        return span.idx, span.idx + len(span)
    return span.start_char, span.end_char


def tokens_of(doc: Doc, span: Offsets) -> Span:
    """The tokens that `span` touches."""
    found = doc.char_span(*span, alignment_mode="expand")
    assert found is not None
    return found

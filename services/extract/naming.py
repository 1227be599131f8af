"""Noun phrases as names that a reader would give."""

from spacy.tokens import Span

_LONGEST = 160
"""Characters of a name at most."""
_ASIDES = frozenset({"relcl", "appos", "advcl"})
_RELATIVES = frozenset({"who", "whose", "which", "where"})
_ARTICLES = frozenset({"the", "a", "an"})


def text_of(phrase: Span, *, keep_title: bool = False) -> str:
    """The words of `phrase` without its article and without what is only remarked beside it.

    With `keep_title` a capital "The" within a sentence stays: it belongs to the name ("The Hill").
    """
    start, end = phrase.start, phrase.end
    head = phrase.root
    for child in head.rights:
        if child.dep_ in _ASIDES and head.i < child.left_edge.i < end:
            end = child.left_edge.i
    for token in phrase[max(1, head.i + 1 - start) :]:
        if token.lower_ in _RELATIVES and token.i < end and token.nbor(-1).text == ",":
            end = token.i
    while end > start + 1 and (phrase.doc[end - 1].is_punct or phrase.doc[end - 1].is_space):
        end -= 1
    first = phrase.doc[start]
    if end - start > 1 and first.lower_ in _ARTICLES:
        titled = first.text == "The" and not first.is_sent_start
        start += not (keep_title and titled)
    return " ".join(phrase.doc[start:end].text.split())[:_LONGEST]


def without_article(text: str) -> str:
    """`text` without a leading "the"."""
    first, _, rest = text.partition(" ")
    return rest if first.lower() == "the" else text

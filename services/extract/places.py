"""Places: where what is claimed happens or holds.

A name that the recogniser takes for a place counts by its role in the sentence: after a locative
preposition, owned ("Japan's exports"), visited, or the subject of a verb like "record". As one who
acts or speaks ("Moscow accused", "lawmakers in Washington") it means a government, and does not.
"""

from spacy.tokens import Doc, Span, Token

from schemas.claim import Place
from services.extract.countries import CAPITALS, NAMES
from services.extract.places_words import (
    DIRECTIONAL,
    GOVERNING,
    HOLDING,
    LOCATIVE,
    MOTION,
    REACHING,
    SPEAKERS,
    VIEWS,
)
from services.extract.ranges import offsets_of
from services.extract.spans import SpanIndex

_PLACES = frozenset(("GPE", "LOC", "FAC"))
_UNSURE = frozenset(("PERSON", "ORG"))
_CHAIN = ("conj", "appos", "npadvmod", "nmod")
_STEPS = 4


class Places:
    """The places of one document, asked for by claim."""

    def __init__(self, doc: Doc) -> None:
        found = [_place(entity) for entity in doc.ents if _is_place(entity)]
        self._index = SpanIndex(found, lambda place: place.span)

    def of(self, span: Span) -> list[Place]:
        """Those within the claim in `span`, in reading order."""
        return self._index.within(offsets_of(span))


def _place(entity: Span) -> Place:
    text = entity.text.removesuffix("'s").removesuffix("’s")
    name = text.lower().removeprefix("the ")
    start = entity.start_char
    return Place(
        span=(start, start + len(text)),
        text=text,
        country=NAMES.get(name) or CAPITALS.get(name),
    )


def _is_place(entity: Span) -> bool:
    """Whether the name says where; one label the recogniser often gives wrongly needs "in" before it.

    A plural name that is no known place is a people ("Uyghurs").
    """
    name = entity.text.lower().removeprefix("the ")
    if len(entity) == 1 and entity.root.tag_ == "NNPS" and name not in NAMES:
        return False
    if entity.label_ in _PLACES:
        return _stands_for_place(entity.root, entity.label_, _is_capital(entity))
    if entity.label_ not in _UNSURE or entity.start == 0 or len(entity) > 2:
        return False
    before = entity.doc[entity.start - 1]
    return before.lower_ == "in" and entity.root.dep_ == "pobj" and entity.label_ == "PERSON"


def _is_capital(entity: Span) -> bool:
    return entity.text.lower() in CAPITALS


def _stands_for_place(root: Token, label: str, capital: bool) -> bool:
    node = root
    for _ in range(_STEPS):
        named = node.head.ent_type_ in _PLACES or node.dep_ == "appos"
        if node.dep_ not in _CHAIN or not named:
            break
        node = node.head
    head = node.head
    if node.dep_ == "pobj":
        return _after(head, capital)
    if node.dep_ == "poss":
        return head.lemma_.lower() not in (GOVERNING | VIEWS if capital else GOVERNING)
    if node.dep_ in ("nsubj", "nsubjpass"):
        return label != "GPE" or head.lemma_ in HOLDING
    return node.dep_ == "dobj" and head.lemma_ in REACHING


def _after(preposition: Token, capital: bool) -> bool:
    """Whether the object of `preposition` is where something is, goes or comes from."""
    governor = preposition.head
    while governor.dep_ == "prep" or (
        governor.dep_ == "pobj" and governor.lower_ in ("north", "south")
    ):
        governor = governor.head
    lemma = governor.lemma_.lower()
    word = preposition.lower_
    if word in LOCATIVE:
        return not (capital and word == "in" and lemma in SPEAKERS)
    if word == "of":
        return lemma not in GOVERNING and not (capital and lemma in VIEWS)
    if word in DIRECTIONAL:
        return lemma in MOTION
    return False

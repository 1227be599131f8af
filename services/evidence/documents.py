"""Items to documents: the one place where evidence is analysed."""

from collections.abc import Sequence

from schemas.evidence import Evidence, EvidenceKind
from services.evidence.passages import passage_text, passages
from services.language.analysis import Analyser
from services.ports.evidence_store import Document, Passage

SHORT_CLAIM = 6
"""Terms: a claim with fewer says too little alone, and its title is encoded with it."""

_ENCODED = 1_000  # characters of the claim that are encoded
_INDEXED = 100_000  # characters of the text that are indexed as one field

SPOKEN = frozenset({EvidenceKind.OFFICIAL_STATEMENT, EvidenceKind.REPORT})
"""Kinds whose passages get vectors: what was said or written, which a claim may repeat in other words."""

VECTORS = 64
"""Passages of an item that get a vector: encoding is what loading costs most of; all get terms."""


def to_documents(items: Sequence[Evidence], analyser: Analyser) -> list[Document]:
    """The documents of `items`, encoded together."""
    claims = analyser.terms([item.claim for item in items])
    titles = analyser.terms([item.title for item in items])
    texts = analyser.terms([item.text[:_INDEXED] for item in items])
    vectors = analyser.vectors(
        [_encoded(item, terms) for item, terms in zip(items, claims, strict=True)]
    )
    parts = _passages(items, analyser)
    return [
        Document(item, claim, title, text, vector, part)
        for item, claim, title, text, vector, part in zip(
            items, claims, titles, texts, vectors, parts, strict=True
        )
    ]


def _passages(items: Sequence[Evidence], analyser: Analyser) -> list[list[Passage]]:
    """The passages of every item, encoded together; a check without a text has none but its claim."""
    texts = [passage_text(item) if item.kind in SPOKEN else item.text for item in items]
    spans = [passages(text) for text in texts]
    encoded = {
        (n, span): text[span.start : span.end]
        for n, (item, text) in enumerate(zip(items, texts, strict=True))
        if item.kind in SPOKEN
        for span in spans[n][:VECTORS]
    }
    vectors = dict(zip(encoded, analyser.vectors(list(encoded.values())), strict=True))
    return [
        [
            Passage(span.start, span.end, words, terms, vectors.get((n, span)))
            for span in spans[n]
            for words in [text[span.start : span.end]]
            for terms in analyser.terms([words])
        ]
        for n, text in enumerate(texts)
    ]


def _encoded(item: Evidence, terms: Sequence[str]) -> str:
    text = item.claim
    if len(terms) < SHORT_CLAIM and item.title and item.title != item.claim:
        text = f"{item.claim} {item.title}"
    return text[:_ENCODED]

"""Items to documents: the one place where evidence is analysed."""

from collections.abc import Sequence

from schemas.evidence import Evidence
from services.language.analysis import Analyser
from services.ports.evidence_store import Document

SHORT_CLAIM = 6
"""Terms: a claim with fewer says too little alone, and its title is encoded with it."""

_ENCODED = 1_000  # characters of the claim that are encoded
_INDEXED = 100_000  # characters of the text that are indexed


def to_documents(items: Sequence[Evidence], analyser: Analyser) -> list[Document]:
    """The documents of `items`, encoded together."""
    claims = analyser.terms([item.claim for item in items])
    titles = analyser.terms([item.title for item in items])
    texts = analyser.terms([item.text[:_INDEXED] for item in items])
    vectors = analyser.vectors(
        [_encoded(item, terms) for item, terms in zip(items, claims, strict=True)]
    )
    return [
        Document(item, claim, title, text, vector)
        for item, claim, title, text, vector in zip(
            items, claims, titles, texts, vectors, strict=True
        )
    ]


def _encoded(item: Evidence, terms: Sequence[str]) -> str:
    text = item.claim
    if len(terms) < SHORT_CLAIM and item.title and item.title != item.claim:
        text = f"{item.claim} {item.title}"
    return text[:_ENCODED]

"""What a store keeps of a document: the same fields, terms and digest in every adapter."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from schemas.evidence import Evidence
from services.ports.evidence_store import DIMENSIONS, EXCERPT, Document
from services.runtime.errors import UserError
from services.runtime.ids import content_hash

FORMAT = 2
"""Version of the fields below; a store that holds another one says so instead of ranking wrongly."""

MAX_QUERY_TERMS = 256
"""Different terms of a query that count, from its start: stores refuse queries without a limit."""

_MAX_TERM = 100  # characters; a longer one is no word, and stores split or refuse it
_PLAIN = re.compile(r"[^a-z0-9]")


def encode_term(term: str) -> str:
    """`term` in letters, digits and underscores only, so that no store's tokenizer alters it.

    Different terms stay different up to their hundredth character.
    """
    return _PLAIN.sub(lambda found: f"_{ord(found[0]):x}_", term[:_MAX_TERM])


def encode_terms(terms: Iterable[str]) -> str:
    """The terms as a store's field: encoded, joined by spaces."""
    return " ".join(encode_term(term) for term in terms if term)


def query_terms(terms: Iterable[str]) -> list[str]:
    """The different terms of a query, encoded and in order, at most MAX_QUERY_TERMS of them."""
    known = dict.fromkeys(encode_term(term) for term in terms if term)
    return sorted(list(known)[:MAX_QUERY_TERMS])


def tidy(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores to six places: beyond them the order of a sum shows, and equal items would differ."""
    return {one: round(score, 6) for one, score in scores.items()}


def head(document: Document) -> str:
    """The field that names what the item is about: claim and title."""
    return encode_terms([*document.claim_terms, *document.title_terms])


def body(document: Document) -> str:
    """The field of the item's text."""
    return encode_terms(document.text_terms)


def excerpt(evidence: Evidence) -> Evidence:
    """The item with its text cut to EXCERPT characters."""
    if len(evidence.text) <= EXCERPT:
        return evidence
    return evidence.model_copy(update={"text": evidence.text[: EXCERPT - 1].rstrip() + "…"})


def digest(document: Document) -> str:
    """A hash of what is stored, so that a second load can tell that nothing changed."""
    spans = " ".join(f"{one.start}-{one.end}" for one in document.passages)
    return content_hash(
        "\n".join([document.evidence.model_dump_json(), head(document), body(document), spans])
    )


def passage_key(identifier: str, number: int) -> str:
    """Names the passage `number` of an item, so that passages of equal rank keep a fixed order."""
    return f"{identifier}#{number:06d}"


def order(evidence: Evidence) -> int:
    """What versions of one id are ordered by: a withdrawal comes right after the revision it withdraws."""
    return 2 * evidence.revision + (evidence.withdrawn is not None)


def newest(documents: Sequence[Document]) -> list[Document]:
    """One document for each id: the highest revision, and the last of equal ones.

    A store could not order two writes of one id within a batch.
    """
    kept: dict[str, Document] = {}
    for document in documents:
        found = kept.get(document.evidence.id)
        if found is None or order(found.evidence) <= order(document.evidence):
            kept[document.evidence.id] = document
    return list(kept.values())


def check_vectors(documents: Sequence[Document]) -> None:
    """Raise UserError naming the first document whose vector is not a unit vector of DIMENSIONS."""
    for document in documents:
        if document.evidence.withdrawn is not None:
            continue  # it has none
        vector = np.asarray(document.vector)
        if vector.shape != (DIMENSIONS,):
            raise UserError(
                f"{document.evidence.id}: its vector has the shape {vector.shape}, the store takes "
                f"({DIMENSIONS},): use the encoder that the store was built with"
            )
        if not abs(float(np.linalg.norm(vector)) - 1.0) < 1e-3:
            raise UserError(
                f"{document.evidence.id}: its vector is not of length 1: normalise it first"
            )

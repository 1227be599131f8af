"""A draft: a claim before it is dated, scored and named."""

from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from schemas.base import Span as Offsets
from schemas.claim import Quote
from services.extract.report import Report

FEWEST_WORDS = 3
"""Words below which nothing is stated."""


@dataclass
class Draft:
    """`dating` are stretches besides `span` whose dates the claim has; `lemma` is that of its cue.

    `clause_head` is the verb of the clause that the whole claim is, where it is one; `certainty`, from
    0 to 1, says how sure it is that something is stated at all.
    """

    span: Offsets
    sentence: int
    report: Report | None = None
    quote: Quote = Quote.NONE
    dating: list[Offsets] = field(default_factory=list)
    lemma: str | None = None
    clause_head: Token | None = None
    certainty: float = 1.0


def stated(doc: Doc, left: int, right: int) -> Offsets | None:
    """Tokens [left, right) as characters; none when they are too few to state anything."""
    if right - left < FEWEST_WORDS:
        return None
    return doc[left].idx, doc[right - 1].idx + len(doc[right - 1])

"""Matches: the evidence found for each claim of an article, and how it relates."""

from enum import StrEnum

from pydantic import Field

from schemas.article import ArticleRef
from schemas.base import Identifier, Model, Probability, Span
from schemas.claim import Claim
from schemas.evidence import Evidence
from schemas.evidence_change import EvidenceChange
from schemas.quotation import QuoteCheck


class Relation(StrEnum):
    """How a piece of evidence stands to a claim."""

    SAME_CLAIM = "same_claim"
    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    CONFLICT = "conflict"
    """One party denies what another asserts: word against word, and no record that decides it."""
    NARROWER = "narrower"
    """The claim is about a part of what the evidence covers: a place, a period or a group in it."""
    BROADER = "broader"
    """The claim is about a whole of which the evidence covers a part."""
    RELATED = "related"


class Standing(StrEnum):
    """How the claim's value of a slot stands to the evidence's."""

    SAME = "same"
    DIFFERS = "differs"
    NARROWER = "narrower"
    BROADER = "broader"
    MISSING = "missing"
    """Only one side has a value."""


class SlotValue(Model):
    """What one side says of a slot: its words, where they stand, and the value that was compared."""

    text: str
    value: str
    span: Span | None = Field(
        default=None, description="Null where the value stands outside the sentence, as a speaker's"
    )


class Slot(Model):
    """One thing that both sides may say, and how they stand.

    Spans of the claim point into its `resolved_text`, or its `text` without one; those of the evidence into
    its `claim`.
    """

    name: str = Field(
        description="speaker, polarity, quantity, date, place, group, event or subject"
    )
    standing: Standing
    claim: SlotValue | None = None
    evidence: SlotValue | None = None
    unit: str | None = Field(default=None, description="Of a quantity: what is counted or measured")
    decided: bool = Field(default=False, description="Whether the relation hangs on this slot")


class Match(Model):
    """One piece of evidence for one claim, with the numbers behind the ranking and a sentence on why."""

    evidence: Evidence
    score: float = Field(description="What the ranking sorts by; comparable within one claim only")
    probability: Probability = Field(description="That the evidence is about the same claim")
    relation: Relation
    why: str
    slots: list[Slot] = Field(default=[], description="The difference between both, slot by slot")
    scores: dict[str, float] = Field(default={}, description="The parts of the score, by name")


class ClaimMatches(Model):
    """A claim with its evidence, best first; empty when nothing was near enough."""

    claim: Claim
    matches: list[Match] = []
    quotation: QuoteCheck | None = Field(
        default=None,
        description="What became of the words in quotation marks; null without such words, or nowhere to look",
    )
    cluster_id: Identifier | None = Field(
        default=None, description="Which claims it is the same claim as; null: not looked for"
    )
    own_cluster_id: Identifier | None = Field(
        default=None, description="The same without the choices of reviewers"
    )


class ArticleMatches(Model):
    """The matches of all claims of one article revision.

    With `because` it is a second look: only claims that the changed evidence speaks to are listed.
    """

    article: ArticleRef
    claims: list[ClaimMatches] = []
    degraded: list[str] = Field(default=[], description="Parts that were out, e.g. `vectors`")
    because: list[EvidenceChange] = Field(
        default=[], description="Changed evidence that made these claims be matched again"
    )

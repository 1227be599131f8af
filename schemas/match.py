"""Matches: the evidence found for each claim of an article, and how it relates."""

from enum import StrEnum

from pydantic import Field

from schemas.article import ArticleRef
from schemas.base import Identifier, Model, Probability
from schemas.claim import Claim
from schemas.evidence import Evidence
from schemas.evidence_change import EvidenceChange
from schemas.quotation import QuoteCheck


class Relation(StrEnum):
    """How a piece of evidence stands to a claim."""

    SAME_CLAIM = "same_claim"
    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    RELATED = "related"


class Match(Model):
    """One piece of evidence for one claim, with the numbers behind the ranking and a sentence on why."""

    evidence: Evidence
    score: float = Field(description="What the ranking sorts by; comparable within one claim only")
    probability: Probability = Field(description="That the evidence is about the same claim")
    relation: Relation
    why: str
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

"""Matches: the evidence found for each claim of an article, and how it relates."""

from enum import StrEnum

from pydantic import Field

from schemas.article import ArticleRef
from schemas.base import Model, Probability
from schemas.claim import Claim
from schemas.evidence import Evidence


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


class ArticleMatches(Model):
    """The matches of all claims of one article revision."""

    article: ArticleRef
    claims: list[ClaimMatches] = []
    degraded: list[str] = Field(default=[], description="Parts that were out, e.g. `vectors`")

"""Candidates to matches: compared, scored, related, explained, best first."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from schemas.evidence import Evidence
from schemas.match import Match
from services.language.analysis import Analyser
from services.match.compare import compare
from services.match.features import SLOTS, measure, measure_slots, rarity, words
from services.match.grounds import grounds_of
from services.match.probability import log_odds, odds_of, probability, reach
from services.match.query import Sought, to_queries, to_statements
from services.match.reason import reason
from services.match.relation import relation_of
from services.match.slots import slots_of
from services.match.statement import Statement
from services.match.views import Views, views_of
from services.ports.evidence_store import EVERYTHING, EvidenceStore, Filters, Hit

POOL = 50
"""Candidates a claim that are compared."""


def find(
    sought: Sequence[Sought],
    *,
    store: EvidenceStore,
    analyser: Analyser,
    top: int,
    least: float = 0.0,
    filters: Filters = EVERYTHING,
) -> tuple[list[list[Match]], list[str]]:
    """For each of `sought` up to `top` matches of probability `least` or more, and the parts that are out.

    All of them in one round trip to the store, among the items that pass `filters`. Raises NotReady when it is
    away.
    """
    if not sought:
        return [], []
    queries, degraded = to_queries(sought, analyser)
    found = store.search(queries, max(top, POOL), filters=filters)
    claims = to_statements(sought, analyser)
    views = views_of(analyser)
    ranked = [
        [
            _explained(claim, one, views)
            for one in _ranked(claim, hits, views, top, least, vectors=not degraded)
        ]
        for claim, hits in zip(claims, found, strict=True)
    ]
    return ranked, degraded


class _Candidate(NamedTuple):
    hit: Hit
    features: dict[str, float]


class _Scored(NamedTuple):
    evidence: Evidence
    statement: Statement
    features: dict[str, float]
    score: float
    probability: float


def _ranked(
    claim: Statement, hits: Sequence[Hit], views: Views, top: int, least: float, *, vectors: bool
) -> list[_Scored]:
    """The `top` best of probability `least` or more. The store's order, which never depends on chance, decides between equals."""
    able = _able(_measured(claim, hits, views, vectors=vectors), top, least)
    statements = views.claims([one.hit.evidence for one in able])
    scored = [_scored(claim, *pair) for pair in zip(able, statements, strict=True)]
    likely = [one for one in scored if one.probability >= least]
    return sorted(likely, key=lambda one: -one.score)[:top]


def _measured(
    claim: Statement, hits: Sequence[Hit], views: Views, *, vectors: bool
) -> list[_Candidate]:
    heads = views.heads([hit.evidence for hit in hits])
    weights = rarity(heads, claim.terms)
    best = max((hit.bm25 for hit in hits), default=0.0) or 1.0
    best_passage = max((hit.passage for hit in hits), default=0.0) or 1.0
    first = max((hit.rank for hit in hits), default=1.0)
    return [
        _Candidate(
            hit,
            measure(
                claim.terms,
                head,
                weights,
                # A vector's last digits depend on what was encoded beside it; a match must not.
                cosine=round(max(hit.cosine, hit.passage_cosine), 4) if vectors else None,
                words=words(hit.bm25 / best, hit.passage / best_passage),
                rank=hit.rank / first,
            ),
        )
        for hit, head in zip(hits, heads, strict=True)
    ]


def _able(candidates: list[_Candidate], top: int, least: float) -> list[_Candidate]:
    """Those that names, numbers, dates and speaker can still bring among the `top` best and to `least`.

    Only they are read closely; the result is the same as if all were.
    """
    scores = [log_odds(one.features) for one in candidates]
    swing = reach(SLOTS)
    bar = -math.inf if least <= 0 else odds_of(least) - swing
    if len(scores) > top:
        bar = max(bar, sorted(scores, reverse=True)[top - 1] - 2 * swing)
    # A hair less: the sums of both sides are rounded differently.
    return [one for one, score in zip(candidates, scores, strict=True) if score >= bar - 1e-6]


def _scored(claim: Statement, one: _Candidate, statement: Statement) -> _Scored:
    features = {**one.features, **measure_slots(compare(claim, statement))}
    score = log_odds(features)
    return _Scored(one.hit.evidence, statement, features, score, probability(score))


def _explained(claim: Statement, one: _Scored, views: Views) -> Match:
    grounds = grounds_of(claim, one.statement, background=lambda: views.text(one.evidence))
    relation = relation_of(one.evidence, grounds, one.probability)
    return Match(
        evidence=one.evidence,
        score=round(one.score, 4),
        probability=round(one.probability, 4),
        relation=relation,
        why=reason(one.evidence, relation, grounds),
        slots=slots_of(one.evidence, grounds, relation),
        scores={name: round(value, 4) for name, value in one.features.items()},
    )

"""Candidates to matches: compared, scored, related, explained, best first."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from schemas.evidence import Evidence
from schemas.match import Match
from services.language.analysis import Analyser
from services.match.compare import compare
from services.match.features import measure, rarity
from services.match.probability import log_odds, probability
from services.match.query import Sought, to_queries, to_statements
from services.match.reason import reason
from services.match.relation import relation_of
from services.match.statement import Statement
from services.ports.evidence_store import EvidenceStore, Hit

POOL = 50
"""Candidates a claim that are compared."""


def find(
    sought: Sequence[Sought],
    *,
    store: EvidenceStore,
    analyser: Analyser,
    top: int,
    least: float = 0.0,
) -> tuple[list[list[Match]], list[str]]:
    """For each of `sought` up to `top` matches of probability `least` or more, and the parts that are out.

    All of them in one round trip to the store. Raises NotReady when it is away.
    """
    if not sought:
        return [], []
    queries, degraded = to_queries(sought, analyser)
    found = store.search(queries, max(top, POOL))
    claims = to_statements(sought, analyser)
    items = {hit.evidence.id: hit.evidence for hit in chain.from_iterable(found)}
    views = dict(zip(items, _views(list(items.values()), analyser), strict=True))
    ranked = [
        [
            _explained(claim, one, analyser)
            for one in _ranked(claim, hits, views, vectors=not degraded)[:top]
            if one.probability >= least
        ]
        for claim, hits in zip(claims, found, strict=True)
    ]
    return ranked, degraded


class _View(NamedTuple):
    """What an item is about: its claim, and the terms of its claim and title."""

    claim: Statement
    head: frozenset[str]


class _Scored(NamedTuple):
    hit: Hit
    view: _View
    features: dict[str, float]
    score: float
    probability: float


def _views(items: Sequence[Evidence], analyser: Analyser) -> list[_View]:
    claims = to_statements(
        [Sought(item.claim, item.speaker, publisher=item.publisher) for item in items], analyser
    )
    titles = analyser.terms([item.title for item in items])
    return [
        _View(claim, claim.terms.union(title)) for claim, title in zip(claims, titles, strict=True)
    ]


def _ranked(
    claim: Statement, hits: Sequence[Hit], views: Mapping[str, _View], *, vectors: bool
) -> list[_Scored]:
    weights = rarity([views[hit.evidence.id].head for hit in hits], claim.terms)
    best = max((hit.bm25 for hit in hits), default=0.0) or 1.0
    first = max((hit.rank for hit in hits), default=1.0)
    scored = []
    for hit in hits:
        view = views[hit.evidence.id]
        comparison = compare(claim, view.claim)
        features = measure(
            claim,
            view.head,
            comparison,
            weights,
            # A vector's last digits depend on what was encoded beside it; a match must not.
            cosine=round(hit.cosine, 4) if vectors else None,
            bm25=hit.bm25 / best,
            rank=hit.rank / first,
        )
        score = log_odds(features)
        scored.append(_Scored(hit, view, features, score, probability(score)))
    # The store's order, which never depends on chance, decides between equals.
    return sorted(scored, key=lambda one: -one.score)


def _explained(claim: Statement, one: _Scored, analyser: Analyser) -> Match:
    evidence = one.hit.evidence
    background = Sought(f"{evidence.title}\n{evidence.text}")
    comparison = compare(
        claim, one.view.claim, background=lambda: to_statements([background], analyser)[0]
    )
    relation = relation_of(evidence, comparison, one.probability)
    return Match(
        evidence=evidence,
        score=round(one.score, 4),
        probability=round(one.probability, 4),
        relation=relation,
        why=reason(evidence, relation, comparison),
        scores={name: round(value, 4) for name, value in one.features.items()},
    )

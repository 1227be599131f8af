"""Candidates to matches: compared, scored, related, explained, best first."""

from collections.abc import Sequence
from itertools import chain

from schemas.evidence import Evidence
from schemas.match import Match
from services.language.analysis import Analyser
from services.match.compare import Comparison, compare
from services.match.features import Weights, measure, rarity
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
    statements = to_statements(sought, analyser)
    items = {hit.evidence.id: hit.evidence for hit in chain.from_iterable(found)}
    views = dict(zip(items, _views(list(items.values()), analyser), strict=True))
    ranked = [
        [match for match in _rank(claim, hits, views) if match.probability >= least][:top]
        for claim, hits in zip(statements, found, strict=True)
    ]
    return ranked, degraded


View = tuple[Statement, Statement, Statement]
"""An item's claim, its claim with the title, and its title with the text."""


def _views(items: Sequence[Evidence], analyser: Analyser) -> list[View]:
    claims = [Sought(item.claim, item.speaker) for item in items]
    heads = [Sought(f"{item.claim}\n{item.title}") for item in items]
    backgrounds = [Sought(f"{item.title}\n{item.text}") for item in items]
    return list(
        zip(
            to_statements(claims, analyser),
            to_statements(heads, analyser),
            to_statements(backgrounds, analyser),
            strict=True,
        )
    )


def _rank(claim: Statement, hits: Sequence[Hit], views: dict[str, View]) -> list[Match]:
    weights = rarity([views[hit.evidence.id][1].terms for hit in hits], claim.terms)
    best = max((hit.bm25 for hit in hits), default=0.0)
    matches = [
        _match(claim, hit, views[hit.evidence.id], weights, hit.bm25 / best if best else 0.0)
        for hit in hits
    ]
    # The store's order, which never depends on chance, decides between equals.
    return sorted(matches, key=lambda match: -match.score)


def _match(claim: Statement, hit: Hit, view: View, weights: Weights, bm25: float) -> Match:
    of_claim, head, background = view
    comparison: Comparison = compare(claim, of_claim, background)
    features = measure(
        claim,
        head,
        comparison,
        weights,
        cosine=hit.cosine,
        bm25=bm25,
    )
    score = log_odds(features)
    chance = probability(score)
    relation = relation_of(hit.evidence, comparison, chance)
    return Match(
        evidence=hit.evidence,
        score=round(score, 6),
        probability=round(chance, 6),
        relation=relation,
        why=reason(hit.evidence, relation, comparison),
        scores={name: round(value, 4) for name, value in features.items()},
    )

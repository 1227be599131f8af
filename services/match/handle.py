"""The claims of an article, each with its evidence."""

from collections.abc import Callable, Iterable, Sequence

from schemas.claim import ArticleClaims
from schemas.match import ArticleMatches, ClaimMatches
from services.language.analysis import Analyser
from services.match.clusters import Placed
from services.match.query import sought_of
from services.match.quotations import check_claims
from services.match.ranking import find
from services.ports.evidence_store import EvidenceStore

Placing = Callable[[ArticleClaims], Sequence[Placed]]
"""The cluster of each claim of an article."""

TOP = 5
"""Matches a claim keeps: what a reviewer looks at, and what an event can carry."""

LEAST = 0.2
"""Below this probability evidence is not shown: an unlikely match costs more time than it saves."""


def handle(
    claims: ArticleClaims,
    *,
    store: EvidenceStore,
    analyser: Analyser,
    placing: Placing | None = None,
) -> Iterable[ArticleMatches]:
    """The matches of every claim, in one round trip to the store, and what became of each quotation.

    `placing` gives each claim its cluster; without it they have none. Quotations take a search of their
    own, which is left out when there are none. Without the encoder words alone are matched and `degraded`
    says so. Raises NotReady when a store is away.
    """
    matches, degraded = find(
        [sought_of(claim) for claim in claims.claims],
        store=store,
        analyser=analyser,
        top=TOP,
        least=LEAST,
    )
    quotations = check_claims(claims.claims, store=store, analyser=analyser)
    placed = placing(claims) if placing else [Placed(None, None)] * len(claims.claims)
    rows = zip(claims.claims, matches, quotations, placed, strict=True)
    yield ArticleMatches(
        article=claims.article,
        claims=[
            ClaimMatches(claim=claim, matches=found, quotation=quotation, **where._asdict())
            for claim, found, quotation, where in rows
        ],
        degraded=degraded,
    )

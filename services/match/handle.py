"""The claims of an article, each with its evidence."""

from collections.abc import Iterable

from schemas.claim import ArticleClaims
from schemas.match import ArticleMatches, ClaimMatches
from services.language.analysis import Analyser
from services.match.query import sought_of
from services.match.quotations import check_claims
from services.match.ranking import find
from services.ports.evidence_store import EvidenceStore

TOP = 5
"""Matches a claim keeps: what a reviewer looks at, and what an event can carry."""

LEAST = 0.2
"""Below this probability evidence is not shown: an unlikely match costs more time than it saves."""


def handle(
    claims: ArticleClaims, *, store: EvidenceStore, analyser: Analyser
) -> Iterable[ArticleMatches]:
    """The matches of every claim, in one round trip to the store, and what became of each quotation.

    Quotations take a search of their own, which is left out when there are none. Without the encoder
    words alone are matched and `degraded` says so. Raises NotReady when the store is away.
    """
    matches, degraded = find(
        [sought_of(claim) for claim in claims.claims],
        store=store,
        analyser=analyser,
        top=TOP,
        least=LEAST,
    )
    quotations = check_claims(claims.claims, store=store, analyser=analyser)
    yield ArticleMatches(
        article=claims.article,
        claims=[
            ClaimMatches(claim=claim, matches=found, quotation=quotation)
            for claim, found, quotation in zip(claims.claims, matches, quotations, strict=True)
        ],
        degraded=degraded,
    )

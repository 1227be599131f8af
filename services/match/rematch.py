"""Late evidence: the recent claims that a changed item speaks to, matched again."""

from collections.abc import Iterable, Sequence

from schemas.article import ArticleRef
from schemas.evidence_change import Change, EvidenceChange
from schemas.match import ArticleMatches, ClaimMatches
from services.language.analysis import Analyser
from services.match.handle import LEAST, TOP
from services.match.query import sought_of
from services.match.ranking import find
from services.ports.claim_store import ClaimStore, SeenClaim, Sought
from services.ports.evidence_store import EvidenceStore

POOL = 50
"""Recent claims that are looked at: the nearest. A load of thousands of items waits for each of them."""

NEAR = 0.5
"""The least cosine of an item and a claim that are compared; of the demonstration's 101 pieces of evidence on tasks
none is less near."""


def rematch(
    change: EvidenceChange, *, store: EvidenceStore, claims: ClaimStore, analyser: Analyser
) -> Iterable[ArticleMatches]:
    """The matches of the recent claims that the item is now evidence for, one event an article.

    One claim stands for its cluster, since what it finds goes into the task of all. A withdrawn item is
    evidence for nothing: the task store takes it out by itself. Raises NotReady when a store is away.
    """
    if change.change is Change.WITHDRAWN:
        return
    items = [item for item in store.get([change.evidence_id]) if item.withdrawn is None]
    if not items:
        return
    vector = analyser.vectors([items[0].claim])[0]
    (found,) = claims.near([Sought(None, vector)], POOL, least=NEAR)
    choices = claims.choices()
    seen: dict[str, SeenClaim] = {}
    for near in found:
        cluster = choices.place(near.seen.cluster_id, near.seen.wording)
        seen.setdefault(cluster, near.seen)
    matches, degraded = find(
        [sought_of(one.claim) for one in seen.values()],
        store=store,
        analyser=analyser,
        top=TOP,
        least=LEAST,
    )
    rows = [
        (
            one.article,
            ClaimMatches(
                claim=one.claim,
                matches=matched,
                cluster_id=cluster,
                own_cluster_id=one.cluster_id,
            ),
        )
        for (cluster, one), matched in zip(seen.items(), matches, strict=True)
        if any(match.evidence.id == change.evidence_id for match in matched)
    ]
    for article, listed in _by_article(rows):
        yield ArticleMatches(article=article, claims=listed, degraded=degraded, because=[change])


def _by_article(
    rows: Sequence[tuple[ArticleRef, ClaimMatches]],
) -> Iterable[tuple[ArticleRef, list[ClaimMatches]]]:
    """The rows of each article revision together, articles and claims in the order of their ids."""
    grouped: dict[tuple[str, int], tuple[ArticleRef, list[ClaimMatches]]] = {}
    for article, row in sorted(rows, key=lambda pair: (pair[0].id, pair[0].revision)):
        grouped.setdefault((article.id, article.revision), (article, []))[1].append(row)
    for article, listed in grouped.values():
        yield article, sorted(listed, key=lambda row: (row.claim.span, row.claim.id))

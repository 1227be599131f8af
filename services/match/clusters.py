"""Which claims seen before a new one says again: the cluster that its sightings share."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import structlog

from schemas.claim import ArticleClaims, Claim
from services.language.analysis import Analyser
from services.language.wording import wording_id
from services.match.query import sought_of
from services.match.same import NEAR, same_claim, speaks_against
from services.match.views import Views, views_of
from services.ports.claim_store import ClaimStore, SeenClaim, Sought
from services.ports.claim_store import Near as Candidate
from services.ports.cluster_choices import Choices
from services.ports.evidence_store import Vector
from services.runtime.clock import Clock

log = structlog.get_logger(__name__)

POOL = 20
"""Near claims that are compared with a new one."""


class Placed(NamedTuple):
    """A claim's cluster, and the one it would have if no reviewer had chosen otherwise."""

    cluster_id: str | None
    own_cluster_id: str | None


def place(
    event: ArticleClaims, *, claims: ClaimStore, analyser: Analyser, clock: Clock
) -> list[Placed]:
    """The cluster of each claim, which is kept: the same event gets the same answer again.

    A claim joins the cluster of its copies, else that of the nearest claim that says the same, unless
    another near claim of that cluster speaks against it, else it begins one. `clock` tells when it is seen, for
    the store's retention alone. Without the encoder only copies join. Raises NotReady when the store is away.
    """
    if not event.claims:
        return []
    vectors = _vectors(event.claims, analyser)
    wordings = [wording_id(claim) for claim in event.claims]
    sought = [Sought(*pair) for pair in zip(wordings, vectors, strict=True)]
    found = claims.near(sought, POOL, least=NEAR)
    choices, views = claims.choices(), views_of(analyser)
    seen: list[SeenClaim] = []
    for claim, wording, vector, near in zip(event.claims, wordings, vectors, found, strict=True):
        candidates = [*near, *_nearby(wording, vector, seen)]
        cluster = _joined(claim, wording, candidates, choices, views) or wording
        seen.append(SeenClaim(event.article, claim, wording, cluster, vector))
    return [
        Placed(choices.place(one.cluster_id, one.wording), one.cluster_id)
        for one in claims.add(seen, clock.now())
    ]


def _vectors(claims: Sequence[Claim], analyser: Analyser) -> Sequence[Vector | None]:
    try:
        return list(analyser.vectors([sought_of(claim).text for claim in claims]))
    except Exception:
        log.exception("the encoder failed; only copies join a cluster", claims=len(claims))
        return [None] * len(claims)


def _nearby(wording: str, vector: Vector | None, seen: Sequence[SeenClaim]) -> list[Candidate]:
    """The claims of the same article before this one, which the store does not hold yet."""
    return [
        Candidate(one, 1.0 if one.wording == wording else _cosine(vector, one.vector))
        for one in seen
    ]


def _cosine(one: Vector | None, other: Vector | None) -> float:
    return 0.0 if one is None or other is None else round(float(np.dot(one, other)), 4)


def _joined(
    claim: Claim, wording: str, candidates: Sequence[Candidate], choices: Choices, views: Views
) -> str | None:
    """The cluster that the claim joins, or none."""
    for copy in candidates:
        if copy.seen.wording == wording:
            return copy.seen.cluster_id
    near = sorted(
        (one for one in candidates if one.cosine >= NEAR),
        key=lambda one: (-one.cosine, one.seen.id),
    )
    if not near:
        return None
    statement, *others = views.said([claim, *(one.seen.claim for one in near)])
    clusters = [choices.own(one.seen.cluster_id, one.seen.wording) for one in near]
    against = {
        cluster
        for cluster, other in zip(clusters, others, strict=True)
        if speaks_against(statement, other)
    }
    return next(
        (
            cluster
            for cluster, other in zip(clusters, others, strict=True)
            if cluster not in against and same_claim(statement, other)
        ),
        None,
    )

"""Reviewers' merges and splits into the claim store, so that claims to come follow them."""

from collections.abc import Iterable

from schemas.base import Model
from schemas.cluster_choice import ClusterChoice
from services.ports.claim_store import ClaimStore


def choose(choice: ClusterChoice, *, claims: ClaimStore) -> Iterable[Model]:
    """Keep the choice; gives no events. Idempotent. Raises NotReady when the store is away."""
    claims.choose(choice)
    return ()

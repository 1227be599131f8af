"""What every claim store keeps of a claim, and how it orders what it found."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from pydantic import BaseModel

from schemas.article import ArticleRef
from schemas.claim import Claim
from services.ports.claim_store import Near, SeenClaim
from services.ports.evidence_store import DIMENSIONS, Vector
from services.runtime.errors import UserError

FORMAT = 1
"""Version of what is kept; a store that holds another one says so."""


class Record(BaseModel):
    """A claim as it is kept beside its vector."""

    article: ArticleRef
    claim: Claim
    wording: str
    cluster_id: str

    @classmethod
    def of(cls, seen: SeenClaim) -> "Record":
        """The record of `seen`."""
        return cls(
            article=seen.article,
            claim=seen.claim,
            wording=seen.wording,
            cluster_id=seen.cluster_id,
        )

    def to_seen(self, vector: Vector | None) -> SeenClaim:
        """The claim again."""
        return SeenClaim(self.article, self.claim, self.wording, self.cluster_id, vector)


def pack(vector: Vector | None) -> bytes | None:
    """The vector as little-endian 32-bit numbers."""
    return None if vector is None else np.asarray(vector, "<f4").tobytes()


def unpack(packed: bytes | None) -> Vector | None:
    """The vector again."""
    return None if packed is None else np.frombuffer(packed, "<f4")


def check_vectors(claims: Iterable[SeenClaim]) -> None:
    """Raise UserError naming the first claim whose vector is not a unit vector of DIMENSIONS numbers."""
    for seen in claims:
        if seen.vector is None:
            continue
        vector = np.asarray(seen.vector)
        if vector.shape != (DIMENSIONS,) or not math.isclose(
            float(np.linalg.norm(vector)), 1.0, abs_tol=1e-3
        ):
            raise UserError(
                f"{seen.claim.id}: its vector is not a unit vector of {DIMENSIONS} numbers: use the "
                "encoder that the store was built with"
            )


def ordered(copies: Sequence[SeenClaim], near: Iterable[Near], top: int) -> list[Near]:
    """Copies first, then by cosine; equal ones by id, so that the order never depends on chance."""
    found = {one.seen.id: one for one in near}
    found |= {seen.id: Near(seen, 1.0) for seen in copies}
    same = {seen.id for seen in copies}
    return sorted(
        found.values(), key=lambda one: (one.seen.id not in same, -one.cosine, one.seen.id)
    )[:top]

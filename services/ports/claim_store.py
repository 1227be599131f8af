"""The claim store: the claims seen lately, so that a new one finds its like and late evidence its claims."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from schemas.article import ArticleRef
from schemas.claim import Claim
from schemas.cluster_choice import ClusterChoice
from services.ports.cluster_choices import Choices
from services.ports.evidence_store import Vector
from services.runtime.ids import stable_id


@dataclass(frozen=True)
class SeenClaim:
    """A claim of one article revision. `cluster_id` is what it was given when it was first seen.

    `wording` is the id that its copies share. `vector` is none when the encoder was out.
    """

    article: ArticleRef
    claim: Claim
    wording: str
    cluster_id: str
    vector: Vector | None = field(compare=False)

    @property
    def id(self) -> str:
        """Of this claim in this revision of its article."""
        return stable_id("seen", self.article.id, self.article.revision, self.claim.id)


@dataclass(frozen=True)
class Sought:
    """What is looked for: copies by `wording`, near claims by `vector`; either may be none."""

    wording: str | None
    vector: Vector | None


@dataclass(frozen=True)
class Near:
    """A claim found and its cosine to what was sought, to four places; 1.0 for a copy."""

    seen: SeenClaim
    cosine: float


class ClaimStore(Protocol):
    """Every method raises NotReady when the store is away, and UserError when it holds another format."""

    def setup(self) -> None:
        """Create what is missing; change nothing that is there."""
        ...

    def add(self, claims: Sequence[SeenClaim], now: datetime) -> list[SeenClaim]:
        """Create each unless it is there; what stands for each, in order, so that a cluster is decided once.

        Claims of one id within `claims` count once: the first stands. `near` finds them when this
        returns. `now` is what `forget` goes by. Raises UserError for a vector that is not a unit vector of
        384 numbers.
        """
        ...

    def near(self, sought: Sequence[Sought], top: int, *, least: float = -1.0) -> list[list[Near]]:
        """For each up to `top` claims: copies first, then by cosine; equal ones by id. One round trip.

        Claims of a cosine below `least` that are no copies are left out, and cost nothing to read.
        """
        ...

    def forget(self, before: datetime) -> int:
        """Drop the claims added before that moment; how many."""
        ...

    def count(self) -> int:
        """How many claims there are."""
        ...

    def choose(self, choice: ClusterChoice) -> None:
        """Keep a reviewer's choice, for good and apart from the claims. Idempotent, in any order."""
        ...

    def choices(self) -> Choices:
        """The choices in force."""
        ...

"""Under whose name reviews are published, at which address, and what their ratings are called."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import HttpUrl

from services.ports.published import Published, PublishedStore
from services.review.claimreview import ClaimReview, Organization, claim_review
from services.review.conditional import tag_of
from services.review.scale import Scale, load_scale
from services.runtime.errors import UserError
from services.runtime.settings import Settings


@dataclass(frozen=True)
class Publisher:
    """Makes the reviews that readers get. `base` is the address that readers reach."""

    organization: Organization
    base: str
    scale: Scale

    @property
    def tag(self) -> str:
        """Differs when anything differs that every review depends on."""
        grades = (grade.model_dump_json() for grade in self.scale.grades.values())
        return tag_of(self.organization.model_dump_json(), self.base, *grades)

    @property
    def site(self) -> str:
        """The host of the publisher's address."""
        return self.organization.url.host or ""

    def review(self, item: Published) -> ClaimReview | None:
        """The review; none for what is not published any more."""
        return claim_review(item, publisher=self.organization, base=self.base, scale=self.scale)

    def reviews(self, store: PublishedStore) -> Iterator[ClaimReview]:
        """All that stand."""
        for item in store.all():
            if review := self.review(item):
                yield review


def publisher_of(
    settings: Settings, scale: Scale, reached_at: str | None = None
) -> Publisher | None:
    """The publisher; none when the desk publishes nothing.

    `reached_at` is the address to take when no public one is set. Raises UserError when there is none at all.
    """
    if settings.publisher_name is None:
        return None
    base = settings.public_url or reached_at
    if base is None:
        raise UserError(
            "reviews need an address: set CLAIMDESK_PUBLIC_URL to the desk's public one"
        )
    url = HttpUrl(settings.publisher_url or base)
    return Publisher(Organization(name=settings.publisher_name, url=url), base.rstrip("/"), scale)


def required(settings: Settings) -> Publisher:
    """The publisher for a command. Raises UserError, which names the setting that lacks."""
    found = publisher_of(settings, load_scale(settings.rating_scale))
    if found is None:
        raise UserError("nothing is published under no name: set CLAIMDESK_PUBLISHER_NAME")
    return found

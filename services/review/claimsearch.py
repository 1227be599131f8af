"""The answer of `claims:search`, in the format of Google's Fact Check Tools API."""

from datetime import date, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from services.ports.published import Wanted
from services.review.claimreview import ClaimReview

DEFAULT_FOUND, MOST_FOUND = 10, 100
"""Claims on a page, when nothing is said and at most."""

MOST_WORDS = 30
"""Words of a query that are looked for."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Asked(_Part):
    """What may be asked. A zero or an empty text is as good as nothing, as in Google's API."""

    query: str = Field(
        default="",
        max_length=1_000,
        description="Words of the claim or of who made it; required unless a site is given",
        examples=["bridge"],
    )
    language_code: str = Field(
        default="",
        max_length=64,
        pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$",
        description="BCP 47; the region does not count",
        examples=["en-GB"],
    )
    review_publisher_site_filter: str = Field(
        default="",
        max_length=253,
        description="The site of the publisher",
        examples=["example.org"],
    )
    max_age_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Days since the claim or its review, whichever is newer; 0 for any",
    )
    page_size: int = Field(
        default=0, ge=0, le=2**31 - 1, description="Claims on a page: 10 when 0, at most 100"
    )
    page_token: str = Field(default="", max_length=2_000, description="`nextPageToken` of a page")
    offset: int = Field(
        default=0, ge=0, le=1_000_000, description="Claims to pass over, without a `pageToken`"
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.query.strip() or self.review_publisher_site_filter.strip()):
            raise ValueError("give `query` or `reviewPublisherSiteFilter`")
        return self

    def is_possible(self, site: str) -> bool:
        """Whether anything of the publisher at `site` can be meant."""
        words = not self.query.strip() or any(map(str.isalnum, self.query))
        wanted = self.review_publisher_site_filter.strip()
        return words and (not wanted or is_site(site, wanted))

    def wanted(self, today: date) -> Wanted:
        """The same for the store."""
        return Wanted(
            words=self.query.split()[:MOST_WORDS],
            language=self.language_code or None,
            since=today - timedelta(days=self.max_age_days) if self.max_age_days else None,
        )


class Publisher(_Part):
    """Who published the review."""

    name: str
    site: str


class Review(_Part):
    """A review of the claim."""

    publisher: Publisher
    url: str
    title: str
    review_date: str = Field(description="RFC 3339; the day of the review at midnight UTC")
    textual_rating: str
    language_code: str


class FoundClaim(_Part):
    """A claim with its reviews; of this desk there is one."""

    text: str
    claimant: str | None = None
    claim_date: str | None = None
    claim_review: tuple[Review, ...]


class SearchAnswer(_Part):
    """A page of what was found, the newest review first."""

    claims: tuple[FoundClaim, ...]
    next_page_token: str | None = Field(
        default=None, description="Send it as `pageToken` for the next page; missing on the last"
    )


def found(review: ClaimReview) -> FoundClaim:
    """A review as an entry of the answer."""
    item = review.item_reviewed
    return FoundClaim(
        text=review.claim_reviewed,
        claimant=item.author.name if item.author else None,
        claim_date=_midnight(item.date_published) if item.date_published else None,
        claim_review=(
            Review(
                publisher=Publisher(name=review.author.name, site=review.author.url.host or ""),
                url=str(review.url),
                title=review.claim_reviewed,
                review_date=_midnight(review.date_published),
                textual_rating=review.review_rating.alternate_name,
                language_code=review.in_language,
            ),
        ),
    )


def is_site(site: str, wanted: str) -> bool:
    """Whether the publisher's `site` is the wanted one or within it; `www.` makes no difference."""
    own, other = (name.lower().strip(".").removeprefix("www.") for name in (site, wanted))
    return own == other or own.endswith(f".{other}")


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"

"""Verdicts as ClaimReview markup (schema.org), as Google's search wants it and `claims:search` returns it.

Written strictly: the models below are what may leave, and every review passes them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, HttpUrl, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from schemas.article import ArticleRef
from schemas.base import Model
from schemas.task import Task
from schemas.verdict import Verdict
from services.review.scale import BEST, WORST, Scale

MOST_APPEARANCES = 50

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Node(Model):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class _Typed(_Node):
    type: str = Field(alias="@type")


class Organization(_Typed):
    """Who checks."""

    type: Literal["Organization"] = Field("Organization", alias="@type")
    name: Words
    url: HttpUrl


class Claimant(_Typed):
    """Who is said to have made the claim. Nothing tells people from organisations here, so it is a Thing."""

    type: Literal["Thing"] = Field("Thing", alias="@type")
    name: Words


class CreativeWork(_Typed):
    """An article in which the claim appeared."""

    type: Literal["CreativeWork"] = Field("CreativeWork", alias="@type")
    url: HttpUrl
    headline: Words | None = None
    date_published: date | None = None


class Claim(_Typed):
    """What is reviewed."""

    type: Literal["Claim"] = Field("Claim", alias="@type")
    author: Claimant | None = None
    date_published: date | None = None
    first_appearance: CreativeWork | None = None
    appearance: tuple[CreativeWork, ...] = ()


class Rating(_Typed):
    """The finding: always in words, and as a number where the scale has one."""

    type: Literal["Rating"] = Field("Rating", alias="@type")
    alternate_name: Words
    rating_value: int | None = None
    best_rating: int | None = None
    worst_rating: int | None = None

    @model_validator(mode="after")
    def _numbers(self) -> "Rating":
        given = (self.rating_value, self.best_rating, self.worst_rating)
        if any(one is None for one in given) and given != (None, None, None):
            raise ValueError("a rating has all three numbers or none")
        return self


class ClaimReview(_Typed):
    """One published review."""

    context: Literal["https://schema.org"] = Field("https://schema.org", alias="@context")
    type: Literal["ClaimReview"] = Field("ClaimReview", alias="@type")
    id: HttpUrl = Field(alias="@id")
    url: HttpUrl
    claim_reviewed: Words
    date_published: date
    date_modified: datetime | None = None
    author: Organization
    item_reviewed: Claim
    review_rating: Rating
    review_body: Words | None = None
    in_language: str


class DataFeed(_Typed):
    """Everything that is published, newest first."""

    context: Literal["https://schema.org"] = Field("https://schema.org", alias="@context")
    type: Literal["DataFeed"] = Field("DataFeed", alias="@type")
    name: Words
    date_modified: datetime
    data_feed_element: tuple[ClaimReview, ...]


def claim_review(
    verdict: Verdict,
    task: Task,
    *,
    publisher: Organization,
    base: str,
    scale: Scale,
    published_at: datetime | None = None,
) -> ClaimReview | None:
    """The review of a verdict; none for a rating that the desk does not publish.

    `base` is the desk's public address. `published_at` is when the first verdict on the task was published,
    where this one corrects it. Raises ValidationError when the result would not be valid markup.
    """
    grade = scale.of(verdict.rating)
    if not grade.published:
        return None
    address = HttpUrl(f"{base.rstrip('/')}/published/{verdict.task_id}")
    first = published_at or verdict.decided_at
    numbered = grade.value is not None
    return ClaimReview(
        id=address,
        url=address,
        claim_reviewed=verdict.claim,
        date_published=first.date(),
        date_modified=verdict.decided_at if first != verdict.decided_at else None,
        author=publisher,
        item_reviewed=_claim(verdict, task),
        review_rating=Rating(
            alternate_name=grade.name,
            rating_value=grade.value,
            best_rating=BEST if numbered else None,
            worst_rating=WORST if numbered else None,
        ),
        review_body=verdict.rationale.strip() or None,
        in_language=verdict.language,
    )


def data_feed(name: str, reviews: Iterable[ClaimReview], modified: datetime) -> DataFeed:
    """The feed of all reviews."""
    return DataFeed(name=name, date_modified=modified, data_feed_element=tuple(reviews))


def search_row(review: ClaimReview) -> dict[str, object]:
    """A review as an entry of the response of Google's `claims:search`."""
    item = review.item_reviewed
    row: dict[str, object] = {
        "text": review.claim_reviewed,
        "claimReview": [
            {
                "publisher": {"name": review.author.name, "site": review.author.url.host},
                "url": str(review.url),
                "title": review.claim_reviewed,
                "reviewDate": f"{review.date_published.isoformat()}T00:00:00Z",
                "textualRating": review.review_rating.alternate_name,
                "languageCode": review.in_language,
            }
        ],
    }
    if item.author:
        row["claimant"] = item.author.name
    if item.date_published:
        row["claimDate"] = f"{item.date_published.isoformat()}T00:00:00Z"
    return row


def as_json(node: _Node) -> str:
    """JSON-LD without what is not known."""
    return node.model_dump_json(by_alias=True, exclude_none=True)


def _claim(verdict: Verdict, task: Task) -> Claim:
    works = [work for sighting in task.sightings if (work := _work(sighting.article))]
    appearances = tuple(dict.fromkeys(works))[:MOST_APPEARANCES]
    dated = [work for work in appearances if work.date_published]
    first = min(dated, key=lambda work: work.date_published or date.max, default=None)
    return Claim(
        author=Claimant(name=verdict.speaker) if verdict.speaker else None,
        date_published=first.date_published if first else None,
        first_appearance=first,
        appearance=appearances,
    )


def _work(article: ArticleRef) -> CreativeWork | None:
    """The article, if it has an address that can be published."""
    try:
        address = HttpUrl(article.url or "")
    except ValidationError:
        return None
    return CreativeWork(
        url=address,
        headline=article.title.strip() or None,
        date_published=article.published_at.date() if article.published_at else None,
    )

"""Verdicts as ClaimReview markup (schema.org), as search engines want it.

Written strictly: the models below are what may leave, and every review passes them.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, HttpUrl, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from schemas.base import Model
from services.ports.published import Published, Source
from services.review.scale import BEST, WORST, Scale

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


class Named(_Typed):
    """Who published a source, by name."""

    type: Literal["Organization"] = Field("Organization", alias="@type")
    name: Words


class Citation(_Typed):
    """A source that the review rests on."""

    type: Literal["CreativeWork"] = Field("CreativeWork", alias="@type")
    name: Words
    url: HttpUrl | None = None
    publisher: Named | None = None
    date_published: str | None = Field(default=None, description="ISO 8601 of any precision")


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
    citation: tuple[Citation, ...] | None = None
    in_language: str


class DataFeed(_Typed):
    """Everything that is published; `date_modified` is missing while nothing ever was."""

    context: Literal["https://schema.org"] = Field("https://schema.org", alias="@context")
    type: Literal["DataFeed"] = Field("DataFeed", alias="@type")
    name: Words
    date_modified: datetime | None = None
    data_feed_element: tuple[ClaimReview, ...]


def claim_review(
    item: Published, *, publisher: Organization, base: str, scale: Scale
) -> ClaimReview | None:
    """The review that readers get; none for what was withdrawn, and for a rating that the desk does not publish.

    `base` is the desk's public address. Raises ValidationError when the result would not be valid markup.
    """
    grade = scale.of(item.rating) if item.rating else None
    if grade is None or not grade.published:
        return None
    address = HttpUrl(f"{base.rstrip('/')}/published/{item.task_id}")
    first = item.first_at or item.changed_at
    numbered = grade.value is not None
    return ClaimReview(
        id=address,
        url=address,
        claim_reviewed=item.claim,
        date_published=first.date(),
        date_modified=item.changed_at if first != item.changed_at else None,
        author=publisher,
        item_reviewed=_claim(item),
        review_rating=Rating(
            alternate_name=grade.name,
            rating_value=grade.value,
            best_rating=BEST if numbered else None,
            worst_rating=WORST if numbered else None,
        ),
        review_body=item.rationale.strip() or None,
        citation=tuple(map(_cited, item.sources)) or None,
        in_language=item.language,
    )


def feed_parts(
    name: str, reviews: Iterable[ClaimReview], modified: datetime | None
) -> Iterator[str]:
    """The JSON of a `DataFeed`, review by review, so that a long one needs no memory."""
    head = as_json(DataFeed(name=name, date_modified=modified, data_feed_element=()))
    yield head.removesuffix("]}")
    comma = ""
    for review in reviews:
        yield f"{comma}{as_json(review)}"
        comma = ","
    yield "]}"


def as_json(node: _Node) -> str:
    """JSON-LD without what is not known."""
    return node.model_dump_json(by_alias=True, exclude_none=True)


def _claim(item: Published) -> Claim:
    works = tuple(
        CreativeWork(url=HttpUrl(seen.url), headline=seen.headline or None, date_published=seen.day)
        for seen in item.appearances
    )
    dated = [work for work in works if work.date_published]
    first = min(dated, key=lambda work: work.date_published or date.max, default=None)
    return Claim(
        author=Claimant(name=item.speaker) if item.speaker else None,
        date_published=first.date_published if first else None,
        first_appearance=first,
        appearance=works,
    )


def _cited(source: Source) -> Citation:
    return Citation(
        name=source.title,
        url=HttpUrl(source.url) if source.url else None,
        publisher=Named(name=source.publisher) if source.publisher else None,
        date_published=source.day,
    )

"""Answers of the Google Fact Check Tools API (`claims:search`) to rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.evidence.line import Line
from services.evidence.words import plain


def is_claim(value: Mapping[str, Any]) -> bool:
    """Whether `value` is a claim of such an answer."""
    return isinstance(value.get("claimReview"), list) and "@type" not in value


def claims(value: Mapping[str, Any], place: str) -> Iterator[Line]:
    """A row for each review of the claim."""
    found = value["claimReview"]
    if not found:
        yield Line(place, None, "a claim without a review")
    for number, review in enumerate(found, start=1):
        where = f"{place}, review {number}" if len(found) > 1 else place
        if not isinstance(review, Mapping):
            yield Line(where, None, "null in the place of a review")
            continue
        publisher = review.get("publisher")
        site = publisher.get("site") if isinstance(publisher, Mapping) else None
        yield Line(
            where,
            {
                "claim": plain(value.get("text")),
                "speaker": plain(value.get("claimant")),
                "title": plain(review.get("title")),
                "publisher": plain(publisher) or plain(site),
                "url": plain(review.get("url")),
                "date": plain(review.get("reviewDate")) or plain(value.get("claimDate")),
                "rating": plain(review.get("textualRating")),
                "language": plain(review.get("languageCode")),
            },
        )

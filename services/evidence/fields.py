"""Our fields by the names that others give them, as clean text of a bounded length."""

import re
from collections.abc import Mapping
from typing import Any

from services.evidence.words import clean, line, plain

# What other publishers call our fields, ours first. Names are compared in lower case without `_`, `-`
# and spaces, so `Claim Reviewed` and `claimReviewed` are one.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "identifier", "vclaimid", "_id"),
    "kind": ("kind", "type"),
    "claim": ("claim", "claimreviewed", "vclaim", "statement", "claimreviewclaimreviewed"),
    "title": ("title", "headline", "name", "extratitle"),
    "text": ("text", "body", "articlebody", "reviewbody", "content", "description", "extrabody"),
    "publisher": (
        *("publisher", "organization", "organisation", "site", "author", "claimreviewauthorname"),
        "claimreviewsource",
    ),
    "speaker": ("speaker", "claimant", "claimauthor", "source", "creativeworkauthorname"),
    "date": ("date", "datepublished", "published", "reviewdate", "claimreviewdatepublished"),
    "rating": (
        *("rating", "verdict", "textualrating", "label", "conclusion", "alternatename"),
        "ratingalternatename",
    ),
    "url": ("url", "link", "claimreviewurl"),
    "language": ("language", "lang", "inlanguage", "languagecode"),
    "revision": ("revision", "version"),
    "modified": ("modified", "datemodified", "updated"),
    "withdrawn": ("withdrawn", "retracted", "retraction"),
    "finding": ("finding",),
    "value": ("ratingvalue", "ratingratingvalue"),
    "worst": ("worstrating", "ratingworstrating"),
    "best": ("bestrating", "ratingbestrating"),
    "checker": ("claimreviewauthorurl",),
}
_LIMITS: Mapping[str, int] = {"claim": 5_000, "title": 2_000, "text": 2_000_000, "url": 2_000}
_OTHER = 500  # characters of every other field
_LONG = frozenset({"text"})
_PLAIN = re.compile(r"[\s_\-]+")


def canonical(name: str) -> str:
    """A name as it is compared: in lower case, without spaces, `_` and `-`."""
    return _PLAIN.sub("", name).lower()


def is_known(name: str) -> bool:
    """Whether `name` is a field of evidence, by any of its names."""
    return any(canonical(name) in names for names in _ALIASES.values())


def read_fields(row: Mapping[str, Any], notes: list[str]) -> dict[str, str]:
    """Our fields with their texts, cleaned and cut; the first alias that has a value wins."""
    known = {canonical(str(name)): value for name, value in row.items() if name}
    found: dict[str, str] = {}
    for field, names in _ALIASES.items():
        tidy = clean if field in _LONG else line
        texts = (tidy(_raw(known[name], field)) for name in names if name in known)
        text = next((text for text in texts if text), "")
        limit = _LIMITS.get(field, _OTHER)
        if len(text) > limit:
            notes.append(f"its {field} has {len(text):,} characters; {limit:,} were kept")
        if text:
            found[field] = text[:limit]
    return found


def _raw(value: Any, field: str) -> str:
    # `true` says something in one field only; elsewhere it is no text.
    return str(value).lower() if field == "withdrawn" and isinstance(value, bool) else plain(value)

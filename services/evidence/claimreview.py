"""ClaimReview markup (schema.org) to rows: single ones, lists, graphs, feeds, however nested."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.evidence.line import Line
from services.evidence.words import plain

_DEEPEST = 12  # levels that are searched for reviews
_HELD_BY = ("dataFeedElement", "@graph", "itemListElement", "item", "mainEntity", "hasPart")
_GONE = frozenset({"withdrawn", "retracted", "deleted", "removed"})

Object = Mapping[str, Any]


def is_linked_data(value: Object) -> bool:
    """Whether `value` is JSON-LD as publishers write it."""
    marked = any(name in value for name in ("@type", "@graph", "@context"))
    return marked or isinstance(value.get("item"), Mapping | list)


def reviews(value: Any, place: str) -> Iterator[Line]:
    """A row for each ClaimReview in `value`, and an error for each null in the place of one.

    References within one document (`{"@id": "#claim"}`) are followed.
    """
    named = {
        node["@id"]: node
        for node in _nodes(value)
        if isinstance(node.get("@id"), str) and not _is_reference(node)
    }
    yield from _reviews(value, place, named, 0)


def _reviews(value: Any, place: str, named: Mapping[str, Object], depth: int) -> Iterator[Line]:
    if depth > _DEEPEST:
        yield Line(place, None, f"nested more than {_DEEPEST} levels deep", lost=True)
    elif value is None:
        yield Line(place, None, "null in the place of a review")
    elif isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from _reviews(
                one, f"{place}, item {number}" if len(value) > 1 else place, named, depth + 1
            )
    elif isinstance(value, Mapping):
        if "ClaimReview" in _types(value):
            yield Line(place, to_row(value, named))
            return
        for name in _HELD_BY:
            if name in value:
                yield from _reviews(value[name], place, named, depth + 1)


def to_row(review: Object, named: Mapping[str, Object]) -> dict[str, Any]:
    """The fields of a ClaimReview under our names; what it lacks is left out."""
    reviewed = _objects(review.get("itemReviewed"), named)
    rating = next(iter(_objects(review.get("reviewRating"), named)), {})
    author = _resolved(review.get("author"), named)
    publisher = _resolved(review.get("publisher"), named)
    return {
        "id": _global_id(review.get("@id")),
        "claim": plain(review.get("claimReviewed")) or _claim(reviewed),
        "title": plain(review.get("headline")) or plain(review.get("name")),
        "text": plain(review.get("reviewBody")) or plain(review.get("description")),
        "publisher": plain(publisher) if _is_person(author) else plain(author) or plain(publisher),
        "speaker": _speaker(reviewed, named),
        "date": plain(review.get("datePublished")) or plain(review.get("dateCreated")),
        "modified": plain(review.get("dateModified")),
        "url": _address(review.get("url")) or _address(review.get("mainEntityOfPage")),
        "language": plain(_language(review.get("inLanguage"))),
        "rating": plain(rating.get("alternateName")) or plain(rating.get("name")),
        "ratingValue": plain(rating.get("ratingValue")),
        "bestRating": plain(rating.get("bestRating")) or "5",
        "worstRating": plain(rating.get("worstRating")) or "1",
        "withdrawn": _withdrawn(review),
    }


def _nodes(value: Any) -> Iterator[Object]:
    """Every object in `value`, without recursion: the nesting is somebody else's."""
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(one, Mapping):
            yield one
        inner: Iterable[Any] = one.values() if isinstance(one, Mapping) else one
        waiting += [(each, depth + 1) for each in inner if isinstance(each, Mapping | list)]


def _types(value: Object) -> tuple[str, ...]:
    kinds = value.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return tuple(name.rpartition("/")[2] for name in names if isinstance(name, str))


def _is_reference(value: Object) -> bool:
    return set(value) <= {"@id", "@type"}


def _resolved(value: Any, named: Mapping[str, Object]) -> Any:
    """What a bare reference points to; `value` itself otherwise."""
    if isinstance(value, Mapping) and _is_reference(value):
        return named.get(str(value.get("@id")), value)
    return value


def _objects(value: Any, named: Mapping[str, Object]) -> list[Object]:
    values = value if isinstance(value, list) else [value]
    found = (_resolved(one, named) for one in values)
    return [one for one in found if isinstance(one, Mapping)]


def _claim(reviewed: Iterable[Object]) -> str:
    for one in reviewed:
        if text := plain(one.get("text")) or plain(one.get("name")) or plain(one.get("headline")):
            return text
    return ""


def _speaker(reviewed: Iterable[Object], named: Mapping[str, Object]) -> str:
    """Who made the claim: its author, or the author of the place where it appeared."""
    for one in reviewed:
        places = ("firstAppearance", "appearance", "itemReviewed")
        nested = (inner for name in places for inner in _objects(one.get(name), named))
        for item in (one, *nested):
            for role in ("author", "creator"):
                if name := plain(_resolved(item.get(role), named)):
                    return name
    return ""


def _is_person(value: Any) -> bool:
    return isinstance(value, Mapping) and "Person" in _types(value)


def _global_id(value: Any) -> str:
    """An id that holds beyond its page: `#review` is one on every page."""
    return value if isinstance(value, str) and "://" in value and "#" not in value else ""


def _address(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    for one in values:
        text = (one.get("@id") or one.get("url")) if isinstance(one, Mapping) else one
        if isinstance(text, str) and text.strip():
            return text.strip()
    return ""


def _language(value: Any) -> Any:
    return value.get("alternateName") or value.get("name") if isinstance(value, Mapping) else value


def _withdrawn(review: Object) -> str:
    """The reason when the markup says that the review no longer stands."""
    for name in ("withdrawn", "retracted"):
        mark = review.get(name)
        if mark is True:
            return "true"
        if text := plain(mark):
            return text
    status = plain(review.get("creativeWorkStatus"))
    return f"its status is {status}" if status.lower() in _GONE else ""

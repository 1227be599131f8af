"""The standing subscriptions of one kind of event: by words, by meaning, or by both."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from services.alert.happening import Happening
from services.alert.index import QueryIndex
from services.alert.query import Query
from services.ports.alert_store import Standing

Encode = Callable[[Sequence[str]], Any]
"""From texts to vectors of length 1, one row each; asked only when a subscription wants it."""


class Found(NamedTuple):
    """A subscription that matches: the words that were found, and the cosine if it goes by meaning."""

    subscription: str
    matched: list[str]
    likeness: float | None


class StandingQueries:
    """Subscriptions by name. Not for several threads."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._index = QueryIndex()
        self._likes: dict[str, tuple[str, float]] = {}  # the text and the least cosine
        self._vectors: dict[str, Any] = {}
        self._by_meaning_only: set[str] = set()

    def put(self, name: str, query: Query | None, standing: Standing) -> None:
        """Add a subscription, or replace the one of that name."""
        self.remove(name)
        if standing.like is not None:
            self._likes[name] = standing.like, standing.like_threshold
        if query is not None:
            self._index.put(name, query)
        else:
            self._by_meaning_only.add(name)

    def remove(self, name: str) -> None:
        """Forget it; nothing happens when there is none of that name."""
        self._index.remove(name)
        self._likes.pop(name, None)
        self._vectors.pop(name, None)
        self._by_meaning_only.discard(name)

    def matching(self, happening: Happening) -> list[Found]:
        """Those that `happening` concerns, by name. The claim is encoded once, and only if it has to be."""
        by_words = {
            name: query.found(happening.document)
            for name, query in self._index.matching(happening.document)
        }
        candidates = by_words.keys() | self._by_meaning_only
        likeness = self._likeness(happening.text, sorted(candidates & self._likes.keys()))
        return [
            Found(name, by_words.get(name, []), likeness.get(name))
            for name in sorted(candidates)
            if name not in self._likes or likeness[name] >= self._likes[name][1]
        ]

    def _likeness(self, text: str, names: list[str]) -> dict[str, float]:
        if not names:
            return {}
        import numpy as np  # here, because few processes need it

        new = [name for name in names if name not in self._vectors]
        if new:
            texts = [self._likes[name][0] for name in new]
            self._vectors.update(zip(new, self._encode(texts), strict=True))
        cosines = np.stack([self._vectors[name] for name in names]) @ self._encode([text])[0]
        return {name: round(float(cosine), 4) for name, cosine in zip(names, cosines, strict=True)}

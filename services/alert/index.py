"""Many queries against one document: only those are tried whose rarest needed word it holds.

Each query waits under its anchors, as in the pre-searcher of Lucene's monitor. What needs no word
(`priority:>0.8`, fuzzy words) is tried on every document.
"""

from collections import Counter
from collections.abc import Iterator

from services.alert.document import Document
from services.alert.query import Anchor, Query

SETTLE = (32, 256, 2_048)
"""After so many documents it is known better which words are rare, and queries wait under others."""


class QueryIndex:
    """Queries by name. Which ones match never depends on what was seen before. Not for several threads."""

    def __init__(self) -> None:
        self._queries: dict[str, Query] = {}
        self._anchors: dict[str, tuple[Anchor, ...]] = {}
        self._waiting: dict[Anchor, set[str]] = {}
        self._always: set[str] = set()
        self._prefixes: Counter[int] = Counter()  # anchors by the length of their prefix
        self._seen: Counter[Anchor] = Counter()
        self._documents = 0

    def __len__(self) -> int:
        return len(self._queries)

    def put(self, name: str, query: Query) -> None:
        """Add a query, or replace the one of that name."""
        self.remove(name)
        self._queries[name] = query
        anchors = query.anchors(self._cost)
        if anchors is None:
            self._always.add(name)
            return
        self._anchors[name] = anchors
        for anchor in anchors:
            if anchor not in self._waiting:
                self._waiting[anchor] = set()
                self._prefixes[len(anchor.word)] += anchor.prefix
            self._waiting[anchor].add(name)

    def remove(self, name: str) -> None:
        """Forget a query; nothing happens when there is none of that name."""
        self._queries.pop(name, None)
        self._always.discard(name)
        for anchor in self._anchors.pop(name, ()):
            self._waiting[anchor].discard(name)
            if not self._waiting[anchor]:
                del self._waiting[anchor]
                self._prefixes[len(anchor.word)] -= anchor.prefix

    def matching(self, document: Document) -> list[tuple[str, Query]]:
        """The queries that `document` matches, by name."""
        tried = set(self._always)
        for anchor in self._held(document):
            tried |= self._waiting.get(anchor, _NONE)
        self._settle(document)
        found = ((name, self._queries[name]) for name in sorted(tried))
        return [(name, query) for name, query in found if query.matches(document)]

    def _held(self, document: Document) -> Iterator[Anchor]:
        lengths = [length for length, anchors in self._prefixes.items() if anchors > 0]
        for field, words in document.words.items():
            for word in words.places:
                yield Anchor(field, word)
                for length in lengths:
                    if length <= len(word):
                        yield Anchor(field, word[:length], prefix=True)

    def _cost(self, anchor: Anchor) -> float:
        """How many of the documents so far held it; unseen, the longer word counts as the rarer."""
        return self._seen[anchor] + 1 / (1 + len(anchor.word))

    def _settle(self, document: Document) -> None:
        if self._documents >= SETTLE[-1]:
            return
        self._seen.update(self._held(document))
        self._documents += 1
        if self._documents in SETTLE:
            for name, query in list(self._queries.items()):
                self.put(name, query)


_NONE: frozenset[str] = frozenset()

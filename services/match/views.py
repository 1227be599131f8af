"""Evidence as match reads it, each item read once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from schemas.claim import Claim
from schemas.evidence import Evidence
from services.language.analysis import Analyser
from services.match.query import Sought, sought_of, to_statements
from services.match.statement import Statement

_HEADS, _STATEMENTS = 20_000, 4_000  # items kept: about 20 MB each
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Views:
    """What the items are about, by an analyser. Safe to use from several threads.

    The keys hold the words that are read, beside id and revision: an item that somebody edited and
    loaded again under its old revision is read anew.
    """

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._heads: _Recent[Hashable, frozenset[str]] = _Recent(_HEADS)
        self._claims: _Recent[Hashable, Statement] = _Recent(_STATEMENTS)
        self._texts: _Recent[Hashable, Statement] = _Recent(_STATEMENTS)
        self._said: _Recent[Sought, Statement] = _Recent(_STATEMENTS)

    def heads(self, items: Sequence[Evidence]) -> list[frozenset[str]]:
        """The index terms of each item's claim and title."""
        keys = [(item.id, item.revision, item.claim, item.title) for item in items]
        return self._heads.get(
            keys,
            lambda new: [
                frozenset(terms)
                for terms in self._analyser.terms(
                    f"{items[n].claim}\n{items[n].title}" for n in new
                )
            ],
        )

    def claims(self, items: Sequence[Evidence]) -> list[Statement]:
        """The statement that each item is about."""
        keys = [
            (item.id, item.revision, item.claim, item.speaker, item.publisher) for item in items
        ]
        return self._claims.get(
            keys,
            lambda new: to_statements(
                [Sought(items[n].claim, items[n].speaker, (), items[n].publisher) for n in new],
                self._analyser,
            ),
        )

    def said(self, claims: Sequence[Claim]) -> list[Statement]:
        """What each claim says."""
        sought = [sought_of(claim) for claim in claims]
        return self._said.get(
            sought, lambda new: to_statements([sought[n] for n in new], self._analyser)
        )

    def text(self, item: Evidence) -> Statement:
        """What stands in its title and text."""
        key = (item.id, item.revision, item.title, item.text)
        background = Sought(f"{item.title}\n{item.text}")
        return self._texts.get([key], lambda _: to_statements([background], self._analyser))[0]


class _Recent(Generic[K, V]):
    """The values asked for lately, at most `most`."""

    def __init__(self, most: int) -> None:
        self._most, self._known, self._lock = most, OrderedDict[K, V](), Lock()

    def get(self, keys: Sequence[K], make: Callable[[list[int]], Iterable[V]]) -> list[V]:
        """The values of `keys`; `make` gives those at the indexes that are not known."""
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        new = {key: index for index, key in enumerate(keys) if key not in found}
        if new:
            found |= zip(new, make(list(new.values())), strict=True)
        with self._lock:
            for key in keys:
                self._known[key] = found[key]
                self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return [found[key] for key in keys]


_views: "WeakKeyDictionary[Analyser, Views]" = WeakKeyDictionary()


def views_of(analyser: Analyser) -> Views:
    """The views that go with an analyser: kept as long as it lives."""
    return _views.setdefault(analyser, Views(analyser))

"""A query, read: what it finds in a document, and what a document must hold for it to be tried at all."""

import dataclasses
import fnmatch
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import OSA

from services.alert.document import Document


class Anchor(NamedTuple):
    """A word of a field, or with `prefix` the beginning of one, that a match cannot do without."""

    field: str
    word: str
    prefix: bool = False


Cost = Callable[[Anchor], float]
"""How many documents hold an anchor, in any measure: the rarer one is the better one to wait for."""


class Query(ABC):
    """A query or a part of one. `shown`, where there is one, is how the person wrote it."""

    __slots__ = ()

    @abstractmethod
    def matches(self, document: Document) -> bool:
        """Whether it finds something in `document`."""

    def anchors(self, cost: Cost) -> tuple[Anchor, ...] | None:  # noqa: ARG002 - most parts choose nothing
        """Anchors of which every match holds at least one; none when no words are needed."""
        return None

    @abstractmethod
    def found(self, document: Document) -> list[str]:
        """The parts that are in `document`, as the person wrote them; for a document that matches."""


class _Leaf(Query):
    __slots__ = ()
    shown: str

    def found(self, document: Document) -> list[str]:
        """Itself, if it is there."""
        return [self.shown] if self.matches(document) else []


@dataclass(frozen=True, slots=True)
class Row(_Leaf):
    """A word, or several in a row; with `slop`, nearly in a row (then all are different)."""

    shown: str
    field: str
    words: tuple[str, ...]
    slop: int = 0

    def matches(self, document: Document) -> bool:
        """Whether it is there."""
        words = document.field(self.field)
        if len(self.words) == 1:
            return self.words[0] in words.places
        if self.slop:
            return words.has_near(self.words, self.slop)
        return words.has_row(self.words)

    def anchors(self, cost: Cost) -> tuple[Anchor, ...]:
        """Its rarest word."""
        return (min((Anchor(self.field, word) for word in self.words), key=cost),)


@dataclass(frozen=True, slots=True)
class Wildcard(_Leaf):
    """A word with `?` for one character and `*` for any; `prefix` is what stands before the first."""

    shown: str
    field: str
    pattern: str
    prefix: str
    _compiled: re.Pattern[str] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", re.compile(fnmatch.translate(self.pattern)))

    def matches(self, document: Document) -> bool:
        """Whether it is there."""
        return any(map(self._compiled.match, document.field(self.field).places))

    def anchors(self, cost: Cost) -> tuple[Anchor, ...]:  # noqa: ARG002 - there is one only
        """Its beginning."""
        return (Anchor(self.field, self.prefix, prefix=True),)


@dataclass(frozen=True, slots=True)
class Fuzzy(_Leaf):
    """A word within `distance` edits; two neighbours that change places count as one."""

    shown: str
    field: str
    word: str
    distance: int

    def matches(self, document: Document) -> bool:
        """Whether it is there."""
        return any(
            OSA.distance(self.word, word, score_cutoff=self.distance) <= self.distance
            for word in document.field(self.field).places
        )


@dataclass(frozen=True, slots=True)
class Between(_Leaf):
    """A number or date of a field between two bounds, which belong to it when they are `closed`."""

    shown: str
    field: str
    low: float
    high: float
    closed: tuple[bool, bool] = (True, True)

    def matches(self, document: Document) -> bool:
        """Whether it is there."""
        return any(map(self._holds, document.numbers.get(self.field, ())))

    def _holds(self, value: float) -> bool:
        above = value >= self.low if self.closed[0] else value > self.low
        below = value <= self.high if self.closed[1] else value < self.high
        return above and below


@dataclass(frozen=True, slots=True)
class Present(_Leaf):
    """A field that has any value."""

    shown: str
    field: str

    def matches(self, document: Document) -> bool:
        """Whether it is there."""
        return bool(document.field(self.field).places or document.numbers.get(self.field))


@dataclass(frozen=True, slots=True)
class All(Query):
    """All of `required`, of which there is at least one, and none of `excluded`."""

    required: tuple[Query, ...]
    excluded: tuple[Query, ...] = ()

    def matches(self, document: Document) -> bool:
        """Whether it is there."""
        for part in self.required:  # plain loops: this runs hundreds of times an event
            if not part.matches(document):
                return False
        for part in self.excluded:  # noqa: SIM110
            if part.matches(document):
                return False
        return True

    def anchors(self, cost: Cost) -> tuple[Anchor, ...] | None:
        """Those of the part that is rarest."""
        known = [one for part in self.required if (one := part.anchors(cost)) is not None]
        return min(known, key=lambda anchors: sum(map(cost, anchors)), default=None)

    def found(self, document: Document) -> list[str]:
        """What of each part is there."""
        return [shown for part in self.required for shown in part.found(document)]


@dataclass(frozen=True, slots=True)
class Any(Query):
    """At least one of `options`."""

    options: tuple[Query, ...]

    def matches(self, document: Document) -> bool:
        """Whether it is there."""
        return any(part.matches(document) for part in self.options)

    def anchors(self, cost: Cost) -> tuple[Anchor, ...] | None:
        """Those of every choice; none when a choice has none."""
        known = [part.anchors(cost) for part in self.options]
        if any(one is None for one in known):
            return None
        return tuple(dict.fromkeys(anchor for one in known for anchor in one or ()))

    def found(self, document: Document) -> list[str]:
        """What of the choices that match is there."""
        return [
            shown
            for part in self.options
            if part.matches(document)
            for shown in part.found(document)
        ]

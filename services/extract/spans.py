"""Spans that can be asked which of them touch another."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from schemas.base import Span

Item = TypeVar("Item")


class SpanIndex(Generic[Item]):
    """Things with spans that do not overlap one another, found by place in logarithmic time."""

    def __init__(self, items: Iterable[Item], span_of: Callable[[Item], Span]) -> None:
        self._items = sorted(items, key=span_of)
        self._span_of = span_of
        self._ends = [span_of(item)[1] for item in self._items]

    def touching(self, span: Span) -> list[Item]:
        """Those that share a character with `span`, in reading order."""
        position = bisect_left(self._ends, span[0] + 1)
        found = []
        while position < len(self._items) and self._span_of(self._items[position])[0] < span[1]:
            found.append(self._items[position])
            position += 1
        return found

    def within(self, span: Span) -> list[Item]:
        """Those that lie inside `span`, in reading order."""
        return [
            item
            for item in self.touching(span)
            if span[0] <= self._span_of(item)[0] and self._span_of(item)[1] <= span[1]
        ]

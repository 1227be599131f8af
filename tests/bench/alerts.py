"""Standing queries against events: ours beside SQLite's full-text index in memory, on the same of both.

The yardstick holds the events in batches of twenty and runs every query on each batch. Words are drawn
by Zipf's law, the same for queries and events, so common words are as common as in a language.
"""

import itertools
import resource
import sqlite3
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from services.alert.document import TEXT, Document
from services.alert.index import SETTLE, QueryIndex
from services.alert.parse import parse

SIZES = (100, 1_000, 10_000, 100_000)
YARDSTICK = 10_000
"""The most queries that the yardstick is given; it takes as long again for each more."""
VOCABULARY = 50_000
EVENT_WORDS = 150
BATCH = 20
EVENTS = 400


def measure_alerts() -> dict[str, Any]:
    """Events a second by number of subscriptions; matches are compared, so both do the same work."""
    draw = Random(1)
    words = Vocabulary(draw)
    events = [words.sample(EVENT_WORDS) for _ in range(SETTLE[-1] + EVENTS)]
    figures: dict[str, Any] = {}
    for size in SIZES:
        queries = [words.query() for _ in range(size)]
        began = time.perf_counter()
        index = QueryIndex()
        for number, query in enumerate(queries):
            index.put(str(number), parse(query))
        reading = time.perf_counter() - began
        for event in events[: SETTLE[-1]]:  # until it knows which words are rare
            index.matching(Document({"claim": [event]}))
        measured = events[SETTLE[-1] :]
        began = time.perf_counter()
        found = sum(len(index.matching(Document({"claim": [event]}))) for event in measured)
        rate = len(measured) / (time.perf_counter() - began)
        figures[f"events/s, {size:,} subscriptions"] = round(rate)
        if size <= YARDSTICK:
            theirs, same = _yardstick(queries, measured[: 2 * BATCH])
            ours = sum(
                len(index.matching(Document({"claim": [event]}))) for event in measured[: 2 * BATCH]
            )
            assert ours == same, (ours, same)
            figures[f"against FTS5, {size:,} subscriptions"] = round(rate / theirs, 1)
    figures["matches an event, 100,000 subscriptions"] = round(found / len(measured), 1)
    figures["seconds to read 100,000 subscriptions"] = round(reading, 1)
    figures["MB, peak of the process"] = round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    )
    return figures


class Vocabulary:
    """Made-up words, the nth as frequent as 1/n, and queries of one to four of them."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        letters = ("".join(pair) for pair in itertools.product("bdfgklmnprstvz", "aeiou"))
        syllables = list(letters)
        self._words = ["".join(draw.choices(syllables, k=2 + n % 3)) for n in range(VOCABULARY)]
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def sample(self, count: int) -> str:
        """`count` words of a text."""
        return " ".join(self._draw.choices(self._words, cum_weights=self._weights, k=count))

    def query(self) -> str:
        """What somebody might save: words that are not among the hundred most common ones."""
        words = list(itertools.islice(self._uncommon(), self._draw.randint(2, 4)))
        shape = self._draw.random()
        if shape < 0.5:
            return " ".join(words)
        if shape < 0.7:
            return f'"{" ".join(words[:2])}"'
        if shape < 0.9:
            return f"{words[0]} ({' OR '.join(words[1:])})"
        return f"{words[0]} NOT {words[1]}"

    def _uncommon(self) -> Iterator[str]:
        common = set(self._words[:100])
        while True:
            word = self.sample(1)
            if word not in common:
                yield word


def _yardstick(queries: list[str], events: list[str]) -> tuple[float, int]:
    """Events a second of the full-text index, and how many matches it finds."""
    found, began = 0, time.perf_counter()
    for batch in _batches(events):
        with sqlite3.connect(":memory:") as db:
            db.execute(f"create virtual table event using fts5({TEXT})")
            db.executemany("insert into event values (?)", [(event,) for event in batch])
            for query in queries:
                asked = query.replace(" (", " AND (")
                rows = db.execute("select count(*) from event where event match ?", (asked,))
                found += rows.fetchone()[0]
    return len(events) / (time.perf_counter() - began), found


def _batches(events: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(events), BATCH):
        yield events[start : start + BATCH]

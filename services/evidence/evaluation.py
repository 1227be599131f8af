"""Retrieval measured as the CheckThat! labs measure it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from services.runtime.errors import UserError

CUT, DEEP = 5, 20
"""The places that MAP looks at, and those that recall does."""

DEFINITIONS = (
    f"MAP@{CUT}: precision at each right item among the first {CUT}, summed, divided by their number",
    "P@1: the share of queries whose first item is right",
    f"MRR: 1 / the place of the first right item among the first {DEEP}, averaged (0 when there is none)",
    f"recall@{DEEP}: the share of the right items among the first {DEEP}, averaged over queries",
)


class Topic(NamedTuple):
    """A query of a test set, in the words of TREC."""

    id: str
    text: str


class Judged(NamedTuple):
    """Topics, and for each the ids of the right items; those without any are left out."""

    topics: Sequence[Topic]
    right: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Figures:
    """The four measures, each from 0 to 1."""

    map: float
    p1: float
    mrr: float
    recall: float


def read_judged(folder: Path, split: str) -> Judged:
    """The test set in `folder`: `queries.<split>.tsv` (id, text) and `qrels.<split>.tsv` (query id, item id).

    Raises UserError naming the file and the line that is wrong.
    """
    queries = [
        Topic(*row) for row in _rows(folder / f"queries.{split}.tsv", "a query id and a text")
    ]
    right: dict[str, set[str]] = {}
    for query, item in _rows(folder / f"qrels.{split}.tsv", "a query id and an item id"):
        right.setdefault(query, set()).add(item)
    kept = [query for query in queries if query.id in right]
    if not kept:
        raise UserError(f"{folder}: no query of the split {split!r} has a right item")
    return Judged(kept, {query.id: frozenset(right[query.id]) for query in kept})


def _rows(path: Path, what: str) -> list[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {error}") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        first, tab, second = line.rstrip("\r").partition("\t")
        if not tab or not first or not second:
            raise UserError(f"{path}:{number}: not {what} with a tab between them")
        rows.append((first, second))
    return rows


def measure(ranking: Sequence[str], right: frozenset[str]) -> Figures:
    """The figures of one query: `ranking` is best first, `right` is not empty."""
    places = [place for place, one in enumerate(ranking[:DEEP], start=1) if one in right]
    precisions = [(n / place) for n, place in enumerate(places, start=1) if place <= CUT]
    return Figures(
        map=sum(precisions) / min(len(right), CUT),
        p1=float(places[:1] == [1]),
        mrr=1 / places[0] if places else 0.0,
        recall=len(places) / len(right),
    )


def mean(figures: Sequence[Figures]) -> Figures:
    """The figures averaged over queries."""
    return Figures(
        **{one.name: fmean(getattr(f, one.name) for f in figures) for one in fields(Figures)}
    )


def interval(
    figures: Sequence[Figures], *, samples: int = 1_000, seed: int = 1
) -> dict[str, tuple[float, float]]:
    """The 95% interval of each figure by the bootstrap over queries (Efron 1979); the same each time."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    means = [mean(chance.choices(figures, k=len(figures))) for _ in range(samples)]
    low, high = int(0.025 * samples), int(0.975 * samples)
    return {
        one.name: (ordered[low], ordered[high])
        for one in fields(Figures)
        for ordered in [sorted(getattr(m, one.name) for m in means)]
    }

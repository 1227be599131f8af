"""Whom and what the desk checked, against all that it could have checked, with how sure the shares are."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt

from services.ports.task_store import StoredTask
from services.review.exports import Row, outlet_of

_Z = 1.959963984540054  # the normal distribution's 97.5 % point: intervals of 95 %

DIMENSIONS = ("speaker", "outlet", "kind", "rating")

BALANCE = (
    "dimension",
    "value",
    "tasks",
    "checked",
    "share_of_tasks",
    "share_of_checked",
    "share_of_checked_low",
    "share_of_checked_high",
    "checked_of_its_tasks",
    "checked_of_its_tasks_low",
    "checked_of_its_tasks_high",
)
"""Columns: how much of the queue and of the checks a speaker, outlet, kind or rating is."""

RATINGS = ("dimension", "value", "rating", "count", "share", "share_low", "share_high")
"""Columns: how the checks of a speaker, outlet or kind turned out."""


@dataclass(frozen=True)
class Checked:
    """A task, as far as balance is about it; `rating` is none while it is not decided."""

    speaker: str | None
    outlet: str | None
    kind: str
    rating: str | None

    @classmethod
    def of(cls, stored: StoredTask) -> "Checked":
        """What counts of a stored task."""
        task = stored.task
        rating = stored.verdict.rating.value if stored.verdict else None
        return cls(task.claim.speaker, outlet_of(task), task.claim.kind.value, rating)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share, also good for few trials (E. B. Wilson, JASA 22, 1927, 209-212)."""
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, _Z * _Z
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    spread = share * (1 - share) / trials + square / (4 * trials * trials)
    half = _Z * sqrt(spread) / (1 + square / trials)
    return max(0.0, centre - half), min(1.0, centre + half)


def balance(rows: Iterable[Checked]) -> Iterator[Row]:
    """A row for each value of each dimension, the most frequent first."""
    tasks = list(rows)
    checked = [task for task in tasks if task.rating is not None]
    for dimension in DIMENSIONS:
        offered = _count(tasks, dimension)
        decided = _count(checked, dimension)
        for value, count in _ordered(offered):
            done = decided[value]
            if dimension == "rating" and not value:
                continue
            yield {
                "dimension": dimension,
                "value": value,
                "tasks": count,
                "checked": done,
                "share_of_tasks": _rounded(count / len(tasks)),
                "share_of_checked": _rounded(done / len(checked)) if checked else None,
                **_interval("share_of_checked", done, len(checked)),
                "checked_of_its_tasks": _rounded(done / count),
                **_interval("checked_of_its_tasks", done, count),
            }


def ratings(rows: Iterable[Checked]) -> Iterator[Row]:
    """A row for each rating that each speaker, outlet and kind was given."""
    checked = [task for task in rows if task.rating is not None]
    for dimension in DIMENSIONS[:-1]:
        totals = _count(checked, dimension)
        for value, total in _ordered(totals):
            mine = [task for task in checked if _value(task, dimension) == value]
            for rating, count in _ordered(_count(mine, "rating")):
                yield {
                    "dimension": dimension,
                    "value": value,
                    "rating": rating,
                    "count": count,
                    "share": _rounded(count / total),
                    **_interval("share", count, total),
                }


def _count(tasks: Iterable[Checked], dimension: str) -> Counter[str]:
    return Counter(_value(task, dimension) for task in tasks)


def _value(task: Checked, dimension: str) -> str:
    return str(getattr(task, dimension) or "")


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _interval(name: str, successes: int, trials: int) -> dict[str, float]:
    low, high = wilson(successes, trials)
    return {f"{name}_low": _rounded(low), f"{name}_high": _rounded(high)}


def _rounded(value: float) -> float:
    return round(value, 4)

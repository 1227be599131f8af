"""How far reviewers agree beyond chance: Krippendorff's alpha, with an interval.

Krippendorff, Content Analysis (4th ed., 2019), chapter 12; the coincidence matrices are those of "Computing
Krippendorff's Alpha-Reliability" (2011). The interval resamples units, not values: a unit's values belong together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1_000
_SEED = 20_110_125  # fixed, so that the same opinions give the same interval
_LEVEL = (2.5, 97.5)  # percentiles of the interval

Matrix = NDArray[np.float64]
Distance = Callable[[Matrix], Matrix]
"""From how often each value occurs to how far each is from each, squared."""


@dataclass(frozen=True)
class Alpha:
    """1 is agreement, 0 what chance gives, below 0 worse. `low` to `high` holds 95% of the resamples."""

    value: float
    low: float
    high: float
    units: int


def nominal(counts: Matrix) -> Matrix:
    """Values are the same or are not."""
    return 1.0 - np.eye(len(counts))


def ordinal(counts: Matrix) -> Matrix:
    """Values are ranked: how many stand between two, with half of each of the two."""
    total = np.cumsum(counts)
    between = np.abs(total[:, None] - total[None, :])
    # The sums run over (low, high]; the half of the low one comes in, the half of the high one goes out.
    low = np.minimum.outer(np.arange(len(counts)), np.arange(len(counts)))
    high = np.maximum.outer(np.arange(len(counts)), np.arange(len(counts)))
    return np.asarray((between + (counts[low] - counts[high]) / 2) ** 2)


def alpha(units: Sequence[Sequence[int]], values: int, distance: Distance) -> Alpha | None:
    """The agreement on `units`, each with the values (0 to `values` - 1) that its reviewers gave.

    Units with fewer than two values say nothing and are left out. None when there are no others, or when they
    all hold one value only: then nothing could have differed.
    """
    paired = [unit for unit in units if len(unit) > 1]
    if not paired:
        return None
    tables = np.stack([_coincidences(unit, values) for unit in paired])
    found = _alpha(tables.sum(axis=0), distance)
    if found is None:
        return None
    flat = tables.reshape(len(paired), -1)
    generator = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(RESAMPLES):
        weights = generator.multinomial(len(paired), np.full(len(paired), 1 / len(paired)))
        again = _alpha((weights @ flat).reshape(values, values), distance)
        if again is not None:
            drawn.append(again)
    low, high = np.percentile(drawn, _LEVEL) if drawn else (found, found)
    return Alpha(round(found, 4), round(float(low), 4), round(float(high), 4), len(paired))


def _coincidences(unit: Sequence[int], values: int) -> Matrix:
    """How often each value meets each within a unit, so that each value given counts once."""
    counts = np.bincount(np.asarray(unit), minlength=values).astype(np.float64)
    pairs = np.outer(counts, counts) - np.diag(counts)
    return np.asarray(pairs / (len(unit) - 1))


def _alpha(table: Matrix, distance: Distance) -> float | None:
    counts = table.sum(axis=0)
    apart = distance(counts)
    expected = (np.outer(counts, counts) * apart).sum()
    if expected == 0:
        return None
    return float(1.0 - (counts.sum() - 1) * (table * apart).sum() / expected)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson, 1927), which also holds for few and for extreme ones."""
    if of == 0:
        return (0.0, 1.0)
    z = 1.959964
    share, room = hits / of, z * z / of
    middle = share + room / 2
    spread = z * float(np.sqrt((share * (1 - share) + room / 4) / of))
    return (
        round(max(0.0, (middle - spread) / (1 + room)), 4),
        round(min(1.0, (middle + spread) / (1 + room)), 4),
    )

"""How the work goes: what waits, and what was decided day by day, as numbers and as bars."""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schemas.verdict import Rating, VerdictStatus
from services.ports.task_store import Filter, TaskStore
from services.ports.work import NEAR, State
from services.runtime.clock import Clock

DAYS = 14
FRESH = timedelta(seconds=30)
"""How long a count is shown before it is made again."""


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: where it stands and how high, out of 100."""

    name: str
    count: int
    x: float
    height: float


@dataclass(frozen=True)
class Report:
    """What the page shows."""

    at: datetime
    backlog: dict[State, int]
    due_soon: int
    days: list[tuple[date, Bar]]
    ratings: dict[Rating, int]

    @property
    def decided(self) -> int:
        """In the days shown."""
        return sum(bar.count for _, bar in self.days)


class Progress:
    """Counts at most twice a minute, however many look."""

    def __init__(self, store: TaskStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._report: Report | None = None

    def now(self) -> Report:
        """The numbers. Raises NotReady."""
        now = self._clock.now()
        with self._lock:
            if self._report is None or not timedelta(0) <= now - self._report.at < FRESH:
                self._report = self._count(now)
            return self._report

    def _count(self, now: datetime) -> Report:
        first = now.date() - timedelta(days=DAYS - 1)
        by_day: Counter[date] = Counter()
        standing: dict[str, Rating] = {}
        for verdict in self._store.verdicts():
            if verdict.status is VerdictStatus.WITHDRAWN:
                standing.pop(verdict.task_id, None)
                continue
            standing[verdict.task_id] = verdict.rating
            by_day[verdict.decided_at.date()] += 1
        waiting = Filter(due_before=now + NEAR, states=(State.OPEN, State.TAKEN))
        counts = self._store.counts(waiting, now=now)
        days = [first + timedelta(days=n) for n in range(DAYS)]
        bars = to_bars([(f"{day:%a %d %b}", by_day[day]) for day in days])
        return Report(
            at=now,
            backlog=self._store.counts(now=now),
            due_soon=counts[State.OPEN] + counts[State.TAKEN],
            days=list(zip(days, bars, strict=True)),
            ratings={rating: Counter(standing.values())[rating] for rating in Rating},
        )


def to_bars(counted: list[tuple[str, int]]) -> list[Bar]:
    """Bars side by side, the highest 100; an empty chart has none."""
    most = max((count for _, count in counted), default=0) or 1
    wide = 100 / max(len(counted), 1)
    return [
        Bar(name, count, round(n * wide, 2), round(100 * count / most, 2))
        for n, (name, count) in enumerate(counted)
    ]

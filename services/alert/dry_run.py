"""What a query would have found: the same matching over the tasks and verdicts that are stored."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.alert.happening import Happening, of_task, of_verdict
from services.alert.standing import Encode, Found, StandingQueries
from services.alert.subscriptions import Wish, understood
from services.ports.alert_store import Standing
from services.ports.task_store import StoredTask, TaskStore

_PAGE = 200


@dataclass
class DryRun:
    """`days` counts alerts by day (ISO 8601, UTC); `examples` are the newest. `looked_at` events in all."""

    looked_at: int = 0
    days: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[Happening, Found]] = field(default_factory=list)

    @property
    def found(self) -> int:
        """Alerts in all."""
        return sum(self.days.values())


def dry_run(
    tasks: TaskStore,
    encode: Encode,
    wish: Wish,
    *,
    since: datetime,
    examples: int,
) -> DryRun:
    """What would have been told since `since`. A task counts as it stands now, on its first article's day.

    Raises UserError for a query that cannot be read, QueryError with its position. Claims that became no
    task are not stored, so they are not among it, nor are tasks whose articles tell no day.
    """
    query, types = understood(wish)
    standing = StandingQueries(encode)
    standing.put(
        "",
        query,
        Standing(
            wish.query,
            types,
            wish.like or None,
            wish.like_threshold,
            per_story=False,
            follow_up=False,
        ),
    )
    run = DryRun()
    found: list[tuple[datetime, Happening, Found]] = []
    for at, happening in _happenings(tasks, since):
        if happening.kind not in types:
            continue
        run.looked_at += 1
        for one in standing.matching(happening):
            run.days[at.date().isoformat()] += 1
            found.append((at, happening, one))
    found.sort(key=lambda row: (row[0], row[1].id), reverse=True)
    run.examples = [(happening, one) for _, happening, one in found[:examples]]
    return run


def _happenings(tasks: TaskStore, since: datetime) -> Iterator[tuple[datetime, Happening]]:
    for stored in _stored(tasks):
        seen = stored.task.first_seen_at
        if seen is not None and seen >= since and stored.task.sightings:
            yield seen, of_task(stored.task)
        verdict = stored.verdict
        if verdict is not None and verdict.decided_at >= since:
            yield verdict.decided_at, of_verdict(verdict)


def _stored(tasks: TaskStore) -> Iterator[StoredTask]:
    rows: Sequence[StoredTask]
    rows, after = tasks.page(limit=_PAGE)
    yield from rows
    while after is not None:
        rows, after = tasks.page(limit=_PAGE, after=after)
        yield from rows

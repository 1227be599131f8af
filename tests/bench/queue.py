"""The reviewers' queue under load: many people who take, think and decide at once, until nothing is left.

    python -m tests.bench.queue [--reviewers 200] [--tasks 10000] [--seconds 4] [--url postgresql://...]

Each reviewer is a thread that waits between its calls as somebody does who reads (exponential, `--seconds` for a task
on average, which real people take minutes for). A tenth of the tasks need two opinions, and one in five opinions differs. At the end every
task must be decided by exactly those that it needs, and the audit trail must verify; a run that fails this raises.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from schemas.verdict import Rating
from services.adapters.sql_audit import SqlAuditLog
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.audit_log import verify
from services.ports.work import Actor, Decide, Policy, State
from tests.support.desk import make_claim, make_task, postgresql_schema, sqlite_url, store_at

LEASE = 3_600.0
SLOWEST = 0.1
"""A reviewer who is given nothing asks again after so many seconds, or more."""


def measure_queue(
    url: str | None = None, *, reviewers: int, tasks: int, seconds: float
) -> dict[str, Any]:
    """Milliseconds of take and submit, and how many a second; on PostgreSQL, or on SQLite without a URL."""
    with _store(url, tasks) as store:
        _fill(store, tasks)
        run = _Run(store, tasks, reviewers, seconds)
        began = time.perf_counter()
        with ThreadPoolExecutor(reviewers) as pool:
            for done in [pool.submit(run.work, number) for number in range(reviewers)]:
                done.result()
        took = time.perf_counter() - began
        check_all_decided(store, tasks)
    return {
        "tasks, reviewers": f"{tasks:,}, {reviewers}",
        "opinions a second": round(len(run.submits) / took, 1),
        **_figures("take", run.takes),
        **_figures("submit", run.submits),
    }


def _figures(name: str, seconds: list[float]) -> dict[str, Any]:
    return {
        f"{name}, ms, median": round(1_000 * median(seconds), 1),
        f"{name}, ms, p95": round(1_000 * quantiles(seconds, n=20)[-1], 1),
    }


@contextmanager
def _store(url: str | None, tasks: int) -> Iterator[SqlTaskStore]:
    policy = Policy(double_review_at=sorted(_priorities(tasks))[-max(1, tasks // 10)])
    if url is not None:
        with postgresql_schema(url) as own, store_at(own, policy) as store:
            yield store
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        store_at(sqlite_url(Path(folder)), policy) as store,
    ):
        yield store


def _priorities(tasks: int) -> list[float]:
    return [_task(number).priority.value for number in range(tasks)]


def _task(number: int) -> Any:
    worth = (number * 7_919 % 1_000) / 1_000
    return make_task(make_claim(f"Statement number {number} was made", check_worthiness=worth))


def _fill(store: SqlTaskStore, tasks: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(store.upsert, map(_task, range(tasks))):
            pass


class _Run:
    """The reviewers' work on one store."""

    def __init__(self, store: SqlTaskStore, tasks: int, reviewers: int, seconds: float) -> None:
        self._store, self._tasks, self._reviewers = store, tasks, reviewers
        self._pause = max(seconds / 2, 1e-6)
        self._over = threading.Event()
        self.takes: list[float] = []
        self.submits: list[float] = []

    def work(self, number: int) -> None:
        """One reviewer's day, which ends when everything is decided."""
        draw, actor = Random(number), Actor(name=f"reviewer {number}")
        time.sleep(draw.random() * 2 * self._pause)  # nobody comes at the same moment
        while not self._over.is_set():
            began = time.perf_counter()
            taken = self._store.take_next(actor, _now(), LEASE)
            if taken is None:
                if self._store.counts()[State.DONE] == self._tasks:
                    self._over.set()
                self._over.wait(max(self._pause, SLOWEST))
                continue
            self.takes.append(time.perf_counter() - began)
            time.sleep(draw.expovariate(1 / self._pause))
            rating = Rating.TRUE if draw.random() < 0.2 else Rating.FALSE
            action = Decide(lease=taken.lease, rating=rating, rationale="As the record says.")
            began = time.perf_counter()
            self._store.act(taken.task.id, action, actor, _now())
            self.submits.append(time.perf_counter() - began)
            time.sleep(draw.expovariate(1 / self._pause))


def _now() -> datetime:
    return datetime.now(UTC)


def check_all_decided(store: SqlTaskStore, tasks: int) -> None:
    """Raise AssertionError unless each task was decided once, by exactly the opinions that it needs."""
    given: dict[str, list[Rating]] = {}
    for one in store.opinions():
        given.setdefault(one.task_id, []).append(one.rating)
    verdicts = Counter(verdict.task_id for verdict in store.verdicts())
    assert set(verdicts) == set(given)
    assert len(verdicts) == tasks
    assert set(verdicts.values()) == {1}
    cursor, seen = None, 0
    while cursor is not None or seen == 0:
        page, cursor = store.page(limit=200, after=cursor)
        for stored in page:
            ratings = given[stored.task.id]
            differ = stored.work.needs == 2 and ratings[0] is not ratings[1]
            assert stored.state is State.DONE
            assert len(ratings) == stored.work.needs + differ, (stored.task.id, ratings)
            assert len({one.reviewer for one in stored.work.opinions}) == len(ratings)
        seen += len(page)
    assert seen == tasks
    entries = list(SqlAuditLog(store._engine).entries())
    assert verify(entries).problem is None
    assert Counter(entry.action for entry in entries)["decide"] == sum(map(len, given.values()))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reviewers", type=int, default=200)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=4.0, help="a task takes them on average")
    parser.add_argument("--url", help="PostgreSQL; SQLite in a file without it")
    options = parser.parse_args()
    figures = measure_queue(
        options.url, reviewers=options.reviewers, tasks=options.tasks, seconds=options.seconds
    )
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()

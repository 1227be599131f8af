"""How long the desk's pages take with many tasks: the server's answer, and the first paint in a real browser.

    python -m tests.bench.desk [--tasks 100000]

A hundred tasks are stored as always, and copied in the database to the number that is asked for.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright
from sqlalchemy import text

from services.adapters.sql_tasks import SqlTaskStore
from services.runtime.clock import SystemClock
from tests.support.desk import (
    People,
    chromium,
    make_match,
    make_task,
    make_tasks,
    running_desk,
    sqlite_url,
    store_at,
)

ADDRESSES = ("/", "/?state=open", "/?kind=quantity&relation=contradicts", "/?text=bridge")
SEED = 100
TRIES = 5
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def measure_desk(tasks: int) -> dict[str, float]:
    """Milliseconds, medians of five."""
    with tempfile.TemporaryDirectory() as folder, store_at(sqlite_url(Path(folder))) as store:
        fill(store, tasks)
        people = People(store, SystemClock())
        with running_desk(store, SystemClock()) as url:
            found = {f"ms, {path}": _answer(url + path, people) for path in ADDRESSES}
            if chromium():
                found["ms, first paint of / (goal under 1,000)"] = _paint(url, people)
    return found


def fill(store: SqlTaskStore, count: int) -> None:
    """Some tasks, and copies of their rows up to `count`."""
    for task in (make_task(evidence=[make_match()]), *make_tasks(SEED - 1)):
        store.upsert(task)
    with store._engine.begin() as connection:
        names = connection.execute(text("SELECT * FROM tasks LIMIT 0")).keys()
        others = ", ".join(name for name in names if name not in {"id", "cluster_id"})
        copy = (
            "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < :last) "
            f"INSERT INTO tasks (id, cluster_id, {others}) "
            f"SELECT id || '.' || n, cluster_id || '.' || n, {others} FROM tasks CROSS JOIN copies"
        )
        connection.execute(text(copy), {"last": count // SEED - 1})


def _answer(address: str, people: People) -> float:
    times = []
    with httpx.Client(cookies=people.cookie(), timeout=60) as client:
        for _ in range(TRIES):
            began = time.perf_counter()
            client.get(address).raise_for_status()
            times.append(time.perf_counter() - began)
    return round(1_000 * statistics.median(times))


def _paint(url: str, people: People) -> float:
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(TRIES):
            page = browser.new_page()
            ((name, value),) = people.cookie().items()
            page.context.add_cookies([{"name": name, "value": value, "url": url}])
            page.goto(url)
            page.wait_for_function(f"({PAINT.replace('.startTime', '')}) !== undefined")
            times.append(page.evaluate(PAINT))
        browser.close()
    return round(statistics.median(times))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    sys.stdout.write(json.dumps(measure_desk(parser.parse_args().tasks), indent=2) + "\n")

"""The whole flow: articles a second at full load, and the time from article to task at half of it."""

import json
import os
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from schemas.task import Task
from schemas.topics import TASKS, TOPICS
from services.app import App
from services.evidence.load import load
from services.ingest.documents import read_document
from services.ingest.intake import Intake
from services.ingest.item import Options
from services.ingest.source import read_file
from services.ports.event_log import drained
from services.runtime.events import decode
from services.runtime.settings import Settings
from tests.bench.corpus import DEMO, articles
from tests.support.desk import postgresql_schema

PIPELINE = ("extract", "match", "triage", "review")
"""The services between an article and its tasks."""


def measure_flow(mode: str, count: int) -> dict[str, Any]:
    """Throughput of `count` articles that are all there, then latency at half that rate."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _app(mode, folder / "full") as app:
            full = _stream(app, folder, count, every=0.0)
        with _app(mode, folder / "paced") as app:
            paced = _stream(app, folder, count, every=2 * full[0] / count)
    latencies = sorted(paced[1])
    return {
        "articles/s, end to end": round(count / full[0], 2),
        "tasks": len(full[1]),
        "article to task at half load, p50 (s)": round(statistics.median(latencies), 2),
        "article to task at half load, p95 (s)": round(latencies[int(len(latencies) * 0.95)], 2),
    }


@contextmanager
def _app(mode: str, folder: Path) -> Iterator[App]:
    """The product with nothing in it; what it makes on shared servers has names of its own."""
    with ExitStack() as closing:
        settings: dict[str, Any] = {"data_dir": folder, "http_port": 0}
        if mode == "stack":
            name = f"bench-{uuid.uuid4().hex[:8]}"
            schema = postgresql_schema(os.environ["CLAIMDESK_TEST_POSTGRESQL"])
            settings |= {
                "broker": "kafka",
                "kafka_bootstrap": os.environ["CLAIMDESK_TEST_KAFKA"],
                "topic_prefix": f"{name}.",
                "store": "elasticsearch",
                "elasticsearch_url": os.environ["CLAIMDESK_TEST_ELASTICSEARCH"],
                "elasticsearch_index": name,
                "database_url": closing.enter_context(schema),
            }
        app = App(Settings(**settings))
        closing.callback(app.close)
        yield app


def _stream(app: App, folder: Path, count: int, every: float) -> tuple[float, list[float]]:
    """Seconds from the first article to the last task, and each task's seconds since its article."""
    load([DEMO / "evidence.jsonl"], store=app.evidence_store, analyser=app.analyser)
    app.admin.ensure(TOPICS)
    intake = Intake(app.producer, app.ledger, app.clock)
    run = uuid.uuid4().hex[:8]
    rows = [article | {"guid": f"{run}-{article['guid']}"} for article in articles(count)]
    with _running(app) as steps:
        began = time.perf_counter()
        for number, row in enumerate(rows):
            path = folder / "article.json"
            path.write_text(json.dumps({k: v for k, v in row.items() if k != "id"}), "utf-8")
            list(intake.take(read_document(read_file(path), Options())))
            time.sleep(max(0.0, began + every * (number + 1) - time.perf_counter()))
        while not drained(app.admin, steps):
            time.sleep(0.02)
        seconds = time.perf_counter() - began
    return seconds, list(_latencies(app))


@contextmanager
def _running(app: App) -> Iterator[list[Any]]:
    services = app.services(PIPELINE)
    steps = [(step.name, step.consumes) for one in services for step in one.steps]
    stop = threading.Event()
    thread = threading.Thread(target=app.runner.run, args=(services, stop))
    thread.start()
    try:
        # The groups must have joined before the clock starts.
        while not app.health.is_ready():
            time.sleep(0.05)
        yield steps
    finally:
        stop.set()
        thread.join()


def _latencies(app: App) -> Iterator[float]:
    for record in app.admin.read(TASKS):
        event = decode(TASKS, record.value)
        if isinstance(event.data, Task) and event.ingesttime:
            yield (event.time - event.ingesttime).total_seconds()

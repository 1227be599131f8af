"""Ingest: items a second from HTTP to topic beside bare fetch and parse, and thousands of feeds in one process.

    python -m tests.bench.ingest [--feeds 5000]

The feeds are served by a process of its own, each under a host name of its own that leads to this machine.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import feedparser
import psutil

from schemas.topics import ARTICLES
from services.adapters.embedded_log import EmbeddedLog
from services.adapters.http import HttpWeb
from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.adapters.sql_ledger import SqlArticleLedger
from services.ingest.intake import Intake
from services.ingest.service import FeedPoller
from services.ports.feed_registry import Feed
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings
from services.runtime.telemetry import configure_logging
from tests.support.desk import postgresql_schema

ITEMS = 20
PAIRS = 3
FEEDS_OF_A_PAIR = 10
WORDS = 150
HOST = "feed{}.test"
LIMIT = 10_000_000


def measure_ingest(feeds: int = 5_000) -> dict[str, Any]:
    """Both figures; logs are silent meanwhile."""
    configure_logging("error")
    with _server() as port:
        found = _rate(port) | _many(port, feeds, "SQLite")
        if server := os.environ.get("CLAIMDESK_TEST_POSTGRESQL"):
            with postgresql_schema(server) as url:
                found |= _many(port, max(feeds // 10, 1), "PostgreSQL", url)
        return found


def _rate(port: int) -> dict[str, Any]:
    """Medians of pairs: the same feeds fetched and parsed bare, and polled into the log."""
    ratios, ours = [], []
    for pair in range(PAIRS):
        addresses = [_address(port, f"r{pair}x{n}") for n in range(FEEDS_OF_A_PAIR)]
        web = _web()
        began = time.perf_counter()
        count = sum(
            len(feedparser.parse(web.get(one, {}, LIMIT).body).entries) for one in addresses
        )
        bare = count / (time.perf_counter() - began)
        with tempfile.TemporaryDirectory() as folder, _poller(Path(folder)) as (poller, registry):
            poller.run_once(
                _add(registry, [_address(port, f"w{pair}")]), threading.Event(), _ignore
            )
            ids = _add(registry, addresses)
            began = time.perf_counter()
            poller.run_once(ids, threading.Event(), _ignore)
            seconds = time.perf_counter() - began
            assert registry.health(SystemClock().now()).new == count + ITEMS
        ours.append(count / seconds)
        ratios.append(count / seconds / bare)
    return {
        "items/s, HTTP to topic, all new": round(statistics.median(ours), 1),
        "against bare fetch and feedparser": round(statistics.median(ratios), 3),
    }


def _many(port: int, count: int, on: str, url: str | None = None) -> dict[str, Any]:
    """Every feed once, and once more when most have not changed; the peak of poller and parser together."""
    with tempfile.TemporaryDirectory() as name, _poller(Path(name), url) as (poller, registry):
        ids = _add(registry, [_address(port, f"m{n}") for n in range(count)])
        with _peak() as peak:
            began = time.perf_counter()
            poller.run_once(ids, threading.Event(), _ignore)
            first = time.perf_counter() - began
            registry.wake(ids, SystemClock().now() + timedelta(seconds=1))
            time.sleep(1)
            began, worked = time.perf_counter(), time.process_time()
            poller.run_once(ids, threading.Event(), _ignore)
            again, worked = time.perf_counter() - began, time.process_time() - worked
        health = registry.health(SystemClock().now())
        assert (health.active, health.failing, health.never_read) == (count, 0, 0), health
    title = f"{count:,} feeds on {on}"
    return {
        f"polls/s, {title}, a tenth with a new item": round(count / first, 1),
        f"polls/s, {title}, not modified": round(count / again, 1),
        f"CPU ms a poll, {title}, not modified": round(1_000 * worked / count, 1),
        f"MB, peak, {title}, parser included (goal under 400)": round(peak[0] / 1e6),
    }


def _ignore(_feed: Feed) -> None:
    pass


def _address(port: int, name: str) -> str:
    return f"http://{HOST.format(name)}:{port}/{name}"


def _web() -> HttpWeb:
    return HttpWeb("bench", allow_private=True, resolver=lambda *_: ["127.0.0.1"])


@contextmanager
def _poller(folder: Path, url: str | None = None) -> Iterator[tuple[FeedPoller, SqlFeedRegistry]]:
    clock, engine = SystemClock(), make_engine(url or f"sqlite:///{folder / 'desk.db'}")
    registry, ledger = SqlFeedRegistry(engine), SqlArticleLedger(engine)
    registry.setup()
    ledger.setup()
    log = EmbeddedLog(folder / "log.db", clock)
    log.ensure([ARTICLES])
    settings = Settings(data_dir=folder, fetch_pages=False, poll_host_seconds=0, poll_seconds=3_600)
    yield FeedPoller(settings, Intake(log, ledger, clock), registry, clock, _web()), registry
    log.close()
    engine.dispose()


def _add(registry: SqlFeedRegistry, addresses: list[str]) -> list[str]:
    rows: list[tuple[str, str | None]] = [(address, None) for address in addresses]
    return [feed.id for feed in registry.add(rows, "bench", datetime.now(UTC), seed=False)]


@contextmanager
def _peak() -> Iterator[list[int]]:
    """The most memory that this process and its children had together, in bytes.

    Shared pages count once: a child that is being started shows all of its parent's as its own.
    """
    peak, stop = [0], threading.Event()
    own = psutil.Process()

    def watch() -> None:
        while not stop.wait(0.2):
            try:
                tree = [own, *own.children(recursive=True)]
                peak[0] = max(
                    peak[0], sum(one.memory_full_info().pss for one in tree if not _serves(one))
                )
            except psutil.Error:
                continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _serves(process: psutil.Process) -> bool:
    return "--serve" in process.cmdline()


# The server


@contextmanager
def _server() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", __spec__.name, "--serve"],
        stdout=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def _serve() -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("if-none-match"):
                self.send_response(304)
                self.end_headers()
                return
            name = self.path.strip("/")
            body = _feed(name, _items_of(name))
            self.send_response(200)
            self.send_header("content-type", "application/rss+xml")
            self.send_header("content-length", str(len(body)))
            self.send_header("etag", '"1"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _items_of(name: str) -> int:
    """Of many feeds each tenth has one item, and the rest none at the moment."""
    return int(name.endswith("0")) if name.startswith("m") else ITEMS


def _feed(name: str, items: int) -> bytes:
    rows = "".join(
        f"<item><guid isPermaLink='false'>{name}-{n}</guid><title>Story {n} of {name}</title>"
        f"<link>http://{HOST.format(name)}/{n}</link><pubDate>Mon, 06 May 2024 09:00:00 GMT</pubDate>"
        f"<description>{_text(f'{name}-{n}')}</description></item>"
        for n in range(items)
    )
    return f"<rss version='2.0'><channel><title>{name}</title>{rows}</channel></rss>".encode()


def _text(seed: str) -> str:
    """Words that no other item has in this order."""
    import random

    draw = random.Random(seed)
    return " ".join(f"{draw.choice('bcdfgl')}{draw.randrange(3_000)}" for _ in range(WORDS))


def main() -> None:
    """Measure and print, or serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=5_000)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        _serve()
    else:
        sys.stdout.write(json.dumps(measure_ingest(options.feeds), indent=2) + "\n")


if __name__ == "__main__":
    main()

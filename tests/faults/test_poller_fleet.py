"""A fleet of pollers: processes share the feeds, and what one had when it was killed others take over."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemas.topics import ARTICLES
from services.adapters.embedded_log import EmbeddedLog
from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.ingest.service import LEASE, THREADS
from services.runtime.clock import SystemClock
from services.runtime.events import decode
from tests.support.desk import postgresql_schema, sqlite_url
from tests.support.receiver import Answer, Asked, Receiver, receiving

ROOT = Path(__file__).parents[2]
FEEDS = 40
PATIENCE = 120  # seconds for what takes about five


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, require: Callable[[str], str]
) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
    else:
        with postgresql_schema(require("CLAIMDESK_TEST_POSTGRESQL")) as own:
            yield own


class Feeds:
    """Answers for every feed, and holds the answers back while `closed`."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def answer(self, asked: Asked) -> Answer:
        self.open.wait(PATIENCE)
        name = asked.headers["host"].partition(".")[0]
        body = f"<rss version='2.0'><channel><title>F</title><item><guid>{name}</guid><title>{name}</title></item></channel></rss>"
        return Answer(200, {"content-type": "application/rss+xml"}, body.encode())


def start(url: str, folder: Path, lead: float = 0) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.polling_process", url, str(folder), str(lead)],
        cwd=ROOT,
    )


def eventually(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def hosts(server: Receiver) -> Counter[str]:
    return Counter(asked.headers["host"].partition(".")[0] for asked in server.requests)


def test_two_processes_share_the_feeds_and_one_takes_over_from_the_killed_one(
    url: str, tmp_path: Path
) -> None:
    engine = make_engine(url)
    registry = SqlFeedRegistry(engine)
    registry.setup()
    EmbeddedLog(tmp_path / "log.db", SystemClock()).ensure([ARTICLES])
    feeds = Feeds()
    with receiving(feeds.answer) as server:
        port = server.url.rpartition(":")[2]
        names = [f"f{number}" for number in range(FEEDS)]
        now = SystemClock().now()
        registry.add(
            [(f"http://{name}.test:{port}/", None) for name in names], "ada", now, seed=False
        )
        processes = [start(url, tmp_path) for _ in range(2)]
        try:
            # Both are in the middle of as many feeds as they have threads, all of them different.
            eventually(lambda: len(server.requests) >= 2 * THREADS)
            processes[0].kill()
            processes[0].wait()
            feeds.open.set()
            # The other one goes through all that the dead one has no lease on.
            eventually(lambda: set(hosts(server)) == set(names))
            assert set(hosts(server).values()) == {1}, "a feed was polled twice"
            # When its leases have run out, a third one takes them over, and nothing else.
            processes.append(start(url, tmp_path, LEASE.total_seconds() + 60))
            eventually(lambda: all(feed.succeeded_at is not None for feed in registry.feeds()))
            asked = hosts(server)
            assert Counter(asked.values()) == {1: FEEDS - THREADS, 2: THREADS}
        finally:
            for process in processes:
                process.kill()
                process.wait()
    engine.dispose()
    log = EmbeddedLog(tmp_path / "log.db", SystemClock())
    events = [decode(ARTICLES, record.value) for record in log.read(ARTICLES)]
    assert sorted(event.data.title for event in events) == sorted(names)

"""What the embedded log promises beyond the ports: one transaction, one winner, named bad days."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.topics import ARTICLES, CLAIMS, DEAD_LETTERS
from services.adapters.embedded_log import Batch, EmbeddedLog
from services.runtime.clock import FakeClock
from services.runtime.errors import NotReady, UserError
from services.runtime.events import MAX_MESSAGE
from services.runtime.executor import Message

DAY = 86_400.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def log(tmp_path: Path, clock: FakeClock) -> Iterator[EmbeddedLog]:
    made = EmbeddedLog(tmp_path / "log.db", clock)
    made.ensure([replace(ARTICLES, partitions=1), replace(CLAIMS, partitions=1)])
    yield made
    made.close()


def articles(*values: bytes) -> list[Message]:
    return [Message(ARTICLES.name, "a", value) for value in values]


def claims(value: bytes) -> list[Message]:
    return [Message(CLAIMS.name, "a", value)]


def values(log: EmbeddedLog) -> list[bytes | None]:
    return [record.value for record in log.read(CLAIMS)]


def fetch(log: EmbeddedLog) -> Batch:
    return log.fetch("extract", ARTICLES.name, 10)


def test_of_two_runners_with_the_same_messages_one_counts(log: EmbeddedLog) -> None:
    log.publish(articles(b"1", b"2"))
    first, second = fetch(log), fetch(log)
    assert log.commit("extract", first, first.records[:1], claims(b"first"))
    assert not log.commit("extract", second, second.records[:1], claims(b"second"))
    assert values(log) == [b"first"]
    assert [record.value for record in fetch(log).records] == [b"2"]


def test_a_batch_may_be_committed_in_parts(log: EmbeddedLog) -> None:
    log.publish(articles(b"1", b"2", b"3"))
    batch = fetch(log)
    assert log.commit("extract", batch, batch.records[:2], claims(b"12"))
    assert log.commit("extract", batch, batch.records[2:], claims(b"3"))
    assert values(log) == [b"12", b"3"]


def test_a_seek_wins_over_a_commit_that_was_under_way(log: EmbeddedLog) -> None:
    log.publish(articles(b"1", b"2"))
    log.seek("extract", ARTICLES, 1)
    batch = fetch(log)
    log.seek("extract", ARTICLES, 0)
    assert not log.commit("extract", batch, batch.records, claims(b"late"))
    assert [record.value for record in fetch(log).records] == [b"1", b"2"]


def test_a_commit_that_fails_leaves_neither_output_nor_offset(log: EmbeddedLog) -> None:
    log.publish(articles(b"1"))
    batch = fetch(log)
    with pytest.raises(NotReady, match="nowhere"):
        log.commit("extract", batch, batch.records, [*claims(b"out"), Message("nowhere", "a", b"")])
    assert values(log) == []
    assert fetch(log).records == batch.records


def test_a_fetch_holds_a_bounded_amount(log: EmbeddedLog) -> None:
    big = b"x" * (MAX_MESSAGE - 10)
    log.publish(articles(big, big, b"1"))
    assert len(fetch(log).records) == 1


def test_a_publish_is_all_or_nothing(log: EmbeddedLog) -> None:
    with pytest.raises(NotReady):
        log.publish([*claims(b"1"), Message("nowhere", "a", b"")])
    assert values(log) == []


def test_retention_removes_what_is_old_and_read(log: EmbeddedLog, clock: FakeClock) -> None:
    log.publish(articles(b"old", b"old and unread"))
    batch = fetch(log)
    log.commit("extract", batch, batch.records[:1], [])
    clock.advance(8 * DAY)
    log.publish(articles(b"new"))
    log.prune()
    assert [record.value for record in log.read(ARTICLES)] == [b"old and unread", b"new"]
    assert log.describe([ARTICLES])[0].messages == 2
    assert sum(row.lag for row in log.lag([("extract", ARTICLES)])) == 2
    assert sum(row.lag for row in log.lag([("another", ARTICLES)])) == 2


def test_offsets_go_on_after_everything_was_removed(log: EmbeddedLog, clock: FakeClock) -> None:
    log.publish(articles(b"1", b"2"))
    clock.advance(8 * DAY)
    assert log.prune() == 2
    log.publish(articles(b"3"))
    assert [(record.offset, record.value) for record in log.read(ARTICLES)] == [(2, b"3")]


def test_writing_prunes_by_itself(log: EmbeddedLog, clock: FakeClock) -> None:
    log.publish(articles(b"1"))
    clock.advance(8 * DAY)
    log.publish(articles(b"2"))
    assert [record.value for record in log.read(ARTICLES)] == [b"2"]


def test_a_compacted_topic_keeps_the_last_of_each_key_and_tombstones_for_a_day(
    log: EmbeddedLog, clock: FakeClock
) -> None:
    letters = [
        Message(DEAD_LETTERS.name, key, value)
        for key, value in (("a", b"1"), ("b", b"2"), ("a", b"3"), ("b", None))
    ]
    log.publish(letters)
    assert [(r.key, r.value) for r in log.read(DEAD_LETTERS)] == [("a", b"3"), ("b", None)]
    clock.advance(timedelta(days=400).total_seconds())
    log.prune()
    assert [(r.key, r.value) for r in log.read(DEAD_LETTERS)] == [("a", b"3")]


def test_a_locked_file_is_not_ready(
    log: EmbeddedLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.adapters.embedded_file._BUSY_SECONDS", 0.0)
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    impatient = EmbeddedLog(tmp_path / "log.db", FakeClock())
    with pytest.raises(NotReady, match="another process holds it locked"):
        impatient.publish(articles(b"1"))
    other.execute("ROLLBACK")
    impatient.publish(articles(b"1"))
    assert len(list(log.read(ARTICLES))) == 1
    other.close()
    impatient.close()


def test_a_full_disk_is_not_ready_and_nothing_is_half_written(log: EmbeddedLog) -> None:
    log.publish(articles(b"1"))
    with log._file.write(durable=False) as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count={pages + 1}")
    with pytest.raises(NotReady, match="the disk is full"):
        log.publish(articles(b"2", b"x" * 1_000_000))
    assert [record.value for record in log.read(ARTICLES)] == [b"1"]
    db.execute("PRAGMA max_page_count=1000000")
    log.publish(articles(b"3"))
    assert [record.value for record in log.read(ARTICLES)] == [b"1", b"3"]


def test_a_damaged_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"this is no database, but it is long enough" * 100)
    with pytest.raises(UserError, match=r"log\.db is damaged or no database.*restore it"):
        EmbeddedLog(tmp_path / "log.db", FakeClock()).publish(articles(b"1"))


def test_a_file_of_a_newer_release_is_refused(log: EmbeddedLog, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "log.db")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(UserError, match="written by a newer release"):
        EmbeddedLog(tmp_path / "log.db", FakeClock()).publish(articles(b"1"))


WRITER = """
import sys
from pathlib import Path
from services.adapters.embedded_log import EmbeddedLog
from services.runtime.clock import SystemClock
from services.runtime.executor import Message
log = EmbeddedLog(Path(sys.argv[1]), SystemClock())
for number in range(50):
    log.publish([Message("claimdesk.articles", sys.argv[2], str(number).encode())])
"""


def test_processes_write_one_file_at_a_time_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "log.db"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("a", "b")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    log = EmbeddedLog(path, FakeClock())
    records = list(log.read(ARTICLES))
    for name in ("a", "b"):
        own = [int(record.value or b"") for record in records if record.key == name]
        assert own == list(range(50))
    log.close()

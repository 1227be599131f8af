"""The event log in one SQLite file, for any number of threads and processes.

A step's outputs and its offset are one transaction, so a step that is killed anywhere leaves either
both or neither: within the log, every message takes effect exactly once.
"""

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from schemas.topics import BY_NAME, Topic
from services.adapters.embedded_file import SqliteFile
from services.ports.event_log import Lag, TopicState
from services.runtime.clock import Clock
from services.runtime.errors import NotReady
from services.runtime.events import MAX_MESSAGE
from services.runtime.executor import Message, Record

_SCHEMA = """
CREATE TABLE topics (
    name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, compact INTEGER NOT NULL,
    retention REAL NOT NULL
) STRICT;
CREATE TABLE partitions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) STRICT, WITHOUT ROWID;
CREATE TABLE log (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL, key TEXT NOT NULL, value BLOB, headers TEXT NOT NULL, ts REAL NOT NULL,
    compact_key TEXT
) STRICT;
CREATE UNIQUE INDEX log_place ON log (topic, partition, "offset");
CREATE INDEX log_age ON log (topic, ts);
CREATE UNIQUE INDEX log_compact ON log (topic, compact_key) WHERE compact_key IS NOT NULL;
CREATE TABLE offsets (
    step TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (step, topic, partition)
) STRICT, WITHOUT ROWID;
"""

_POSITIONS = """
SELECT p.partition, max(coalesce(o.next, 0), coalesce(
           (SELECT min(l."offset") FROM log l WHERE l.topic = p.topic AND l.partition = p.partition),
           p.next)), p.next, o.next
FROM partitions p LEFT JOIN offsets o
     ON o.step = ? AND o.topic = p.topic AND o.partition = p.partition
WHERE p.topic = ? ORDER BY p.partition
"""
"""For each partition: where a step goes on, the end, and the offset as stored (null: never ran)."""

_SELECT_WAITING = """
SELECT id, partition, coalesce(length(value), 0) FROM log
WHERE topic = ? AND partition = ? AND "offset" >= ? ORDER BY "offset" LIMIT ?
"""
_SELECT_RECORD = 'SELECT topic, key, value, headers, partition, "offset" FROM log WHERE id = ?'
_SELECT_NEXT_RECORD = """
SELECT topic, key, value, headers, partition, "offset" FROM log
WHERE topic = ? AND partition = ? AND "offset" >= ? AND "offset" < ? ORDER BY "offset" LIMIT 1
"""
_INSERT = """
INSERT OR REPLACE INTO log (topic, key, value, headers, partition, "offset", ts, compact_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_SELECT_OFFSET = "SELECT (SELECT next FROM offsets WHERE step = ? AND topic = ? AND partition = ?)"
_PRUNE = """
DELETE FROM log WHERE id IN (
    SELECT id FROM log l WHERE topic = ? AND ts < ? AND (NOT ? OR value IS NULL) AND NOT EXISTS (
        SELECT 1 FROM offsets o
        WHERE o.topic = l.topic AND o.partition = l.partition AND o.next <= l."offset"
    ) ORDER BY ts LIMIT ?
)
"""
_TOMBSTONES_STAY = timedelta(days=1)  # as long as Kafka's default delete.retention.ms
_PRUNE_EVERY = timedelta(minutes=5)
_PRUNE_AT_MOST = 1_000  # records a time, so that no write waits long


@dataclass(frozen=True)
class Batch:
    """Records for a step in order of arrival, and its stored offset on each of their partitions."""

    records: tuple[Record, ...]
    stored: dict[int, int | None]


class EmbeddedLog:
    """Producer and LogAdmin over one file, and what the embedded runner needs.

    `publish` and `seek` survive the loss of power: their callers note elsewhere that it is done. A
    step's commit survives the end of the process; a loss of power may take back the last commits,
    outputs and offset together, and the step does the same again from inputs that are still there.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = SqliteFile(path, _SCHEMA, version=1)
        self._clock = clock
        self._topics: dict[str, tuple[int, bool]] = {}
        self._grown = threading.Condition()
        self._growth = 0
        self._pruned_at = clock.now()

    # Producer

    def publish(self, messages: Sequence[Message]) -> None:
        """Append `messages` in one transaction. Raises NotReady; nothing is written then."""
        with self._file.write(durable=True) as db:
            self._append(db, messages)
        self._announce()

    # LogAdmin

    def ensure(self, topics: Iterable[Topic]) -> list[str]:
        """Create the topics that are missing; their names."""
        with self._file.write(durable=True) as db:
            return [topic.name for topic in topics if _create(db, topic)]

    def describe(self, topics: Iterable[Topic]) -> list[TopicState]:
        """The state of each topic."""
        with self._file.read() as db:
            return [_state(topic.name, _positions(db, "", topic.name)) for topic in topics]

    def lag(self, steps: Iterable[tuple[str, Topic]]) -> list[Lag]:
        """The lag of each step on each partition, all at one moment."""
        with self._file.read() as db:
            return [
                Lag(step, topic.name, partition, position, end)
                for step, topic in steps
                for partition, position, end, _ in _positions(db, step, topic.name)
            ]

    def seek(self, step: str, topic: Topic, offset: int) -> None:
        """Let `step` start again from `offset`, or from the nearest that each partition has."""
        with self._file.write(durable=True) as db:
            for partition, begin, end, _ in _positions(db, "", topic.name):
                _store_offset(db, step, topic.name, partition, max(begin, min(offset, end)))
        self._announce()

    def read(self, topic: Topic) -> Iterator[Record]:
        """Every record up to the end as it is at the call, in partition order."""
        with self._file.read() as db:
            positions = _positions(db, "", topic.name)
        return self._read(topic.name, positions)

    # For the runner

    def fetch(self, step: str, topic: str, limit: int) -> Batch:
        """Up to `limit` records that `step` has not committed, oldest arrival first.

        Holds no more than MAX_MESSAGE bytes of values, or one record.
        """
        with self._file.read() as db:
            waiting: list[tuple[int, int, int]] = []
            stored: dict[int, int | None] = {}
            for partition, position, end, offset in _positions(db, step, topic):
                if position < end:
                    stored[partition] = offset
                    waiting += db.execute(
                        _SELECT_WAITING, (topic, partition, position, limit)
                    ).fetchall()
            chosen = _within(sorted(waiting)[:limit], MAX_MESSAGE)
            records = tuple(
                _record(db.execute(_SELECT_RECORD, (row,)).fetchone()) for row in chosen
            )
        return Batch(records, stored)

    def commit(
        self, step: str, batch: Batch, done: Sequence[Record], outputs: Sequence[Message]
    ) -> bool:
        """Append `outputs` and move `step` past `done`, the first records of `batch`: both or neither.

        False when another runner of the step has moved it meanwhile: nothing is written then, the
        outputs are to be forgotten, and the next fetch says where it goes on. Raises NotReady.
        """
        by_partition = sorted(done, key=attrgetter("partition", "offset"))
        with self._file.write(durable=False) as db:
            for partition, group in groupby(by_partition, key=attrgetter("partition")):
                last = list(group)[-1]
                (found,) = db.execute(
                    _SELECT_OFFSET,
                    (step, last.topic, partition),
                ).fetchone()
                if found != batch.stored[partition]:
                    return False
                _store_offset(db, step, last.topic, partition, last.offset + 1)
            self._append(db, outputs)
        batch.stored.update({record.partition: record.offset + 1 for record in by_partition})
        if outputs:
            self._announce()
        return True

    @property
    def growth(self) -> int:
        """Counts what this process appended; give it to `wait_for_growth`."""
        return self._growth

    def wait_for_growth(self, seen: int, seconds: float) -> None:
        """Wait until this process has appended since `seen`; at most `seconds` of real time.

        Other processes' appends are not heard of: look again after it.
        """
        with self._grown:
            self._grown.wait_for(lambda: self._growth != seen, timeout=seconds)

    def prune(self) -> int:
        """Remove what retention no longer asks for; how many records.

        What a step that has ever run still has to read stays, however old. Of a compacted topic only
        old tombstones go.
        """
        with self._file.write(durable=False) as db:
            return self._prune(db)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # Within a transaction

    def _append(self, db: sqlite3.Connection, messages: Sequence[Message]) -> None:
        now = self._clock.now().timestamp()
        for message in messages:
            partitions, compact = self._topic(db, message.topic)
            partition = zlib.crc32(message.key.encode("utf-8", "surrogatepass")) % partitions
            (end,) = db.execute(
                "UPDATE partitions SET next = next + 1 WHERE topic = ? AND partition = ? "
                "RETURNING next",
                (message.topic, partition),
            ).fetchone()
            db.execute(
                _INSERT,
                (
                    message.topic,
                    message.key,
                    message.value,
                    json.dumps(message.headers),
                    partition,
                    end - 1,
                    now,
                    message.key if compact else None,
                ),
            )
        if self._clock.now() - self._pruned_at >= _PRUNE_EVERY:
            self._prune(db)

    def _prune(self, db: sqlite3.Connection) -> int:
        self._pruned_at = now = self._clock.now()
        removed = 0
        for name, compact, retention in db.execute(
            "SELECT name, compact, retention FROM topics"
        ).fetchall():
            keep = _TOMBSTONES_STAY.total_seconds() if compact else retention
            removed += db.execute(
                _PRUNE,
                (name, now.timestamp() - keep, compact, _PRUNE_AT_MOST),
            ).rowcount
        return removed

    def _topic(self, db: sqlite3.Connection, name: str) -> tuple[int, bool]:
        found = self._topics.get(name)
        if found is None:
            if name in BY_NAME:
                _create(db, BY_NAME[name])
            row = db.execute("SELECT partitions, compact FROM topics WHERE name = ?", (name,))
            found = row.fetchone()
            if found is None:
                raise NotReady(f"topic {name}", "it does not exist; run `claimdesk topics ensure`")
            self._topics[name] = found
        return found

    def _announce(self) -> None:
        with self._grown:
            self._growth += 1
            self._grown.notify_all()

    def _read(
        self, topic: str, positions: list[tuple[int, int, int, int | None]]
    ) -> Iterator[Record]:
        for partition, begin, end, _ in positions:
            position = begin
            while position < end:
                with self._file.read() as db:
                    row = db.execute(
                        _SELECT_NEXT_RECORD, (topic, partition, position, end)
                    ).fetchone()
                if row is None:
                    break
                record = _record(row)
                position = record.offset + 1
                yield record


def _create(db: sqlite3.Connection, topic: Topic) -> bool:
    """Create `topic`; false if it is there."""
    created = db.execute(
        "INSERT OR IGNORE INTO topics VALUES (?, ?, ?, ?)",
        (
            topic.name,
            topic.partitions,
            topic.cleanup == "compact",
            topic.retention.total_seconds(),
        ),
    ).rowcount
    if created:
        db.executemany(
            "INSERT INTO partitions VALUES (?, ?, 0)",
            [(topic.name, partition) for partition in range(topic.partitions)],
        )
    return bool(created)


def _positions(
    db: sqlite3.Connection, step: str, topic: str
) -> list[tuple[int, int, int, int | None]]:
    return db.execute(_POSITIONS, (step, topic)).fetchall()


def _state(topic: str, positions: list[tuple[int, int, int, int | None]]) -> TopicState:
    messages = sum(end - begin for _, begin, end, _ in positions)
    return TopicState(topic, len(positions), messages, exists=bool(positions))


def _store_offset(
    db: sqlite3.Connection, step: str, topic: str, partition: int, next_: int
) -> None:
    db.execute(
        "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?)", (step, topic, partition, next_)
    )


def _within(waiting: list[tuple[int, int, int]], budget: int) -> list[int]:
    """Ids from the front whose sizes fit the budget together; at least one."""
    chosen: list[int] = []
    for row, _, size in waiting:
        budget -= size
        if chosen and budget < 0:
            break
        chosen.append(row)
    return chosen


def _record(row: tuple[str, str, bytes | None, str, int, int]) -> Record:
    topic, key, value, headers, partition, offset = row
    return Record(
        topic=topic,
        key=key,
        value=value,
        headers=tuple((name, text) for name, text in json.loads(headers)),
        partition=partition,
        offset=offset,
    )

"""The audit trail, on every database: in order, whole, and not to be changed."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, exc, text

from services.adapters.sql import make_engine, writing
from services.adapters.sql_audit import SqlAuditLog, append
from services.ports.audit_log import GENESIS, Event, verify

AT = datetime(2026, 5, 1, 9, 30, 0, 123456, tzinfo=UTC)


def event(number: int = 1, subject: str = "task_1") -> Event:
    details = {
        "number": number,
        "text": "“Größe” \u2028 \x00 5%",
        "nested": {"b": [1.5, None], "a": True},
    }
    return Event(at=AT, actor="ana", action="decide", subject=subject, details=details)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def log(engine: Engine) -> SqlAuditLog:
    log = SqlAuditLog(engine)
    log.setup()
    log.setup()
    return log


def test_what_goes_in_comes_out_in_order_and_verifies(log: SqlAuditLog) -> None:
    log.append([event(1), event(2, "task_2")])
    log.append([])
    log.append([event(3)])
    entries = list(log.entries())
    assert [entry.details["number"] for entry in entries] == [1, 2, 3]
    assert entries[0].previous == GENESIS
    assert entries[0].at == AT
    report = verify(entries)
    assert (report.entries, report.problem, report.head) == (3, None, entries[-1].hash)
    assert [entry.seq for entry in log.entries(subject="task_1")] == [1, 3]
    assert [entry.seq for entry in log.entries(after=2)] == [3]


def test_a_long_trail_is_read_in_pieces(log: SqlAuditLog) -> None:
    log.append(event(number) for number in range(2_500))
    assert verify(log.entries()).entries == 2_500


def test_many_who_append_at_once_make_one_chain(log: SqlAuditLog) -> None:
    together = threading.Barrier(6)

    def work() -> None:
        together.wait()
        for number in range(10):
            log.append([event(number)])

    people = [threading.Thread(target=work) for _ in range(6)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    report = verify(log.entries())
    assert (report.entries, report.problem) == (60, None)


def test_an_entry_stands_or_falls_with_the_change_it_tells_of(
    log: SqlAuditLog, engine: Engine
) -> None:
    def fail() -> None:
        with writing(engine) as connection:
            append(connection, [event()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(log.entries()) == []
    log.append([event()])
    assert verify(log.entries()).entries == 1


@pytest.mark.parametrize(
    "change",
    ["UPDATE audit SET actor = 'eve'", "DELETE FROM audit WHERE seq = 1", "TRUNCATE audit"],
)
def test_the_database_refuses_every_change(log: SqlAuditLog, engine: Engine, change: str) -> None:
    log.append([event()])
    with pytest.raises(exc.DBAPIError), writing(engine) as connection:
        connection.execute(text(change))
    assert verify(log.entries()).entries == 1

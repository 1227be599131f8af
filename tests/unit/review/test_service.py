"""The outbox publishes each verdict at least once under one id; the server starts, says where, and stops."""

import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from schemas.topics import VERDICTS
from schemas.verdict import Verdict
from services.adapters.sql_tasks import SqlTaskStore
from services.review.handle import handle
from services.review.service import DeskServer, VerdictOutbox
from services.review.token import load_token
from services.runtime.clock import FakeClock
from services.runtime.errors import NotReady, UserError
from services.runtime.events import decode
from services.runtime.executor import Message
from services.runtime.settings import Settings
from tests.support.desk import NOW, TOKEN, make_task, make_tasks, sqlite_url, store_at, verdict_for


class Log:
    """A producer that remembers, and fails when it is told to."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.away = 0

    def publish(self, messages: Sequence[Message]) -> None:
        if self.away:
            self.away -= 1
            raise NotReady("log", "away for the test")
        self.messages += messages


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path)) as made:
        yield made


def decided(store: SqlTaskStore, count: int) -> list[Verdict]:
    verdicts = []
    for task in make_tasks(count):
        store.upsert(task)
        taken = store.take(task.id, "ann", NOW, 60)
        assert taken is not None
        verdicts.append(verdict_for(taken))
        store.submit(verdicts[-1])
    return verdicts


def test_verdicts_are_published_in_order_and_once(store: SqlTaskStore) -> None:
    verdicts, log = decided(store, 3), Log()
    outbox = VerdictOutbox(store, log, FakeClock())
    assert outbox.owes()
    assert outbox.publish() == 3
    assert outbox.publish() == 0
    assert not outbox.owes()
    assert [decode(VERDICTS, message.value).data for message in log.messages] == verdicts
    assert [message.key for message in log.messages] == [v.task_id for v in verdicts]


def test_a_log_that_is_away_loses_nothing(store: SqlTaskStore) -> None:
    decided(store, 1)
    log = Log()
    log.away = 1
    outbox = VerdictOutbox(store, log, FakeClock())
    with pytest.raises(NotReady):
        outbox.run(threading.Event())
    assert outbox.owes()
    assert outbox.publish() == 1


def test_a_crash_between_publishing_and_marking_publishes_the_same_event_again(
    store: SqlTaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(store, 1)
    log, clock = Log(), FakeClock()

    def crash(_: Sequence[str]) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(store, "mark_published", crash)
        with pytest.raises(SystemExit):
            VerdictOutbox(store, log, clock).publish()
    clock.advance(3_600)
    assert VerdictOutbox(store, log, clock).publish() == 1
    first, second = (decode(VERDICTS, message.value) for message in log.messages)
    assert first.id == second.id


def test_the_outbox_looks_again_until_it_is_told_to_stop(store: SqlTaskStore) -> None:
    log, stop = Log(), threading.Event()

    class Clock(FakeClock):
        def wait(self, seconds: float, stop: threading.Event) -> bool:
            if self.waits:
                stop.set()
            else:
                decided(store, 1)
            return super().wait(seconds, stop)

    VerdictOutbox(store, log, Clock(), poll_seconds=7).run(stop)
    assert len(log.messages) == 1


def test_the_step_stores_the_task_and_gives_no_event(store: SqlTaskStore) -> None:
    task = make_task()
    for _ in range(2):
        assert list(handle(task, tasks=store)) == []
    stored = store.get(task.id)
    assert stored is not None
    assert stored.task == task.model_copy(update={"sighting_count": 1, "article_count": 1})


def test_an_address_in_use_is_told(store: SqlTaskStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = DeskServer(Settings(http_port=port, api_token=TOKEN), store, FakeClock())
        with pytest.raises(UserError, match="CLAIMDESK_HTTP_PORT"):
            server.run(threading.Event())
    assert server.url is None


def test_a_token_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    token = load_token(settings)
    kept = tmp_path / "data" / "api-token"
    assert load_token(settings) == token == kept.read_text().strip()
    assert len(token) >= 32
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["api-token"]


def test_processes_that_start_at_once_agree_on_the_token(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load_token, [settings] * 16))) == 1


@pytest.mark.parametrize("weak", ["", "short", "with a\nline break in it", "ключ" * 10])
def test_a_weak_token_is_refused_without_being_repeated(weak: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="CLAIMDESK_API_TOKEN") as told:
        load_token(Settings(data_dir=tmp_path, api_token=weak))
    assert not weak or weak not in str(told.value)

"""The outbox publishes each verdict at least once under one id; the server starts, says where, and stops."""

import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from schemas.topics import VERDICTS
from schemas.verdict import Verdict
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.accounts import Role
from services.review.handle import handle
from services.review.service import DeskServer, VerdictOutbox
from services.runtime.clock import FakeClock
from services.runtime.errors import NotReady, UserError
from services.runtime.events import decode
from services.runtime.executor import Message
from services.runtime.settings import Settings
from tests.support.desk import (
    PASSWORD,
    People,
    make_task,
    make_tasks,
    parts_of,
    running_desk,
    sqlite_url,
    store_at,
)
from tests.support.desk import (
    decided as decide_one,
)


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
        verdicts.append(decide_one(store, task.id))
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
        People(store)
        server = DeskServer(Settings(http_port=port), parts_of(store, FakeClock()))
        with pytest.raises(UserError, match="CLAIMDESK_HTTP_PORT"):
            server.run(threading.Event())
    assert server.url is None


def test_a_desk_of_one_says_where_to_sign_in_until_there_is_a_password(store: SqlTaskStore) -> None:
    people, told = People(store), list[str]()
    with running_desk(store, greeting=told.append):
        pass
    path = urlsplit(told[0]).path
    session = people.door.redeem(path.rsplit("/", 1)[1], "127.0.0.1")
    assert session is not None
    person = people.door.by_session(session)
    assert person is not None
    assert (person.account.name, person.account.role) == ("admin", Role.ADMIN)
    people.door.set_password(person.account, PASSWORD)
    with running_desk(store, greeting=told.append):
        pass
    assert urlsplit(told[1]).path == ""


@pytest.mark.parametrize("settings", [{"http_host": "0.0.0.0"}, {}])
def test_no_link_is_made_on_an_open_address_or_where_others_have_accounts(
    store: SqlTaskStore, settings: dict[str, str]
) -> None:
    people, told = People(store), list[str]()
    if not settings:
        people.add("ann")
    with running_desk(store, greeting=told.append, **settings):
        pass
    assert "/sign-in/" not in told[0]
    assert people.accounts.get("admin") is None

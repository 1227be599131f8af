"""Webhooks: nothing private is reached, no redirect is followed, and no answer is waited for."""

import contextlib
import itertools
import random
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.adapters.http import HttpWeb
from services.alert.message import Message
from services.alert.service import Deliverer
from services.alert.webhook import WebhookChannel
from services.runtime.clock import FakeClock
from services.runtime.settings import Settings
from tests.support.alerts import NOW, alert_store, channels, make_notification, make_subscription
from tests.support.receiver import Answer, receiving


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_a_webhook_on_a_private_address_is_not_called(tmp_path: Path, name: str) -> None:
    store = alert_store(tmp_path)
    with receiving() as inside:
        port = inside.url.rpartition(":")[2]
        store.add(make_subscription(webhook_url=f"http://{name}:{port}/"))
        store.owe(make_notification(), NOW)
        deliverer = Deliverer(
            Settings(data_dir=tmp_path),
            store,
            FakeClock(NOW),
            channels(HttpWeb("test")),
            random.Random(1),
        )
        with ThreadPoolExecutor(1) as pool:
            deliverer.start_due(pool, threading.Event())
        deliverer.finish()
    assert inside.requests == []
    (delivery,) = store.deliveries()
    assert delivery.attempts == 1
    assert "forbidden_address" in str(delivery.last_error)


def tell(url: str, web: HttpWeb) -> str | None:
    message = Message.of(make_notification(), NOW)
    return WebhookChannel(web).send(make_subscription(webhook_url=url), message, NOW).error


def attempt(answer: Answer, seconds: float = 20.0) -> str | None:
    with receiving(lambda _: answer) as server:
        web = HttpWeb("test", allow_private=True, seconds=seconds)
        return tell(server.url, web)


def test_a_redirect_is_not_followed() -> None:
    with receiving() as inside:
        error = attempt(Answer(308, {"location": inside.url}))
        assert inside.requests == []
    assert str(error).startswith("http_308")


def test_an_answer_without_end_is_not_read() -> None:
    assert attempt(Answer(raw=itertools.repeat(b"x" * 10_000))) is None


def test_garbage_with_a_good_status_is_a_delivery() -> None:
    assert attempt(Answer(200, {"content-encoding": "gzip"}, b"garbage")) is None


def test_an_endpoint_that_never_answers_is_left() -> None:
    let_go = threading.Event()

    def hang(_: object) -> Answer:
        let_go.wait(60)
        return Answer()

    with receiving(hang) as server:
        web = HttpWeb("test", allow_private=True, seconds=0.5)
        error = tell(server.url, web)
        let_go.set()
    assert str(error).startswith("timeout")


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        (b"", "connection"),
        (b"SMTP is spoken here\r\n", "connection"),
        (b"HTTP/1.1 200", "connection"),
        (b"HTTP/1.1 999 what\r\n\r\n", "http_999"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", "connection"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\ncut", None),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000 + b"\r\n", "connection"),
    ],
)
def test_an_endpoint_that_lies_harms_nobody(said: bytes, failure: str | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def lie() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65_536)
                connection.sendall(said)

        liar = threading.Thread(target=lie)
        liar.start()
        web = HttpWeb("test", allow_private=True, seconds=5)
        error = tell(f"http://127.0.0.1:{server.getsockname()[1]}/", web)
        liar.join(30)
    assert not liar.is_alive()
    assert (error is None) == (failure is None)
    assert str(error).startswith(str(failure))

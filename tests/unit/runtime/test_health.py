"""What a process says about itself."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

import pytest

from services.runtime.errors import UserError
from services.runtime.health import Health, HealthServer


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def address(health: Health) -> Iterator[str]:
    with serving(health, "127.0.0.1") as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serving(health: Health, host: str) -> Iterator[int]:
    heard: SimpleQueue[int] = SimpleQueue()
    server = HealthServer(health, host, 0, on_listen=lambda _host, port: heard.put(port))
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    yield heard.get(timeout=30)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def get(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_it_is_ready_when_every_part_is(health: Health, address: str) -> None:
    health.starting("extract")
    health.ready("match")
    status, body = get(f"{address}/readyz")
    assert status == 503
    assert [(part["name"], part["condition"]) for part in body["parts"]] == [
        ("extract", "starting"),
        ("match", "ready"),
    ]
    health.ready("extract")
    assert get(f"{address}/readyz")[0] == 200


def test_a_part_that_waits_says_for_what_and_the_process_lives(
    health: Health, address: str
) -> None:
    health.waiting("match", "the store is not ready: refused")
    status, body = get(f"{address}/readyz")
    assert (status, body["parts"][0]["reason"]) == (503, "the store is not ready: refused")
    assert get(f"{address}/livez")[0] == 200


def test_a_dead_part_asks_for_a_restart(health: Health, address: str) -> None:
    health.dead("match", "a bug")
    assert get(f"{address}/livez")[0] == 503
    assert get(f"{address}/readyz")[0] == 503


def test_a_part_that_has_done_its_work_does_not_count(health: Health, address: str) -> None:
    health.starting("wiring")
    health.gone("wiring")
    assert get(f"{address}/readyz?verbose") == (200, {"ok": True, "parts": []})


def test_other_paths_are_told_what_there_is(address: str) -> None:
    status, body = get(f"{address}/metrics")
    assert status == 404
    assert "/livez, /readyz" in body["error"]


def test_an_address_that_is_taken_is_told_with_the_remedy(health: Health) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"{port}.*CLAIMDESK_HEALTH_PORT"):
            HealthServer(health, "127.0.0.1", port).run(threading.Event())


def has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no IPv6 loopback address")
def test_an_ipv6_address_is_served(health: Health) -> None:
    health.ready("match")
    with serving(health, "::1") as port:
        assert get(f"http://[::1]:{port}/readyz")[0] == 200

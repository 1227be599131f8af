"""What a process says about itself: is it alive, is it ready, and if not, why."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog

from services.runtime.errors import UserError

log = structlog.get_logger(__name__)


class Condition(StrEnum):
    """How a part of the process is."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting"
    DEAD = "dead"


@dataclass(frozen=True)
class Part:
    """A step or a background worker. `reason` says why it is not ready."""

    name: str
    condition: Condition
    reason: str | None = None


class Health:
    """The parts of one process and how each is. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: dict[str, Part] = {}

    def starting(self, name: str) -> None:
        """The part is expected and not up yet."""
        self._set(Part(name, Condition.STARTING, "it has not started yet"))

    def ready(self, name: str) -> None:
        """The part works."""
        self._set(Part(name, Condition.READY))

    def waiting(self, name: str, reason: str) -> None:
        """The part waits for something that is away."""
        self._set(Part(name, Condition.WAITING, reason))

    def dead(self, name: str, reason: str) -> None:
        """The part has ended although nobody asked it to: only a restart helps."""
        self._set(Part(name, Condition.DEAD, reason))

    def gone(self, name: str) -> None:
        """The part has done its work."""
        with self._lock:
            self._parts.pop(name, None)

    def parts(self) -> list[Part]:
        """Every part, by name."""
        with self._lock:
            return [self._parts[name] for name in sorted(self._parts)]

    def is_ready(self) -> bool:
        """Whether every part works."""
        return all(part.condition is Condition.READY for part in self.parts())

    def is_alive(self) -> bool:
        """Whether no part has died."""
        return all(part.condition is not Condition.DEAD for part in self.parts())

    def _set(self, part: Part) -> None:
        with self._lock:
            before = self._parts.get(part.name)
            self._parts[part.name] = part
        if before == part:
            return
        if part.condition is Condition.WAITING:
            log.warning("not ready", part=part.name, reason=part.reason)
        elif before is not None and before.condition is Condition.WAITING:
            log.info("ready again", part=part.name)


class HealthServer:
    """A background worker that answers `/livez` and `/readyz`: 200 or 503, with the parts as JSON."""

    name = "health"

    def __init__(
        self,
        health: Health,
        host: str,
        port: int,
        on_listen: Callable[[str, int], None] = lambda _host, _port: None,
    ) -> None:
        """Port 0 takes a free one; `on_listen` is told the address."""
        self._health, self._host, self._port, self._on_listen = health, host, port, on_listen

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set. Raises UserError when the address cannot be listened on."""
        answers = {"/livez": self._health.is_alive, "/readyz": self._health.is_ready}

        class Handler(_Handler):
            """Answers from this registry."""

            def answer(self) -> tuple[int, dict[str, Any]]:
                path = self.path.partition("?")[0]
                if path not in answers:
                    return 404, {"error": f"no such path; there are {', '.join(answers)}"}
                good = answers[path]()
                parts = [asdict(part) for part in health.parts()]
                return 200 if good else 503, {"ok": good, "parts": parts}

        health = self._health
        with _listen(self._host, self._port, Handler) as server:
            host, port = server.server_address[:2]
            log.info("health listens", host=str(host), port=port)
            self._on_listen(str(host), int(port))
            while not stop.is_set():
                server.handle_request()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    timeout = 0.2  # seconds; how often `stop` is looked at


class _Server6(_Server):
    address_family = socket.AF_INET6


def _listen(host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> _Server:
    try:
        return (_Server6 if ":" in host else _Server)((host, port), handler)
    except OSError as error:
        raise UserError(
            f"health cannot listen on {host}:{port} ({error.strerror}); "
            "set CLAIMDESK_HEALTH_HOST and CLAIMDESK_HEALTH_PORT (0 takes a free port)"
        ) from error


class _Handler(BaseHTTPRequestHandler):
    timeout = 5  # seconds a client may take to send its request

    def answer(self) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Answer a request."""
        status, body = self.answer()
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the base class
        """Probes come every few seconds: not worth a line."""

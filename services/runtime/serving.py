"""An HTTP server that is a background worker: it listens, says where, and stops on the process's event."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

from services.runtime.errors import UserError


def listen(who: str, host: str, port: int, variables: str) -> socket.socket:
    """A socket that takes connections; port 0 takes a free one.

    Raises UserError, which says that `who` cannot listen there and names the settings, those that begin with
    `variables`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise UserError(
            f"{who} cannot listen on {host}:{port} ({error.strerror}); "
            f"set {variables}_HOST and {variables}_PORT (0 takes a free port)"
        ) from error


def url_of(bound: socket.socket) -> str:
    """The address at which people on this machine reach a socket."""
    host, port = bound.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def serve(app: Any, bound: socket.socket, stop: threading.Event) -> None:
    """Answer by `app` (ASGI) until `stop` is set, then finish what is in hand, for at most five seconds."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # some addresses are secrets
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    _Server(config, stop).run(sockets=[bound])


class _Server(uvicorn.Server):
    """Stops on our event; signals are the process's business, not a thread's."""

    def __init__(self, config: uvicorn.Config, stop: threading.Event) -> None:
        super().__init__(config)
        self._stop = stop

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        return self._stop.is_set() or await super().on_tick(counter)

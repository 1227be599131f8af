"""Serves the alerts' own site on its own port."""

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import structlog
import uvicorn

from services.alert.site import make_site
from services.ports.alert_store import AlertStore
from services.ports.vault import Vault
from services.runtime.errors import UserError
from services.runtime.settings import Settings

log = structlog.get_logger(__name__)


class AlertServer:
    """Feeds, streams and unsubscribe links over HTTP. `url` is where it listens, once `listening` is set."""

    name = "alert.site"

    def __init__(self, settings: Settings, store: AlertStore, vault: Vault) -> None:
        self._settings, self._store, self._vault = settings, store, vault
        self.url: str | None = None
        self.listening = threading.Event()
        self._ready: Callable[[], None] = lambda: None

    def announce(self, ready: Callable[[], None]) -> None:
        """Have `ready` called once the address takes connections."""
        self._ready = ready

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set. Raises UserError when the address cannot be listened on."""
        with _listen(self._settings) as bound:
            host, port = bound.getsockname()[:2]
            self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
            site = make_site(self._store, self._vault, self._settings.alerts_url or self.url, stop)
            config = uvicorn.Config(
                site,
                log_config=None,
                access_log=False,  # addresses are secrets
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                timeout_graceful_shutdown=5,
            )
            log.info("alerts site listens", url=self.url)
            self.listening.set()
            self._ready()
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


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.alerts_host, settings.alerts_port or 0
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise UserError(
            f"the alerts' site cannot listen on {host}:{port} ({error.strerror}); "
            "set CLAIMDESK_ALERTS_HOST and CLAIMDESK_ALERTS_PORT (0 takes a free port)"
        ) from error

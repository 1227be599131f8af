"""The HTTP server of ingest, off unless it has a port."""

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from services.ingest.api import IngestApi
from services.ingest.intake import Intake
from services.ingest.push import Push
from services.ingest.sandbox import Sandbox
from services.ports.feed_registry import FeedRegistry
from services.ports.push_keys import PushKeys
from services.ports.web import Web
from services.runtime.clock import Clock
from services.runtime.errors import UserError
from services.runtime.serving import listen, serve, url_of
from services.runtime.settings import Settings

log = structlog.get_logger(__name__)

LEAST_TOKEN = 16
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


class IngestServer:
    """Takes articles and looks after feeds over HTTP.

    `url` is where it listens, once `listening` is set; port 0 takes a free one.
    """

    name = "ingest.server"

    def __init__(
        self,
        settings: Settings,
        intake: Intake,
        registry: FeedRegistry,
        keys: PushKeys,
        clock: Clock,
        web: Web,
        sandbox: Sandbox | None = None,
    ) -> None:
        """Raises UserError when there is no token, or one that is too short to be safe."""
        self._settings, self._token = settings, _token(settings)
        self._sandbox = sandbox or Sandbox()
        push = Push(intake, keys, self._sandbox, clock)
        least = timedelta(seconds=settings.poll_seconds)
        self._api = IngestApi(registry, push, web, self._sandbox, clock, least)
        self.url: str | None = None
        self.listening = threading.Event()
        self._ready: Callable[[], None] = lambda: None

    def announce(self, ready: Callable[[], None]) -> None:
        """Have `ready` called once the address takes connections."""
        self._ready = ready

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set, then finish what is in hand.

        Raises UserError when the address cannot be listened on.
        """
        host, port = self._settings.ingest_host, self._settings.ingest_port or 0
        with self._sandbox, listen("ingest", host, port, "CLAIMDESK_INGEST") as bound:
            self.url = url_of(bound)
            log.info("ingest listens", url=self.url)
            if host not in _LOOPBACK:
                log.warning("the token crosses the network unencrypted here", url=self.url)
            self.listening.set()
            self._ready()
            serve(self._api.app(self._token), bound, stop)


def _token(settings: Settings) -> str:
    token = settings.ingest_token.get_secret_value() if settings.ingest_token else ""
    if len(token) < LEAST_TOKEN:
        raise UserError(
            f"CLAIMDESK_INGEST_TOKEN must have at least {LEAST_TOKEN} characters when CLAIMDESK_INGEST_PORT "
            "is set; give it as a variable, or as a file in CLAIMDESK_SECRETS_DIR"
        )
    return token

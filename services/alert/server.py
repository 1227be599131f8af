"""Serves the alerts' own site on its own port."""

import threading
from collections.abc import Callable

import structlog

from services.alert.site import make_site
from services.ports.alert_store import AlertStore
from services.ports.vault import Vault
from services.runtime.serving import listen, serve, url_of
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
        settings = self._settings
        host, port = settings.alerts_host, settings.alerts_port or 0
        with listen("the alerts' site", host, port, "CLAIMDESK_ALERTS") as bound:
            self.url = url_of(bound)
            site = make_site(self._store, self._vault, settings.alerts_url or self.url, stop)
            log.info("alerts site listens", url=self.url)
            self.listening.set()
            self._ready()
            serve(site, bound, stop)

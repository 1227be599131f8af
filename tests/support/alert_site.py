"""The alerts' own site, really listening."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.alert.server import AlertServer
from services.ports.alert_store import AlertStore
from services.runtime.settings import Settings
from tests.support.alerts import VAULT


@contextmanager
def running_site(store: AlertStore, folder: Path) -> Iterator[str]:
    """Its address."""
    stop = threading.Event()
    server = AlertServer(Settings(data_dir=folder, alerts_port=0), store, VAULT)
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    try:
        assert server.listening.wait(30)
        yield str(server.url)
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()

"""A service: its steps, and whatever else it runs beside them."""

import threading
from dataclasses import dataclass, field
from typing import Protocol

from services.runtime.step import Step


class Background(Protocol):
    """Work that no message starts: an HTTP server, a poller, an outbox, a deliverer."""

    name: str

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then return soon. An exception ends the process with an error."""
        ...


@dataclass(frozen=True)
class Service:
    """What `claimdesk run NAME` runs."""

    name: str
    steps: tuple[Step, ...] = ()
    background: tuple[Background, ...] = field(default=())

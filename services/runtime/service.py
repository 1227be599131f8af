"""A service: its steps, and whatever else it runs beside them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from services.runtime.step import Step


class Background(Protocol):
    """Work that no message starts: an HTTP server, a poller, an outbox, a deliverer."""

    name: str

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then return soon; or return when there is nothing left to do.

        NotReady makes the runner wait and call `run` again. Any other exception ends the process with
        an error.
        """
        ...


@runtime_checkable
class Owing(Protocol):
    """A background worker that can say whether it still owes work: `claimdesk up --once` waits for it."""

    def owes(self) -> bool:
        """Whether there is work that is due now and not done. May raise NotReady."""
        ...


@runtime_checkable
class Announcing(Protocol):
    """A background worker that serves others, and is ready only once it does."""

    def announce(self, ready: Callable[[], None]) -> None:
        """Have `ready` called each time that it begins to serve."""
        ...


@dataclass(frozen=True)
class Service:
    """What `claimdesk run NAME` runs."""

    name: str
    steps: tuple[Step, ...] = ()
    background: tuple[Background, ...] = field(default=())

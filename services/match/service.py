"""What match runs beside its steps: claims that were seen long ago are forgotten."""

import threading
from datetime import timedelta

import structlog

from services.ports.claim_store import ClaimStore
from services.runtime.clock import Clock

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 3_600.0
"""Between two rounds of forgetting."""


class Forgetting:
    """Keeps the claim store to the claims of the last `days`."""

    name = "match.forgetting"

    def __init__(self, claims: ClaimStore, clock: Clock, days: float) -> None:
        self._claims, self._clock, self._days = claims, clock, days

    def run(self, stop: threading.Event) -> None:
        """Forget, and again every hour, until `stop` is set. Raises NotReady when the store is away."""
        while not stop.is_set():
            self.forget()
            self._clock.wait(PAUSE_SECONDS, stop)

    def forget(self) -> int:
        """Forget what is too old; how many claims that were."""
        dropped = self._claims.forget(self._clock.now() - timedelta(days=self._days))
        if dropped:
            log.info("old claims forgotten", count=dropped)
        return dropped

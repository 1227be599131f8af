"""How long to wait for what is away: longer each time, up to a cap, never all at one moment."""

import random
import threading

from services.runtime.clock import Clock

FIRST = 0.25
"""Seconds of the first wait, before jitter."""

CAP = 30.0
"""Seconds that no wait exceeds."""


class Backoff:
    """Exponential backoff with equal jitter: half of each wait is fixed, half is drawn.

    The jitter keeps many processes from asking a server that comes back at the same moment (the
    "equal jitter" of M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
    """

    def __init__(self, clock: Clock, draw: random.Random | None = None) -> None:
        self._clock, self._draw = clock, draw or random.Random()  # noqa: S311 - no secret
        self.attempts = 0

    def next(self) -> float:
        """Seconds to wait now; the following call gives more."""
        ceiling = min(CAP, FIRST * 2.0 ** min(self.attempts, 32))
        self.attempts += 1
        return ceiling * self._draw.uniform(0.5, 1.0)

    def wait(self, stop: threading.Event) -> bool:
        """Wait, less if `stop` is set; true if it was set."""
        return self._clock.wait(self.next(), stop)

    def reset(self) -> None:
        """It works again: start with short waits."""
        self.attempts = 0

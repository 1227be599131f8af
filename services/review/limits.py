"""How often somebody may do something: failures within a window, by a key such as a name or an address."""

import threading
from collections import deque

from services.runtime.clock import Clock

_MOST_KEYS = 10_000
"""Keys that are remembered; beyond them those that were quiet longest are forgotten."""


class TooMany(Exception):
    """It happened too often; `seconds` is how long to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many attempts; try again in {max(1, round(seconds / 60))} minutes")
        self.seconds = seconds


class Limiter:
    """Counts in this process: with several, each allows as many."""

    def __init__(self, clock: Clock, *, most: int, seconds: float) -> None:
        self._clock, self._most, self._seconds = clock, most, seconds
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Raise TooMany when `key` was noted `most` times within the window."""
        with self._lock:
            times = self._recent(key)
            if len(times) >= self._most:
                raise TooMany(times[0] + self._seconds - self._clock.now().timestamp())

    def note(self, key: str) -> None:
        """It happened."""
        with self._lock:
            times = self._recent(key)
            times.append(self._clock.now().timestamp())
            self._times.pop(key, None)  # the one that was quiet longest comes first
            self._times[key] = times
            while len(self._times) > _MOST_KEYS:
                del self._times[next(iter(self._times))]

    def _recent(self, key: str) -> deque[float]:
        times = self._times.get(key, deque(maxlen=self._most))
        since = self._clock.now().timestamp() - self._seconds
        while times and times[0] <= since:
            times.popleft()
        return times

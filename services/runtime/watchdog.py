"""Notices a step that should move and does not."""

from collections.abc import Iterable
from datetime import datetime

from services.runtime.clock import Clock


class Stalled(Exception):
    """A step has messages waiting, and its offset has stood still for too long: restart the process."""


class Watchdog:
    """Remembers since when each step has stood still.

    It is asked to look regularly; `limit` is in seconds, and must be longer than any one message may
    take.
    """

    def __init__(self, clock: Clock, limit: float) -> None:
        self._clock, self._limit = clock, limit
        self._seen: dict[str, tuple[int, datetime]] = {}

    def look(self, step: str, positions: Iterable[tuple[int, int]], *, excused: bool) -> None:
        """Take in the committed and the end offset of each partition that this process reads.

        `excused` says that the step waits for something that is away. Raises Stalled.
        """
        rows = list(positions)
        committed = sum(row[0] for row in rows)
        waiting = sum(row[1] for row in rows) - committed
        now = self._clock.now()
        before = self._seen.get(step)
        if before is None or before[0] != committed or waiting <= 0 or excused:
            self._seen[step] = (committed, now)
        elif (now - before[1]).total_seconds() > self._limit:
            raise Stalled(
                f"{step} has {waiting} messages waiting, but its offset has stood still for "
                f"{self._limit:.0f} seconds; the process ends so that it is started again"
            )

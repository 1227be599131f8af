"""SIGTERM and SIGINT: the first asks to stop, the second does not ask."""

import os
import queue
import signal
import threading
from types import FrameType


def stop_on_signals(stop: threading.Event) -> None:
    """Set `stop` on the first signal, so that what is in hand is finished; end at once on the second.

    Call from the main thread. The handler only puts the number into a queue that may be used in a
    handler: setting the event there could wait for a lock that the interrupted code holds.
    """
    caught: queue.SimpleQueue[int] = queue.SimpleQueue()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        caught.put(number)

    def watch() -> None:
        caught.get()
        stop.set()
        os._exit(128 + caught.get())

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    threading.Thread(target=watch, name="signals", daemon=True).start()

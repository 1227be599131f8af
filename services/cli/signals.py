"""SIGTERM and SIGINT: the first asks to stop, the second does not ask."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from types import FrameType

_ASKING = (signal.SIGTERM, signal.SIGINT)


def stop_on_signals(stop: threading.Event) -> None:
    """Set `stop` on the first signal, so that what is in hand is finished; end at once on the second.

    Call from the main thread. The numbers come through Python's wake-up descriptor, which is written
    when the signal arrives: a handler runs only when the main thread runs, and one that waits for a
    lock may not.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    for number in _ASKING:
        signal.signal(number, _do_nothing)

    def watch() -> None:
        numbers = _numbers(reader, writer)
        next(numbers)
        stop.set()
        os._exit(128 + next(numbers))

    threading.Thread(target=watch, name="signals", daemon=True).start()


def _numbers(reader: socket.socket, writer: socket.socket) -> Iterator[int]:
    """The signals that came; holds on to `writer`, or it would be closed."""
    while writer.fileno() >= 0:
        number = reader.recv(1)[0]
        if number in _ASKING:
            yield number


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """A handler there must be, or Python leaves the signal to the system."""

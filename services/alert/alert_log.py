"""The log of alerts: one JSON line each, on disk before the alert counts as delivered."""

import json
import os
import threading
from datetime import datetime
from pathlib import Path

from services.alert.message import Message
from services.runtime.errors import NotReady


class AlertLog:
    """A file that is only ever appended to; threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()

    def append(
        self, message: Message, outcome: str, at: datetime, error: str | None = None
    ) -> None:
        """Write each alert of `message` with its `outcome` (delivered, given_up) and wait for the disk.

        Killed before the delivery is recorded, the same lines come again, with the same ids. Raises
        NotReady when the file cannot be written.
        """
        lines = [
            {
                "at": at.isoformat(),
                "outcome": outcome,
                **alert.model_dump(mode="json"),
                **({"digest": message.id} if message.digest else {}),
                **({"error": error} if error else {}),
            }
            for alert in message.alerts
        ]
        data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        try:
            self._write(data)
        except OSError as error_:
            raise NotReady("alert log", f"{self._path}: {error_.strerror}") from error_

    def _write(self, data: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                _write_all(file, data)
                os.fsync(file)
            finally:
                os.close(file)


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]

"""The log of alerts: one JSON line each, on disk before the alert counts as delivered."""

import json
import os
import threading
from datetime import datetime
from pathlib import Path

from schemas.notification import Notification
from services.runtime.errors import NotReady


class AlertLog:
    """A file that is only ever appended to; threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()

    def append(
        self, notification: Notification, outcome: str, at: datetime, error: str | None = None
    ) -> None:
        """Write the alert with its `outcome` (delivered, logged, given_up) and wait for the disk.

        Killed before the delivery is recorded, the same line comes again, with the same id. Raises
        NotReady when the file cannot be written.
        """
        line = {
            "at": at.isoformat(),
            "outcome": outcome,
            **notification.model_dump(mode="json"),
            **({"error": error} if error else {}),
        }
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
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

"""A deliverer as a process of its own, to be killed: python -m tests.support.deliver FOLDER LEAD_SECONDS."""

import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

from services.adapters.http import HttpWeb
from services.alert.service import Deliverer
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings
from tests.support.alerts import alert_store, channels


class EarlyClock(SystemClock):
    """Runs ahead, so that what a killed process had taken is due again without waiting for it."""

    def __init__(self, lead: timedelta) -> None:
        self._lead = lead

    def now(self) -> datetime:
        return super().now() + self._lead


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    Deliverer(
        Settings(data_dir=folder),
        alert_store(folder),
        EarlyClock(timedelta(seconds=float(sys.argv[2]))),
        channels(HttpWeb("test", allow_private=True)),
    ).run(threading.Event())

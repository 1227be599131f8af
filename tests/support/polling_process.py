"""A poller as a process of its own, to be killed.

python -m tests.support.polling_process DATABASE_URL FOLDER LEAD_SECONDS
"""

import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

from services.adapters.embedded_log import EmbeddedLog
from services.adapters.http import HttpWeb
from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.adapters.sql_ledger import SqlArticleLedger
from services.ingest.intake import Intake
from services.ingest.service import FeedPoller
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings


class EarlyClock(SystemClock):
    """Runs ahead, so that what a killed process had leased is free again without waiting for it."""

    def __init__(self, lead: timedelta) -> None:
        self._lead = lead

    def now(self) -> datetime:
        return super().now() + self._lead


def main(url: str, folder: Path, lead: float) -> None:
    engine, clock = make_engine(url), EarlyClock(timedelta(seconds=lead))
    registry, ledger = SqlFeedRegistry(engine), SqlArticleLedger(engine)
    registry.setup()
    ledger.setup()
    settings = Settings(data_dir=folder, poll_seconds=3_600, poll_host_seconds=0, fetch_pages=False)
    intake = Intake(EmbeddedLog(folder / "log.db", clock), ledger, clock)
    web = HttpWeb("test", allow_private=True, resolver=lambda *_: ["127.0.0.1"])
    FeedPoller(settings, intake, registry, clock, web).run(threading.Event())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))

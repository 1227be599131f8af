"""A process that takes one item, and may be killed between the log and the ledger.

    python -m tests.support.taking_process FOLDER TEXT

KILL_BEFORE_CONFIRM=1 kills it (SIGKILL) when the log has the event and the ledger is about to be told,
KILL_BEFORE_PUBLISH=1 when the ledger has staged it and the log is about to get it.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from services.adapters.embedded_log import EmbeddedLog
from services.adapters.sql_ledger import SqlArticleLedger
from services.ingest.intake import Intake
from services.runtime.clock import SystemClock
from tests.support.intake import ledger_in
from tests.support.stories import make_item


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, text: str) -> None:
    clock = SystemClock()
    log, ledger = EmbeddedLog(folder / "log.db", clock), ledger_in(folder)
    if os.environ.get("KILL_BEFORE_CONFIRM"):
        SqlArticleLedger.confirm = die  # type: ignore[method-assign]
    if os.environ.get("KILL_BEFORE_PUBLISH"):
        EmbeddedLog.publish = die  # type: ignore[method-assign]
    list(Intake(log, ledger, clock).take([make_item(text)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

"""A process that runs one step over a log, and may be told where to be killed.

    python -m tests.support.step_process KIND FOLDER BOOTSTRAP PREFIX

The step writes a line for every article it handles, its effect, and gives one event. Environment:
KILL_AFTER_EFFECT=n kills it (SIGKILL) in the n-th article after the effect; KILL_BEFORE_COMMIT=1
kills it when outputs or a dead letter are about to count as done; HOLD names a file that must exist
before an article is done.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from schemas.article import Article
from schemas.claim import ArticleClaims
from services.adapters.embedded_log import EmbeddedLog
from services.cli.signals import stop_on_signals
from services.runtime.telemetry import configure_logging
from tests.support.logs import Place, claims_of, extract_step, service_of


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Effects:
    """The step's handle: appends to a file, as a database or a webhook would be written."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "effects").open("a", buffering=1)
        self._kill_after = int(os.environ.get("KILL_AFTER_EFFECT", "0"))
        self._hold = Path(os.environ.get("HOLD", "/"))
        self._count = 0

    def handle(self, article: Article) -> list[ArticleClaims]:
        self._file.write(f"{os.getpid()} {article.id} {article.revision - 1}\n")
        self._count += 1
        if self._count == self._kill_after:
            die()
        while not self._hold.exists():
            time.sleep(0.01)
        return claims_of(article)


def kill_before_commit() -> None:
    """Kafka: after the outputs are confirmed. Embedded: before the one transaction of both."""
    from services.adapters.kafka import KafkaLogProducer

    publish = KafkaLogProducer.publish

    def published(self: KafkaLogProducer, messages: Any) -> None:
        publish(self, messages)
        die()

    def committing(*_: Any) -> bool:
        die()
        return True

    KafkaLogProducer.publish = published  # type: ignore[method-assign]
    EmbeddedLog.commit = committing  # type: ignore[method-assign]


def main(arguments: list[str], run: Callable[[Place, Effects, threading.Event], None]) -> None:
    configure_logging()
    kind, folder, bootstrap, prefix = arguments
    if os.environ.get("KILL_BEFORE_COMMIT"):
        kill_before_commit()
    stop = threading.Event()
    stop_on_signals(stop)
    (Path(folder) / f"up-{os.getpid()}").touch()
    run(Place(kind, Path(folder), bootstrap, prefix), Effects(Path(folder)), stop)


def run_step(place: Place, effects: Effects, stop: threading.Event) -> None:
    place.runner().run([service_of(extract_step(effects.handle))], stop)


if __name__ == "__main__":
    main(sys.argv[1:], run_step)

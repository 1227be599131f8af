"""A log in memory that can be away, and a ledger that can die."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from schemas.topics import ARTICLES
from services.adapters.sql import make_engine
from services.adapters.sql_ledger import SqlArticleLedger
from services.runtime.errors import NotReady
from services.runtime.events import decode
from services.runtime.executor import Message


class MemoryProducer:
    """Keeps what is published; `away` times it is not ready first."""

    def __init__(self, away: int = 0) -> None:
        self.messages: list[Message] = []
        self.away = away

    def publish(self, messages: Sequence[Message]) -> None:
        if self.away:
            self.away -= 1
            raise NotReady("log", "away in this test")
        self.messages.extend(messages)

    @property
    def events(self) -> list[Any]:
        return [decode(ARTICLES, message.value) for message in self.messages]


class Killed(BaseException):
    """Stands for the end of the process."""


class DyingLedger(SqlArticleLedger):
    """Dies `deaths` times instead of confirming."""

    deaths = 0

    def confirm(self, published: Iterable[tuple[str, int]]) -> None:
        if self.deaths:
            self.deaths -= 1
            raise Killed
        super().confirm(published)


def ledger_in(folder: Path) -> DyingLedger:
    """A ledger with its tables in a SQLite file."""
    ledger = DyingLedger(make_engine(f"sqlite:///{folder / 'desk.db'}"))
    ledger.setup()
    return ledger

"""Changes of the evidence to the event log, once the store has them, whatever happens in between."""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Protocol, Self

from pydantic import ValidationError

from schemas.evidence_change import Change, EvidenceChange
from services.ports.event_log import Producer
from services.ports.evidence_store import EvidenceStore
from services.runtime.clock import Clock
from services.runtime.events import make_event
from services.runtime.executor import to_message
from services.runtime.ids import stable_id

_SERVICE = "evidence"


class Announcing(Protocol):
    """Tells of changes."""

    def around(self, changes: Sequence[EvidenceChange], /) -> AbstractContextManager[None]:
        """Around the work that brings `changes` about: they are told when it is done."""
        ...


class Announcer:
    """Publishes changes after the store has them.

    They are written to a file in `folder` before the store is touched, and taken from it after the log has
    confirmed them: after a crash in between, the next announcer on that folder publishes what the store has.
    So a change may be told twice, as the same event, and is never lost.
    """

    def __init__(self, producer: Producer, clock: Clock, folder: Path) -> None:
        self._producer, self._clock, self._folder = producer, clock, folder
        folder.mkdir(parents=True, exist_ok=True)
        name = stable_id("changes", os.getpid(), id(self), clock.now().isoformat())
        self._path = folder / f"{name}.jsonl"
        self._file = self._path.open("a+b")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; it stays when something in it was not told."""
        if not self._file.closed:
            if not self._file.seek(0, os.SEEK_END):
                self._path.unlink(missing_ok=True)
            self._file.close()

    @contextmanager
    def around(self, changes: Sequence[EvidenceChange]) -> Iterator[None]:
        """Note `changes`, let the work be done, publish them. Raises NotReady."""
        self._file.writelines(one.model_dump_json().encode() + b"\n" for one in changes)
        self._file.flush()
        os.fsync(self._file.fileno())
        yield
        self._publish(changes)
        self._file.truncate(0)

    def recover(self, store: EvidenceStore) -> int:
        """Publish what earlier announcers noted and did not live to tell, as far as the store has it.

        How many that were. Files of announcers that still live are left alone. Raises NotReady.
        """
        told = 0
        for path in sorted(self._folder.glob("*.jsonl")):
            if path == self._path:
                continue
            with path.open("rb") as file:
                if not _lock(file):
                    continue
                changes = _stored(list(_read(file)), store)
                self._publish(changes)
                told += len(changes)
                path.unlink()
        return told

    def _publish(self, changes: Sequence[EvidenceChange]) -> None:
        now = self._clock.now()
        self._producer.publish(
            [to_message(make_event(one, service=_SERVICE, now=now)) for one in changes]
        )


class Silent:
    """Tells nobody: for a store that no flow uses yet."""

    def around(self, _: Sequence[EvidenceChange], /) -> AbstractContextManager[None]:
        """Around the work alone."""
        return nullcontext()


def _lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(lines: Iterable[bytes]) -> Iterator[EvidenceChange]:
    """The changes; a last line that a crash cut off was noted before the store was touched."""
    for line in lines:
        try:
            yield EvidenceChange.model_validate_json(line)
        except ValidationError:
            continue


def _stored(changes: Sequence[EvidenceChange], store: EvidenceStore) -> list[EvidenceChange]:
    """Those that came about."""
    found = {item.id: item for item in store.get([one.evidence_id for one in changes])}
    return [
        one
        for one in changes
        if (item := found.get(one.evidence_id)) is not None
        and item.revision >= one.revision
        and (item.withdrawn is not None) == (one.change is Change.WITHDRAWN)
    ]

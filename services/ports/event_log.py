"""The event log: topics that are appended to and read in order."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.topics import Topic
from services.runtime.executor import Message, Record
from services.runtime.service import Service


class Producer(Protocol):
    """Appends messages."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Append `messages` in order and return once the log has confirmed every one.

        Raises NotReady when the log is away; some may then have been written: publish all again.
        """
        ...


@dataclass(frozen=True)
class TopicState:
    """A topic as it is: partitions and messages (end minus beginning offsets)."""

    topic: str
    partitions: int
    messages: int
    exists: bool = True


@dataclass(frozen=True)
class Lag:
    """How far a step is behind on one partition."""

    step: str
    topic: str
    partition: int
    committed: int
    end: int

    @property
    def lag(self) -> int:
        """Messages waiting."""
        return self.end - self.committed


class LogAdmin(Protocol):
    """Looks after topics and offsets. All raise NotReady when the log is away."""

    def ensure(self, topics: Iterable[Topic]) -> list[str]:
        """Create the topics that are missing; their names. Settings of existing ones are left."""
        ...

    def describe(self, topics: Iterable[Topic]) -> list[TopicState]:
        """The state of each topic."""
        ...

    def lag(self, steps: Iterable[tuple[str, Topic]]) -> list[Lag]:
        """The lag of each step (consumer group name, topic) on each partition.

        All offsets are read before any end, so that a lag of zero everywhere was true at one moment.
        """
        ...

    def seek(self, step: str, topic: Topic, offset: int) -> None:
        """Let `step` start again from `offset` on every partition. The step must not be running."""
        ...

    def read(self, topic: Topic) -> Iterator[Record]:
        """Every record from the beginning to the end as it is at the call, in partition order."""
        ...


def drained(admin: LogAdmin, steps: Iterable[tuple[str, Topic]]) -> bool:
    """Whether no step has a message waiting. Raises NotReady.

    A step commits after its outputs are in the log, and `lag` reads the offsets before the ends: when
    all are equal, nothing was under way in between, except in who publishes from outside.
    """
    return all(row.lag == 0 for row in admin.lag(steps))


class Runner(Protocol):
    """Runs services over the log until told to stop."""

    def run(self, services: Sequence[Service], stop: threading.Event) -> None:
        """Run the steps and background work of `services` until `stop` is set, then finish what is in hand.

        A step's outputs are confirmed by the log before its input counts as done. Raises
        TooManyBadMessages, or whatever ended a background worker.
        """
        ...

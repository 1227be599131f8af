"""A step: one pure function from an event to events. The runner owns offsets, retries and delivery."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from schemas.base import Model
from schemas.topics import Topic

Handle = Callable[[Any], Iterable[Model]]
"""From the data of one event to the data of the events it gives. Raises BadMessage or NotReady."""


@dataclass(frozen=True)
class Step:
    """What a service does with one topic.

    `name` is `<service>.<verb>` or `<service>`; it is the consumer group, so it must not change.
    `handle` is the service's function with its ports bound. Whatever it yields must belong to one of
    the topics of `produces`.
    """

    name: str
    consumes: Topic
    produces: tuple[Topic, ...]
    handle: Handle

    @property
    def service(self) -> str:
        """The service that the step belongs to."""
        return self.name.partition(".")[0]

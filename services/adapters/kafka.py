"""The event log on Kafka: appending, topics, lag, offsets and reading, by kafka-python."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import OffsetSpec

from schemas.topics import Topic
from services.ports.event_log import Lag, TopicState
from services.runtime.errors import NotReady, UserError
from services.runtime.events import MAX_LETTER, limit_of
from services.runtime.executor import Message, Record

Result = TypeVar("Result")

FRAME = 64_000
"""Bytes that a message's key, headers and frame may add to its value."""

_ANSWER_MS = 10_000  # how long a broker may take to answer before it counts as away
_CONNECT_MS = 5_000
_DELIVERY_MS = 30_000  # how long a message is tried before the caller hears of it
_POLL_MS = 1_000
_SILENCE_SECONDS = 30.0  # how long a reader waits for rows that are there
_CONNECTION = {
    "client_id": "claimdesk",
    "bootstrap_timeout_ms": _CONNECT_MS,
    "request_timeout_ms": _ANSWER_MS,
    "reconnect_backoff_max_ms": 1_000,
}
_MISTAKES = (
    kafka_errors.KafkaConfigurationError,
    kafka_errors.IllegalArgumentError,
    kafka_errors.MessageSizeTooLargeError,
)
_COORDINATOR_MOVES = (
    kafka_errors.CoordinatorNotAvailableError,
    kafka_errors.CoordinatorLoadInProgressError,
    kafka_errors.NotCoordinatorError,
    kafka_errors.NodeNotReadyError,
)
_COORDINATOR_SECONDS = 5.0
_ABSENT = -1  # what Kafka answers for the offset of a group that has none


class KafkaLogProducer:
    """Producer on Kafka: idempotent, and confirmed by all in-sync copies. Safe to use from any thread.

    It connects when first used. `prefix` is put before topic names.
    """

    def __init__(self, bootstrap: str, *, prefix: str = "") -> None:
        self._client = _Client(bootstrap, self._connect)
        self._prefix = prefix

    def publish(self, messages: Sequence[Message]) -> None:
        """Append `messages`; returns when the brokers have confirmed every one. Raises NotReady."""
        with self._client.use() as producer:
            sent = [self._send(producer, message) for message in messages]
            for future in sent:
                future.get(timeout=(_DELIVERY_MS + _ANSWER_MS) / 1_000)

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    def _send(self, producer: Any, message: Message) -> Any:
        try:
            return producer.send(
                self._prefix + message.topic,
                key=message.key.encode("utf-8", "surrogatepass"),
                value=message.value,
                headers=[(name, text.encode()) for name, text in message.headers],
            )
        except kafka_errors.KafkaTimeoutError as error:
            raise NotReady(
                "kafka",
                f"no broker told where {self._prefix}{message.topic} is ({error}); if they are up, "
                "run `claimdesk topics ensure`",
            ) from error

    def _connect(self, bootstrap: list[str]) -> Any:
        return KafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,  # every publish waits for its confirmation, so waiting for more only delays
            max_request_size=MAX_LETTER + FRAME,
            max_block_ms=_ANSWER_MS,
            delivery_timeout_ms=_DELIVERY_MS,
            **_CONNECTION,
        )


class KafkaLogAdmin:
    """LogAdmin on Kafka. `prefix` is put before topics and consumer groups."""

    def __init__(self, bootstrap: str, replication: int = 1, *, prefix: str = "") -> None:
        self._client = _Client(bootstrap, self._connect)
        self._replication, self._prefix = replication, prefix
        self._lock = threading.Lock()

    def ensure(self, topics: Iterable[Topic]) -> list[str]:
        """Create the topics that are missing; their names."""
        with self._use() as admin:
            there = set(admin.list_topics())
            missing = [topic for topic in topics if self._prefix + topic.name not in there]
            if missing:
                wanted = {self._prefix + topic.name: self._wanted(topic) for topic in missing}
                try:
                    admin.create_topics(wanted, wait_for_metadata=True)
                except kafka_errors.TopicAlreadyExistsError:  # another process was quicker
                    admin.wait_for_topics(list(wanted))
        return [topic.name for topic in missing]

    def describe(self, topics: Iterable[Topic]) -> list[TopicState]:
        """The state of each topic."""
        wanted = list(topics)
        with self._use() as admin:
            partitions = self._partitions(admin, wanted)
            begins, ends = _bounds(admin, partitions)
        return [
            TopicState(
                topic.name,
                len(partitions[topic.name]),
                sum(ends[place] - begins[place] for place in partitions[topic.name]),
                exists=bool(partitions[topic.name]),
            )
            for topic in wanted
        ]

    def lag(self, steps: Iterable[tuple[str, Topic]]) -> list[Lag]:
        """The lag of each step on each partition; a step that never ran counts from the beginning."""
        wanted = list(steps)
        with self._use() as admin:
            committed = self._committed(admin, [step for step, _ in wanted])
            partitions = self._partitions(admin, [topic for _, topic in wanted])
            begins, ends = _bounds(admin, partitions)
        return [
            Lag(
                step,
                topic.name,
                place.partition,
                max(committed[step].get(place, _ABSENT), begins[place]),
                ends[place],
            )
            for step, topic in wanted
            for place in partitions[topic.name]
        ]

    def seek(self, step: str, topic: Topic, offset: int) -> None:
        """Let `step` start again from `offset`, or from the nearest that each partition has.

        Raises UserError when the step is running.
        """
        with self._use() as admin:
            places = self._partitions(admin, [topic])[topic.name]
            found = _patiently(
                lambda: admin.reset_group_offsets(
                    self._prefix + step, dict.fromkeys(places, max(0, offset))
                )
            )
        refused = {row["error"] for row in found.values() if row["error"].errno}
        if refused:
            names = ", ".join(sorted(error.__name__ for error in refused))
            raise UserError(f"{step} could not be set to offset {offset} ({names}): stop it first")

    def read(self, topic: Topic) -> Iterator[Record]:
        """Every record up to the end as it is at the call, in partition order."""
        with self._use() as admin:
            places = self._partitions(admin, [topic])[topic.name]
            begins, ends = _bounds(admin, {topic.name: places})
        return self._read(topic.name, [p for p in places if begins[p] < ends[p]], ends)

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    @contextlib.contextmanager
    def _use(self) -> Iterator[Any]:
        with self._lock, self._client.use() as admin:
            yield admin

    def _connect(self, bootstrap: list[str]) -> Any:
        return KafkaAdminClient(bootstrap_servers=bootstrap, **_CONNECTION)

    def _wanted(self, topic: Topic) -> dict[str, Any]:
        configs = {
            "cleanup.policy": topic.cleanup,
            "retention.ms": str(int(topic.retention.total_seconds() * 1_000)),
            "max.message.bytes": str(limit_of(topic) + FRAME),
        }
        return {
            "num_partitions": topic.partitions,
            "replication_factor": self._replication,
            "configs": configs,
        }

    def _partitions(self, admin: Any, topics: Iterable[Topic]) -> dict[str, list[TopicPartition]]:
        """The partitions of each topic by its own name; none for one that does not exist."""
        names = {self._prefix + topic.name: topic.name for topic in topics}
        found: dict[str, list[TopicPartition]] = {name: [] for name in names.values()}
        for row in admin.describe_topics(list(names)) if names else ():
            if row["error_code"] == 0:
                numbers = sorted(part["partition_index"] for part in row["partitions"])
                found[names[row["name"]]] = [TopicPartition(row["name"], n) for n in numbers]
        return found

    def _committed(self, admin: Any, steps: Sequence[str]) -> dict[str, dict[TopicPartition, int]]:
        groups = {self._prefix + step: None for step in steps}
        found = _patiently(lambda: admin.list_group_offsets(groups)) if groups else {}
        return {
            step: {place: row.offset for place, row in found.get(self._prefix + step, {}).items()}
            for step in steps
        }

    def _read(
        self, topic: str, places: Sequence[TopicPartition], ends: Mapping[TopicPartition, int]
    ) -> Iterator[Record]:
        with _errors_named(), contextlib.closing(self._reader()) as consumer:
            for place in places:
                consumer.assign([place])
                consumer.seek_to_beginning(place)
                for row in _rows(consumer, place, ends[place]):
                    yield _record(topic, row)

    def _reader(self) -> Any:
        return KafkaConsumer(
            bootstrap_servers=self._client.bootstrap,
            group_id=None,
            enable_auto_commit=False,
            fetch_max_wait_ms=50,
            auto_offset_reset="earliest",
            **_CONNECTION,
        )


class _Client:
    """A connection that is made when first used, and made anew after an error."""

    def __init__(self, bootstrap: str, connect: Any) -> None:
        self.bootstrap = [part.strip() for part in bootstrap.split(",") if part.strip()]
        self._connect = connect
        self._lock = threading.Lock()
        self._current: Any = None

    @contextlib.contextmanager
    def use(self) -> Iterator[Any]:
        """The client, with Kafka's errors named. After one it is not used again."""
        with _errors_named():
            client = self._get()
            try:
                yield client
            except kafka_errors.KafkaError:
                self._drop(client)
                raise

    def close(self) -> None:
        """Disconnect."""
        with self._lock:
            client, self._current = self._current, None
        if client is not None:
            client.close()

    def _get(self) -> Any:
        with self._lock:
            if self._current is None:
                self._current = self._connect(self.bootstrap)
            return self._current

    def _drop(self, client: Any) -> None:
        with self._lock:
            if self._current is client:
                self._current = None
        with contextlib.suppress(kafka_errors.KafkaError):
            _close_at_once(client)


def _rows(consumer: Any, place: TopicPartition, end: int) -> Iterator[Any]:
    """The rows of a partition before `end`. Raises NotReady: the consumer itself waits for ever."""
    silent = 0.0
    while (position := _position(consumer, place)) < end:
        asked = time.monotonic()
        rows = consumer.poll(timeout_ms=_POLL_MS).get(place, ())
        moved = _position(consumer, place) > position
        silent = 0.0 if moved else silent + time.monotonic() - asked
        if silent > _SILENCE_SECONDS:
            raise NotReady("kafka", f"{place.topic} gave nothing for {silent:.0f} seconds")
        yield from (row for row in rows if row.offset < end)


def _position(consumer: Any, place: TopicPartition) -> int:
    """Where the consumer reads on; before every offset while no broker has told where that is."""
    found: int | None = consumer.position(place, timeout_ms=_POLL_MS)
    return _ABSENT if found is None else found


def _patiently(call: Callable[[], Result]) -> Result:
    """Call again while the groups' coordinator is being found, as it is when a cluster is new."""
    last = time.monotonic() + _COORDINATOR_SECONDS
    while True:
        try:
            return call()
        except _COORDINATOR_MOVES:
            if time.monotonic() > last:
                raise
            time.sleep(_COORDINATOR_SECONDS / 50)


def _close_at_once(client: Any) -> None:
    if isinstance(client, KafkaProducer):
        client.close(timeout=0)
    else:
        client.close()


@contextlib.contextmanager
def _errors_named() -> Iterator[None]:
    try:
        yield
    except _MISTAKES as error:
        raise UserError(
            f"Kafka does not take this: {error}; check CLAIMDESK_KAFKA_BOOTSTRAP and the topics' "
            "max.message.bytes"
        ) from error
    except kafka_errors.UnknownTopicOrPartitionError as error:
        raise NotReady(
            "kafka", f"a topic does not exist ({error}); run `claimdesk topics ensure`"
        ) from error
    except (kafka_errors.KafkaError, OSError) as error:
        raise NotReady("kafka", f"{type(error).__name__}: {error}") from error


def _bounds(
    admin: Any, partitions: Mapping[str, Iterable[TopicPartition]]
) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
    """Where each partition begins and ends."""
    places = [place for some in partitions.values() for place in some]
    begins, ends = (
        admin.list_partition_offsets(dict.fromkeys(places, which)) if places else {}
        for which in (OffsetSpec.EARLIEST, OffsetSpec.LATEST)
    )
    return (
        {place: row.offset for place, row in begins.items()},
        {place: row.offset for place, row in ends.items()},
    )


def _record(topic: str, row: Any) -> Record:
    return Record(
        topic=topic,
        key=text_of(row.key),
        value=row.value,
        headers=tuple((name, text_of(value)) for name, value in row.headers or ()),
        partition=row.partition,
        offset=row.offset,
    )


def text_of(raw: bytes | None) -> str:
    """A key or header as text, whatever its bytes are."""
    return (raw or b"").decode("utf-8", "backslashreplace")

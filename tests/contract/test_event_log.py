"""The promises of Producer and LogAdmin, on each log."""

import socket
from pathlib import Path

import pytest

from schemas.topics import ARTICLES, CLAIMS, DEAD_LETTERS, TASKS, TOPICS
from services.ports.event_log import drained
from services.runtime.errors import NotReady
from services.runtime.events import MAX_MESSAGE
from services.runtime.executor import Message
from tests.support.logs import PARTITIONS, Place, small


def keyed(number: int, key: str, value: bytes | None = None) -> Message:
    return Message(ARTICLES.name, key, str(number).encode() if value is None else value)


def test_what_is_published_is_read_back_whole(place: Place) -> None:
    place.admin.ensure(small([ARTICLES]))
    sent = Message(ARTICLES.name, "clé", b"\x00\xff bytes", (("content-type", "a/b"), ("ü", "✓")))
    place.producer.publish([sent])
    (got,) = place.admin.read(ARTICLES)
    assert (got.topic, got.key, got.value, got.headers) == (
        sent.topic,
        sent.key,
        sent.value,
        sent.headers,
    )
    assert got.offset == 0


def test_messages_of_one_key_keep_their_order_on_one_partition(place: Place) -> None:
    place.admin.ensure(small([ARTICLES]))
    producer = place.producer
    keys = ["a", "b", "c", "d"]
    for batch in range(5):
        producer.publish([keyed(batch * 8 + i, keys[i % 4]) for i in range(8)])
    records = list(place.admin.read(ARTICLES))
    for key in keys:
        own = [record for record in records if record.key == key]
        assert len({record.partition for record in own}) == 1
        numbers = [int(record.value or b"") for record in own]
        assert len(numbers) == 10
        assert numbers == sorted(numbers)
    assert len({record.partition for record in records}) > 1


def test_offsets_of_a_partition_have_no_gap(place: Place) -> None:
    place.admin.ensure(small([ARTICLES]))
    place.producer.publish([keyed(i, "a") for i in range(5)])
    assert [record.offset for record in place.admin.read(ARTICLES)] == [0, 1, 2, 3, 4]


def test_the_largest_message_passes(place: Place) -> None:
    place.admin.ensure(small([ARTICLES]))
    place.producer.publish([keyed(0, "a", b"x" * MAX_MESSAGE)])
    (record,) = place.admin.read(ARTICLES)
    assert record.value is not None
    assert len(record.value) == MAX_MESSAGE


def test_reading_ends_where_the_topic_ended_at_the_call(place: Place) -> None:
    place.admin.ensure(small([ARTICLES]))
    producer = place.producer
    producer.publish([keyed(i, "a") for i in range(3)])
    reading = place.admin.read(ARTICLES)
    producer.publish([keyed(9, "a")])
    assert [record.value for record in reading] == [b"0", b"1", b"2"]


def test_reading_an_empty_topic_gives_nothing(place: Place) -> None:
    place.admin.ensure(small([ARTICLES]))
    assert list(place.admin.read(ARTICLES)) == []


def test_ensure_creates_what_is_missing_and_nothing_else(place: Place) -> None:
    admin = place.admin
    assert admin.ensure(small([ARTICLES])) == [ARTICLES.name]
    place.producer.publish([keyed(0, "a")])
    assert admin.ensure(small([ARTICLES, CLAIMS])) == [CLAIMS.name]
    assert admin.ensure(small([ARTICLES, CLAIMS])) == []
    assert len(list(admin.read(ARTICLES))) == 1


def test_describe_tells_what_is_there(place: Place) -> None:
    admin = place.admin
    admin.ensure(small([ARTICLES]))
    place.producer.publish([keyed(i, f"k{i}") for i in range(7)])
    there, missing = admin.describe([ARTICLES, TASKS])
    assert (there.topic, there.partitions, there.messages, there.exists) == (
        ARTICLES.name,
        PARTITIONS,
        7,
        True,
    )
    assert (missing.messages, missing.exists) == (0, False)


def test_a_step_that_never_ran_has_all_messages_before_it(place: Place) -> None:
    admin = place.admin
    admin.ensure(small([ARTICLES]))
    place.producer.publish([keyed(i, f"k{i}") for i in range(7)])
    rows = admin.lag([("extract", ARTICLES)])
    assert [row.partition for row in rows] == list(range(PARTITIONS))
    assert sum(row.lag for row in rows) == 7
    assert not drained(admin, [("extract", ARTICLES)])


def test_seek_moves_one_step_within_what_each_partition_has(place: Place) -> None:
    admin = place.admin
    admin.ensure(small([ARTICLES]))
    place.producer.publish([keyed(i, "a") for i in range(6)])
    admin.seek("extract", ARTICLES, 4)
    assert sum(row.lag for row in admin.lag([("extract", ARTICLES)])) == 2
    assert sum(row.lag for row in admin.lag([("other", ARTICLES)])) == 6
    admin.seek("extract", ARTICLES, 1_000)
    assert drained(admin, [("extract", ARTICLES)])
    admin.seek("extract", ARTICLES, 0)
    assert sum(row.lag for row in admin.lag([("extract", ARTICLES)])) == 6


def test_a_tombstone_is_read_as_no_value(place: Place) -> None:
    admin = place.admin
    admin.ensure(small([DEAD_LETTERS]))
    place.producer.publish(
        [Message(DEAD_LETTERS.name, "x", b"1"), Message(DEAD_LETTERS.name, "x", None)]
    )
    last = list(admin.read(DEAD_LETTERS))[-1]
    assert (last.key, last.value) == ("x", None)


def test_a_topic_that_does_not_exist_is_named_with_the_remedy(place: Place) -> None:
    place.admin.ensure(small([ARTICLES]))
    with pytest.raises(NotReady, match=r"nowhere.*claimdesk topics ensure"):
        place.producer.publish([Message("nowhere", "a", b"")])


def test_every_topic_of_the_table_can_be_made(place: Place) -> None:
    admin = place.admin
    admin.ensure(TOPICS)
    states = admin.describe(TOPICS)
    assert [state.partitions for state in states] == [topic.partitions for topic in TOPICS]


@pytest.fixture(params=["embedded", "kafka"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A log that cannot be reached."""
    if request.param == "embedded":
        (tmp_path / "file").write_text("in the way")
        return Place("embedded", tmp_path / "file")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return Place("kafka", tmp_path, f"127.0.0.1:{free.getsockname()[1]}")


def test_a_log_that_is_away_is_not_ready(away: Place) -> None:
    with pytest.raises(NotReady):
        away.producer.publish([keyed(0, "a")])
    with pytest.raises(NotReady):
        away.admin.lag([("extract", ARTICLES)])

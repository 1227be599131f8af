"""What a Kafka runner does when brokers, partitions or time are taken from it."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.article import Article
from schemas.claim import ArticleClaims
from schemas.topics import ARTICLES, CLAIMS
from services.adapters import faust_step
from services.ports.event_log import drained
from services.runtime.events import decode
from services.runtime.health import Health
from tests.support.logs import (
    Place,
    Run,
    article_message,
    claims_of,
    eventually,
    extract_step,
    new_prefix,
    running,
    service_of,
    small,
)

pytestmark = pytest.mark.kafka
ROOT = Path(__file__).parents[2]
EXTRACT = [("extract", ARTICLES)]


@pytest.fixture
def kafka(tmp_path: Path, require: Callable[[str], str]) -> Place:
    made = Place("kafka", tmp_path, require("CLAIMDESK_TEST_KAFKA"), new_prefix())
    made.admin.ensure(small())
    return made


def stack(*arguments: str) -> str:
    command = [sys.executable, str(ROOT / "deploy" / "stack" / "stack.py"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def broker(kafka: Place) -> str:
    """The test broker, where the local stack runs it and so can stop it."""
    if kafka.bootstrap not in stack("env", "--test", "--only", "kafka"):
        pytest.skip(
            f"the broker at {kafka.bootstrap} is not the local stack's: it cannot be stopped"
        )
    return "kafka"


def outputs(place: Place) -> list[int]:
    records = place.admin.read(CLAIMS)
    return [decode(CLAIMS, record.value).data.article.revision - 1 for record in records]


def test_a_broker_that_stops_and_comes_back_costs_nothing_but_time(
    kafka: Place, broker: str
) -> None:
    kafka.producer.publish([article_message(i) for i in range(10)])
    health, half, go_on = Health(), threading.Event(), threading.Event()

    def handle(article: Article) -> list[ArticleClaims]:
        if article.revision - 1 == 5:
            half.set()
            go_on.wait()
        return claims_of(article)

    with running(kafka, service_of(extract_step(handle)), health=health):
        eventually(half.is_set, "half is done")
        stack("stop", broker)
        try:
            go_on.set()
            eventually(lambda: not health.is_ready(), "readiness says no")
            assert health.is_alive()
        finally:
            stack("start", broker)
        eventually(lambda: drained(kafka.admin, EXTRACT), "the rest is done")
        eventually(health.is_ready, "readiness says yes")
    seen = outputs(kafka)
    assert list(dict.fromkeys(seen)) == list(range(10))


def test_an_idle_step_whose_broker_is_away_is_not_ready(kafka: Place, broker: str) -> None:
    health = Health()
    with running(kafka, service_of(extract_step()), health=health):
        eventually(health.is_ready, "it has started")
        stack("stop", broker)
        try:
            eventually(lambda: not health.is_ready(), "readiness says no")
        finally:
            stack("start", broker)
        eventually(health.is_ready, "readiness says yes")
        kafka.producer.publish([article_message(0)])
        eventually(lambda: outputs(kafka) == [0], "it works again")


def test_a_message_longer_than_the_session_is_handled_once(kafka: Place) -> None:
    kafka.producer.publish([article_message(i) for i in range(3)])
    handled: list[int] = []
    session = threading.Event()

    def handle(article: Article) -> list[ArticleClaims]:
        handled.append(article.revision - 1)
        if len(handled) == 1:
            session.wait(faust_step.SETTINGS["broker_session_timeout"] + 3)
        return claims_of(article)

    with running(kafka, service_of(extract_step(handle))):
        eventually(lambda: drained(kafka.admin, EXTRACT), "all are done")
    assert handled == [0, 1, 2]


def test_a_message_that_outlasts_the_grace_of_a_stop_does_not_count_as_done(
    kafka: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faust_step, "GRACE_SECONDS", 0.1)
    kafka.producer.publish([article_message(i) for i in range(3)])
    in_hand, never = threading.Event(), threading.Event()

    def hang(article: Article) -> list[ArticleClaims]:
        if article.revision - 1 == 1:
            in_hand.set()
            never.wait()
        return claims_of(article)

    run = Run(kafka.runner(), [service_of(extract_step(hang))])
    eventually(in_hand.is_set, "the second message is in hand")
    run.stop.set()
    run.join()
    assert sum(row.lag for row in kafka.admin.lag(EXTRACT)) == 2
    with running(kafka, service_of(extract_step())):
        eventually(lambda: drained(kafka.admin, EXTRACT), "the rest is done")
    assert outputs(kafka) == [0, 1, 2]


def test_partitions_that_move_lose_nothing(kafka: Place) -> None:
    keys = "abcdef"
    first = Run(kafka.runner(), [service_of(extract_step())])
    for batch in range(4):
        kafka.producer.publish([article_message(batch * 6 + i, key=keys[i]) for i in range(6)])
        second = Run(kafka.runner(), [service_of(extract_step())])
        eventually(lambda: drained(kafka.admin, EXTRACT), "all are done")
        first.stop.set()
        first.join()
        first = second
    first.stop.set()
    first.join()
    assert sorted(set(outputs(kafka))) == list(range(24))


def test_a_step_whose_topic_is_missing_waits_for_it(
    tmp_path: Path, require: Callable[[str], str]
) -> None:
    place = Place("kafka", tmp_path, require("CLAIMDESK_TEST_KAFKA"), new_prefix())
    health = Health()
    with running(place, service_of(extract_step()), health=health):
        eventually(
            lambda: any("claimdesk topics ensure" in (p.reason or "") for p in health.parts()),
            "readiness tells the remedy",
        )
        place.admin.ensure(small())
        eventually(health.is_ready, "it has started")

"""The promises of Runner that a process keeps while it lives, on each runner."""

import threading
from collections.abc import Iterable

import pytest

from schemas.article import Article
from schemas.claim import ArticleClaims
from schemas.dead_letter import DeadLetter
from schemas.topics import ARTICLES, CLAIMS, MATCHES
from services.ports.dead_letters import drop, list_letters, replay
from services.ports.event_log import drained
from services.runtime.errors import BadMessage, NotReady, TooManyBadMessages
from services.runtime.events import MAX_MESSAGE, decode
from services.runtime.executor import Message
from services.runtime.health import Condition, Health
from services.runtime.step import Step
from tests.support.logs import (
    Place,
    article_message,
    claims_of,
    eventually,
    extract_step,
    run_until_drained,
    running,
    service_of,
    small,
)

EXTRACT = [("extract", ARTICLES)]


@pytest.fixture(autouse=True)
def topics(place: Place) -> None:
    place.admin.ensure(small())


def letters_of(place: Place) -> list[DeadLetter]:
    return [letter.content for letter in list_letters(place.admin) if letter.content]


def outputs_of(place: Place) -> list[tuple[str, int]]:
    """(article, revision) of the claims events, in the log's order."""
    found = []
    for record in place.admin.read(CLAIMS):
        claims: ArticleClaims = decode(CLAIMS, record.value).data
        found.append((claims.article.id, claims.article.revision - 1))
    return found


def test_messages_of_one_key_are_handled_and_passed_on_in_order(place: Place) -> None:
    place.producer.publish([article_message(i, key="abcd"[i % 4]) for i in range(40)])
    handled: list[tuple[str, int]] = []

    def handle(article: Article) -> list[ArticleClaims]:
        handled.append((article.id, article.revision - 1))
        return claims_of(article)

    run_until_drained(place, service_of(extract_step(handle)))
    for seen in (handled, outputs_of(place)):
        assert len(seen) == 40
        for key in "abcd":
            assert [number for name, number in seen if name == key] == list(
                range("abcd".index(key), 40, 4)
            )


def test_a_step_goes_on_where_it_stopped(place: Place) -> None:
    place.producer.publish([article_message(i) for i in range(5)])
    run_until_drained(place, service_of(extract_step()))
    place.producer.publish([article_message(i) for i in range(5, 8)])
    run_until_drained(place, service_of(extract_step()))
    assert outputs_of(place) == [("a", i) for i in range(8)]


def test_steps_of_one_process_feed_each_other(place: Place) -> None:
    place.producer.publish([article_message(i) for i in range(3)])
    seen: list[int] = []

    def match(claims: ArticleClaims) -> list[ArticleClaims]:
        seen.append(claims.article.revision - 1)
        return []

    run_until_drained(
        place,
        service_of(extract_step()),
        service_of(Step("match", CLAIMS, (MATCHES,), match)),
    )
    assert seen == [0, 1, 2]


def test_a_replay_from_the_beginning_gives_the_same_events(place: Place) -> None:
    place.producer.publish([article_message(i, key="ab"[i % 2]) for i in range(6)])
    run_until_drained(place, service_of(extract_step()))
    place.admin.seek("extract", ARTICLES, 0)
    run_until_drained(place, service_of(extract_step()))
    ids = [decode(CLAIMS, record.value).id for record in place.admin.read(CLAIMS)]
    assert len(ids) == 12
    assert len(set(ids)) == 6


POISON = {
    "empty": b"",
    "not_utf8": b'{"type": "\xff\xfe"}',
    "not_json": b"<article>",
    "not_cloudevent": b'["no", "event"]',
    "wrong_topic": b'{"type": "claimdesk.task.v1"}',
    "unknown_version": b'{"type": "claimdesk.article.v9"}',
    "invalid": b'{"type": "claimdesk.article.v1", "data": {"id": 7}}',
    "too_large": b" " * (MAX_MESSAGE + 1),
}


def test_every_kind_of_poison_is_kept_with_its_reason_and_the_next_message_goes_through(
    place: Place,
) -> None:
    for number, value in enumerate(POISON.values()):
        place.producer.publish([Message(ARTICLES.name, "a", value, (("from", "a feed"),))])
        place.producer.publish([article_message(number)])
    run_until_drained(place, service_of(extract_step()))
    assert outputs_of(place) == [("a", i) for i in range(len(POISON))]
    found = {letter.reason: letter for letter in letters_of(place)}
    assert set(found) == set(POISON)
    for number, (reason, value) in enumerate(POISON.items()):
        letter = found[reason]
        assert letter.value == value
        assert (letter.topic, letter.key, letter.offset) == (ARTICLES.name, "a", number * 2)
        assert (letter.step, letter.version, letter.attempts) == ("extract", "test", 1)
        assert letter.headers == {"from": "a feed"}
        assert letter.message


def test_a_tombstone_is_poison_too(place: Place) -> None:
    place.producer.publish([Message(ARTICLES.name, "a", None), article_message(0)])
    run_until_drained(place, service_of(extract_step()))
    assert [letter.reason for letter in letters_of(place)] == ["empty"]
    assert outputs_of(place) == [("a", 0)]


def test_an_unexpected_exception_is_tried_again_and_then_a_dead_letter(place: Place) -> None:
    place.producer.publish([article_message(i) for i in range(3)])
    tried: list[int] = []

    def handle(article: Article) -> Iterable[ArticleClaims]:
        tried.append(article.revision - 1)
        if article.revision - 1 == 1:
            raise ZeroDivisionError("a bug\ud800")
        yield from claims_of(article)

    run_until_drained(place, service_of(extract_step(handle)))
    assert tried.count(1) == 3
    (letter,) = letters_of(place)
    assert (letter.reason, letter.attempts) == ("unexpected", 3)
    assert "ZeroDivisionError" in letter.message
    assert outputs_of(place) == [("a", 0), ("a", 2)]


def test_what_a_step_refuses_is_kept_with_the_reason_it_gave(place: Place) -> None:
    place.producer.publish([article_message(0)])

    def handle(_: Article) -> list[ArticleClaims]:
        raise BadMessage("not_handled", "no pipeline for this language")

    run_until_drained(place, service_of(extract_step(handle)))
    (letter,) = letters_of(place)
    assert (letter.reason, letter.message) == ("not_handled", "no pipeline for this language")


def test_a_dead_letter_is_replayed_once_its_reason_is_gone_and_another_is_dropped(
    place: Place,
) -> None:
    place.producer.publish([article_message(0), article_message(1, key="b")])

    def refuse(_: Article) -> list[ArticleClaims]:
        raise BadMessage("not_handled", "not yet")

    run_until_drained(place, service_of(extract_step(refuse)))
    letters = {letter.content.key: letter for letter in list_letters(place.admin) if letter.content}
    assert replay(place.producer, [letters["a"]]) == 1
    assert drop(place.producer, [letters["b"]]) == 1
    assert list_letters(place.admin) == []
    run_until_drained(place, service_of(extract_step()))
    assert outputs_of(place) == [("a", 0)]


def test_a_dependency_that_is_away_is_waited_for_and_nothing_is_lost(place: Place) -> None:
    place.producer.publish([article_message(i) for i in range(4)])
    back, health, asked = threading.Event(), Health(), threading.Event()

    def handle(article: Article) -> list[ArticleClaims]:
        if article.revision - 1 == 2 and not back.is_set():
            asked.set()
            raise NotReady("the store", "connection refused")
        return claims_of(article)

    with running(place, service_of(extract_step(handle)), health=health):
        eventually(asked.is_set, "the store is asked")
        eventually(lambda: not health.is_ready(), "readiness says no")
        (part,) = health.parts()
        assert (part.name, part.condition) == ("extract", Condition.WAITING)
        assert part.reason == "the store is not ready: connection refused"
        assert health.is_alive()
        eventually(lambda: len(outputs_of(place)) == 2, "what came before is passed on")
        back.set()
        eventually(lambda: drained(place.admin, EXTRACT), "the step goes on")
        eventually(health.is_ready, "readiness says yes")
    assert outputs_of(place) == [("a", i) for i in range(4)]
    assert letters_of(place) == []


def test_too_many_bad_messages_in_a_row_stop_the_step_and_keep_the_rest(place: Place) -> None:
    bad = [Message(ARTICLES.name, "a", b"bad") for _ in range(5)]
    place.producer.publish([*bad[:2], article_message(0), *bad])
    health = Health()
    with (
        pytest.raises(TooManyBadMessages, match="extract: more than 3 bad messages in a row"),
        running(place, service_of(extract_step()), health=health, bad_limit=3) as run,
    ):
        eventually(run.stop.is_set, "the run stops")
    assert len(letters_of(place)) == 5
    assert sum(row.lag for row in place.admin.lag(EXTRACT)) == 2
    assert not health.is_alive()


class Worker:
    """Background work that does as it is told."""

    name = "worker"

    def __init__(self, error: Exception | None = None, after: "Worker | None" = None) -> None:
        self.error, self.after, self.runs = error, after, 0
        self.began, self.stopped = threading.Event(), threading.Event()

    def run(self, stop: threading.Event) -> None:
        self.runs += 1
        self.began.set()
        if self.after is not None:
            self.after.began.wait()
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        stop.wait()
        self.stopped.set()


def test_a_background_worker_that_fails_stops_everything_and_is_told(place: Place) -> None:
    other = Worker()
    with (
        pytest.raises(OSError, match="address in use"),
        running(
            place,
            service_of(
                extract_step(), background=[Worker(OSError("address in use"), after=other), other]
            ),
        ) as run,
    ):
        eventually(run.stop.is_set, "the run stops")
    assert other.stopped.is_set()


def test_a_background_worker_waits_for_what_is_away(place: Place) -> None:
    worker = Worker(NotReady("the mail server", "no route"))
    with running(place, service_of(background=[worker])):
        eventually(lambda: worker.runs == 2, "it runs again")
    assert worker.stopped.is_set()


def test_the_largest_article_passes_through(place: Place) -> None:
    text = "\U0001f600" * 1_980_000  # four bytes each in UTF-8
    place.producer.publish([article_message(0, text=text), article_message(1)])
    seen: list[int] = []

    def handle(article: Article) -> list[ArticleClaims]:
        seen.append(len(article.text))
        return claims_of(article)

    run_until_drained(place, service_of(extract_step(handle)))
    assert seen == [1_980_000, 10]


def test_an_event_too_large_to_publish_is_a_dead_letter(place: Place) -> None:
    place.producer.publish([article_message(0), article_message(1)])

    def handle(article: Article) -> list[ArticleClaims]:
        claims = claims_of(article)
        return (
            claims
            if article.revision > 1
            else [claims[0].model_copy(update={"pipeline": "x" * MAX_MESSAGE})]
        )

    run_until_drained(place, service_of(extract_step(handle)))
    assert [letter.reason for letter in letters_of(place)] == ["too_large"]
    assert outputs_of(place) == [("a", 1)]

"""One message through one step."""

import pytest

from schemas.article import Article
from schemas.claim import ArticleClaims
from schemas.dead_letter import DeadLetter
from schemas.topics import ARTICLES, CLAIMS, DEAD_LETTERS
from services.ports.dead_letters import Letter, replay
from services.runtime.clock import FakeClock
from services.runtime.errors import NotReady, TooManyBadMessages, UserError
from services.runtime.events import MAX_LETTER, MAX_MESSAGE, decode
from services.runtime.executor import Executor, Message, Record
from services.runtime.step import Handle, Step
from services.runtime.telemetry import configure_logging
from tests.support.logs import article_message, claims_of


def executor(handle: Handle = claims_of, limit: int = 3) -> Executor:
    return Executor(Step("extract", ARTICLES, (CLAIMS,), handle), FakeClock(), "1.2.3", limit)


def record(value: bytes | None = None, **extra: object) -> Record:
    good = article_message(0)
    fields = {"topic": good.topic, "key": good.key, "value": good.value, **extra}
    return Record(**{**fields, "value": value or fields["value"]})  # type: ignore[arg-type]


def letter_of(messages: list[Message]) -> DeadLetter:
    (message,) = messages
    assert message.topic == DEAD_LETTERS.name
    letter: DeadLetter = decode(DEAD_LETTERS, message.value).data
    assert message.key == letter.id
    return letter


def test_the_largest_bad_message_is_kept_whole() -> None:
    value = b"\xff" * MAX_MESSAGE
    assert letter_of(executor().run(record(value))).value == value


def test_one_beyond_every_limit_is_cut_and_says_so_and_is_not_replayed() -> None:
    value = b"\xff" * (MAX_LETTER + 1)
    letter = letter_of(executor().run(record(value, headers=(("a", "b"),))))
    assert letter.size == len(value)
    assert value.startswith(letter.value)
    assert letter.headers == {}
    with pytest.raises(UserError, match="holds only the beginning of 12,000,001 bytes"):
        replay(None, [Letter(letter.id, letter)])  # type: ignore[arg-type]


@pytest.mark.parametrize("style", ["json", "console"])
def test_what_an_exception_says_may_be_anything(style: str) -> None:
    configure_logging(style=style)

    def handle(_: Article) -> list[ArticleClaims]:
        raise ValueError("\ud800" + "x" * 100_000)

    letter = letter_of(executor(handle).run(record()))
    assert letter.message.startswith("ValueError: \\ud800xxx")
    assert len(letter.message) < 3_000


def test_a_step_may_only_give_what_the_flow_says() -> None:
    def handle(article: Article) -> list[Article]:
        return [article]

    letter = letter_of(executor(handle).run(record()))
    assert "extract may not produce Article" in letter.message


def test_a_refused_position_has_one_id_however_often() -> None:
    assert (
        letter_of(executor().run(record(b"bad"))).id == letter_of(executor().run(record(b"bad"))).id
    )
    assert (
        letter_of(executor().run(record(b"bad", offset=1))).id
        != letter_of(executor().run(record(b"bad"))).id
    )


def test_waiting_is_neither_tried_again_nor_counted_as_bad() -> None:
    asked = []

    def handle(_: Article) -> list[ArticleClaims]:
        asked.append(1)
        raise NotReady("the store", "refused")

    run = executor(handle, limit=1)
    for _ in range(5):
        with pytest.raises(NotReady):
            run.run(record())
    assert len(asked) == 5


def test_only_bad_messages_in_a_row_stop_the_step() -> None:
    run = executor(limit=2)
    for value in (b"bad", b"bad", None, b"bad", b"bad"):
        run.run(record(value))
    with pytest.raises(TooManyBadMessages, match="more than 2 bad messages in a row"):
        run.run(record(b"bad"))

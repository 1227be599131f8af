"""Which articles carry one text: words alone, and through the intake."""

import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import build_app
from services.ingest.intake import Intake
from services.ingest.item import Item
from services.ingest.stories import FEWEST, SKETCH, Words
from services.runtime.clock import FakeClock
from tests.support.intake import MemoryProducer, ledger_in
from tests.support.stories import make_item, prose


def rewritten(text: str, share: float = 0.15) -> str:
    draw = random.Random(7)
    words = [f"other{n}" if draw.random() < share else w for n, w in enumerate(text.split(" "))]
    return " ".join(words)


def half(text: str) -> str:
    return text[: len(text) // 2]


@pytest.fixture
def take(tmp_path: Path) -> Any:
    producer = MemoryProducer()
    intake = Intake(producer, ledger_in(tmp_path), FakeClock())

    def take_one(text: str, source: str, **fields: Any) -> Any:
        (result,) = intake.take([make_item(text, source, **fields)])
        assert result.state in {"new", "revised"}, result
        return producer.events[-1].data

    return take_one


@pytest.mark.parametrize(
    "edit", [str, half, rewritten, lambda text: f"A headline.\n\n{text} — AFP"]
)
def test_a_copy_joins_the_story(take: Any, edit: Any) -> None:
    first = take(prose(1), "wire")
    other = take(prose(2), "wire", guid="2")
    copy = take(edit(prose(1)), "paper")
    assert first.copy_of is None
    assert copy.story_id == first.story_id != other.story_id
    assert copy.copy_of.article_id == first.id
    assert 0.45 <= copy.copy_of.containment <= 1


def test_the_longer_one_may_come_later(take: Any) -> None:
    short = take(half(prose(1)), "paper")
    assert take(prose(1), "wire").story_id == short.story_id


def test_a_digest_makes_no_story_of_two(take: Any) -> None:
    first = take(prose(1), "a")
    digest = take(half(prose(1)) + "\n\n" + half(prose(2)), "b")
    second = take(prose(2), "c")
    assert digest.story_id == first.story_id
    assert second.story_id != first.story_id


def test_the_same_quotations_in_other_words_are_another_story(take: Any) -> None:
    quotations = prose(9, 60)
    first = take(prose(1) + "\n\n" + quotations, "a")
    assert take(prose(2) + "\n\n" + quotations, "b").story_id != first.story_id


def test_a_form_with_other_figures_is_another_story(take: Any) -> None:
    form = prose(1) + "\n\nDraw {}: {} {} {} {} {}."
    first = take(form.format(1, 2, 3, 4, 5, 6), "a")
    assert take(form.format(2, 12, 13, 14, 15, 16), "b").story_id != first.story_id


def test_short_texts_are_stories_of_their_own(take: Any) -> None:
    assert take("The bridge is open.", "a").story_id != take("The bridge is open.", "b").story_id


def test_an_edit_keeps_the_story_that_others_are_in(take: Any) -> None:
    first = take(prose(1), "wire")
    copy = take(prose(1), "paper")
    edited = take(prose(5), "wire")
    assert edited.revision == 2
    assert edited.story_id == first.story_id == copy.story_id
    assert edited.copy_of is None
    assert take(prose(1) + " More.", "paper").story_id == first.story_id


def test_a_stub_that_becomes_the_wire_text_joins_its_story(take: Any) -> None:
    stub = take("More to follow.", "paper")
    wire = take(prose(1), "wire")
    full = take(prose(1), "paper")
    assert stub.story_id != wire.story_id == full.story_id
    assert full.copy_of.article_id == wire.id


def test_a_copy_whose_quotation_was_altered_is_a_copy_and_its_own_words(take: Any) -> None:
    quotation = '\n\n"We will never pay 40,000 crowns," she said.'
    wire = take(prose(1) + quotation, "wire")
    altered = take(prose(1) + quotation.replace("never ", ""), "paper")
    assert altered.story_id == wire.story_id
    assert altered.copy_of.containment < 1
    assert altered.text != wire.text


def test_many_copies_at_once_are_one_story(tmp_path: Path) -> None:
    producer = MemoryProducer()
    intake = Intake(producer, ledger_in(tmp_path), FakeClock())
    items: list[Item] = [make_item(prose(1), f"outlet {n}") for n in range(90)]
    assert all(result.state == "new" for result in intake.take(items))
    assert len({event.data.story_id for event in producer.events}) == 1


def test_a_sketch_is_bounded_and_the_same_everywhere() -> None:
    words = Words.of(prose(1, 2_400))
    assert len(words.sketch) == SKETCH
    assert words.sketch == Words.of(prose(1, 2_400)).sketch
    assert Words.of("one two three").sketch == ()
    assert len(Words.of("A b c! d e f").shingles) == 4
    assert (
        len(Words.of("地" * 3 + "震災害発生した東京都内で観測された大きな揺れについて").shingles)
        >= FEWEST
    )


def test_the_command_prints_the_figures_of_the_demonstration_corpus() -> None:
    found = CliRunner().invoke(build_app("evaluate"), ["evaluate", "stories"])
    assert found.exit_code == 0, found.output
    assert "precision" in found.output
    assert "half the tail cut" in found.output

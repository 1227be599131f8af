"""Where a claim belongs once reviewers have merged, split and undone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.cluster_choice import ChoiceKind, ClusterChoice
from services.ports.cluster_choices import Choices

START = datetime(2024, 5, 2, tzinfo=UTC)


def choice(
    kind: ChoiceKind, source: str, target: str, minute: int, **more: object
) -> ClusterChoice:
    base = {"id": f"{kind}-{minute}", "reviewer": "rita", "at": START + timedelta(minutes=minute)}
    fields = {"kind": kind, "source": source, "target": target}
    return ClusterChoice.model_validate(base | fields | more)


def merge(source: str, target: str, minute: int) -> ClusterChoice:
    return choice(ChoiceKind.MERGE, source, target, minute)


def split(source: str, target: str, minute: int, *wordings: str) -> ClusterChoice:
    return choice(ChoiceKind.SPLIT, source, target, minute, wordings=list(wordings))


def undo(of: ClusterChoice, minute: int) -> ClusterChoice:
    return choice(ChoiceKind.UNDO, of.source, of.target, minute, undo_of=of.id)


def test_a_merge_holds_for_all_claims_to_come_and_through_further_merges() -> None:
    choices = Choices.of([merge("b", "a", 1), merge("a", "c", 2)])
    assert choices.place("b", "any words") == "c"
    assert choices.own("b", "any words") == "b"


def test_a_split_moves_its_wordings_alone() -> None:
    choices = Choices.of([split("a", "new", 1, "w1")])
    assert choices.place("a", "w1") == "new"
    assert choices.place("a", "w2") == "a"


def test_what_is_near_a_split_wording_follows_it() -> None:
    choices = Choices.of([split("a", "new", 1, "w1")])
    assert choices.place(choices.own("a", "w1"), "a paraphrase of w1") == "new"


def test_an_undo_brings_everything_back() -> None:
    first, second = merge("b", "a", 1), split("a", "new", 2, "w1")
    choices = Choices.of([first, second, undo(first, 3), undo(second, 4)])
    assert choices.place("b", "any words") == "b"
    assert choices.place("a", "w1") == "a"
    # A paraphrase that had joined the split-off cluster goes back with it.
    assert choices.place("new", "a paraphrase of w1") == "a"


def test_a_choice_can_be_made_again_after_its_undo() -> None:
    first = merge("b", "a", 1)
    assert Choices.of([first, undo(first, 2), merge("b", "a", 3)]).standing("b") == "a"


EVERY = [
    merge("b", "a", 1),
    split("a", "s1", 2, "w1", "w2"),
    split("s1", "s2", 3, "w1"),
    merge("c", "s2", 4),
    undo(merge("b", "a", 1), 5),
    merge("a", "b", 6),
]


@given(st.permutations(EVERY + EVERY[:2]))
def test_the_order_in_which_choices_come_does_not_matter(order: list[ClusterChoice]) -> None:
    assert Choices.of(order) == Choices.of(EVERY)


def test_even_a_circle_ends() -> None:
    assert Choices.of([merge("a", "b", 1), merge("b", "a", 2)]).standing("a") in {"a", "b"}


@pytest.mark.parametrize(
    "change",
    [
        {"target": "a"},
        {"kind": ChoiceKind.SPLIT},
        {"kind": ChoiceKind.UNDO},
        {"undo_of": "another"},
    ],
)
def test_a_choice_that_says_nothing_is_refused(change: dict[str, object]) -> None:
    given = merge("a", "b", 1).model_dump() | change
    with pytest.raises(ValidationError):
        ClusterChoice.model_validate(given)

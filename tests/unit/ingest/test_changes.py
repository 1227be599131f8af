"""What an edit changed, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.article import Article
from services.ingest.changes import LONGEST, MOST_CHANGES, Comparison, compare
from tests.support.stories import prose


def diff(before: str, after: str) -> Comparison:
    one, other = (Article(id="a", source="s", guid="g", text=text) for text in (before, after))
    return compare(one, other)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("It carried 40,000 cars.", "It carried 31,000 cars.", ("40,000", "31,000", "number")),
        ("At least five people died.", "Several people died.", ("At least five", "Several", "number")),
        ("About 20 people died.", "People died.", ("About 20", "", "number")),
        ('"We will not pay," she said.', "“We will pay soon,” she said.", ("not pay", "pay soon", "quotation")),
        ('"We will never pay," she said.', '"We will pay," she said.', ("never", "", "quotation")),
        ("She denied it.", "She admitted it.", ("denied", "admitted", "")),
        ("One.\n\nTwo.", 'One.\n\nNew: "It is so," said 5 men.\n\nTwo.',
         ("", 'New: "It is so," said 5 men.', "")),
        ('One. "It is so," he said. Two.', "One. Two.", ('"It is so," he said.', "", "")),
        ("Last updated at 10:45\n\nText.", "Last updated at 11:05\n\nText.", ("10:45", "11:05", "")),
    ],
)  # fmt: skip
def test_a_change(before: str, after: str, change: tuple[str, str, str]) -> None:
    (found,) = diff(before, after).changes
    marks = [name for name in ("quotation", "number") if getattr(found, name)]
    assert (found.before, found.after, " ".join(marks)) == change
    assert after[slice(*found.span)] == found.after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"We pay," she said.', "“We pay”, she said."),
        ("the Prime minister - he said", "the prime minister — he said"),
    ],
)
def test_marks_and_capitals_alone_are_no_change_of_words(before: str, after: str) -> None:
    assert diff(before, after).changes == []


def test_words_put_into_quotation_marks_are_told() -> None:
    (change,) = diff("They will pay.", 'They "will pay".').changes
    assert (change.before, change.after, change.quotation) == ("will pay", '"will pay"', False)


def test_title_and_byline_have_their_own_changes() -> None:
    one = Article(id="a", source="s", guid="g", text="T", title="20 dead", byline="A. Poe")
    other = one.model_copy(update={"title": "30 dead", "byline": "B. Poe"})
    found = compare(one, other)
    assert [(c.field, c.before, c.after, c.number) for c in found.changes] == [
        ("title", "20", "30", True),
        ("byline", "A", "B", False),
    ]
    assert found.alters


def test_when_not_all_can_be_listed_what_matters_is() -> None:
    words = [f"w{letter}{n}x same same same." for n in range(60) for letter in "a"]
    before = " ".join(words) + " It carried 40,000 cars."
    after = before.replace("x same", "y same").replace("40,000", "31,000")
    found = diff(before, after)
    assert (len(found.changes), found.omitted) == (MOST_CHANGES, 61 - MOST_CHANGES)
    assert found.changes[-1].after == "31,000"


def test_a_long_change_is_cut() -> None:
    (change,) = diff("One.", "One. " + prose(1)).changes
    assert len(change.after) <= LONGEST
    assert change.after.endswith("…")


def test_long_texts_are_compared_by_paragraphs_first() -> None:
    before = "\n\n".join(prose(seed) for seed in range(40))
    middle = prose(20)
    after = before.replace(middle, middle.replace(".", " 7.", 1)) + "\n\n" + prose(99)
    after = prose(98) + "\n\n" + after
    found = diff(before, after)
    assert [change.after for change in found.changes if len(change.after) < 20] == ["7"]


@given(st.text(alphabet='ab 1.,"“”\n', max_size=120), st.text(alphabet='ab 1.,"“”\n', max_size=120))
def test_any_two_texts_and_spans_hold(before: str, after: str) -> None:
    for change in diff(before + "x", after + "x").changes:
        assert (after + "x")[slice(*change.span)] == change.after
        assert change.before != change.after

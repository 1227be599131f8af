"""What a source says about its own article, and what is only reported."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.notices import LONGEST, MOST_NOTICES, find_notices, status_of

BODY = "The bridge carried 31,000 vehicles a day.\n\n"


@pytest.mark.parametrize(
    ("notice", "kind", "wrong", "right"),
    [
        (
            "Correction: An earlier version of this story said it carried 40,000 vehicles. It carried 31,000.",
            "correction",
            "it carried 40,000 vehicles",
            "It carried 31,000",
        ),
        (
            "This article was amended on 3 May. An earlier version said that 3.5 million voted; it was 2.5 million.",
            "correction",
            "3.5 million voted",
            "it was 2.5 million",
        ),
        (
            "Clarification: The bridge was opened in 1990, not in 1992.",
            "clarification",
            "in 1992",
            "The bridge was opened in 1990",
        ),
        (
            "An earlier version of this story misidentified the mayor as Ann Poe. Her name is Ada Hallam.",
            "correction",
            "the mayor as Ann Poe",
            "Her name is Ada Hallam",
        ),
        ("CORRECTION (May 6): The figure was wrong.", "correction", None, None),
        ("Correction, 6 May 2024: The figure was wrong.", "correction", None, None),
        ("Editor’s note: Names were changed.", "editors_note", None, None),
        ("Editor's note: This story has been withdrawn.", "withdrawal", None, None),
        ("This article has been retracted.", "withdrawal", None, None),
        ("UPDATE: Adds the mayor's answer.", "update", None, None),
        ("This story has been updated with new figures.", "update", None, None),
    ],
)
def test_notices(notice: str, kind: str, wrong: str | None, right: str | None) -> None:
    text = BODY + notice
    (found,) = find_notices("", text)
    assert (found.kind, found.wrong, found.right) == (kind, wrong, right)
    assert found.span is not None
    assert text[slice(*found.span)] == found.text == notice


@pytest.mark.parametrize(
    "paragraph",
    [
        "The correction came late. He said this article was wrong.",
        "Correction officers said: three of them were hurt.",
        "Updates on the flood: three are dead.",
        "Withdrawal – a painful word for the minister.",
        "The study has been retracted by its authors.",
        "He asked that an earlier version of this article be kept.",
        "Correction: " + "word " * 300,
    ],
)
def test_reporting_is_no_notice(paragraph: str) -> None:
    assert find_notices("Correction of the market", BODY + paragraph) == []


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("CORRECTED-Mayor defends bridge", "corrected"),
        ("WITHDRAWN: Mayor defends bridge", "withdrawn"),
        ("UPDATE 2-Mayor defends bridge", "published"),
        ("Kill bill", "published"),
    ],
)
def test_the_marks_of_a_title(title: str, status: str) -> None:
    assert status_of(find_notices(title, BODY)) == status


@pytest.mark.parametrize(
    ("notice", "status"),
    [
        ("Clarification: It was May.", "corrected"),
        ("Editor's note: The figure was incorrect.", "corrected"),
        ("Editor's note: Names were changed.", "published"),
        ("Update: Adds a quote.", "published"),
    ],
)
def test_what_a_notice_makes_of_the_article(notice: str, status: str) -> None:
    assert status_of(find_notices("", BODY + notice)) == status


@given(st.text(alphabet="correction edits'nupd:—-()\n .,a5", max_size=400))
def test_any_text_is_read_and_spans_hold(text: str) -> None:
    for notice in find_notices(text[:50], text):
        assert notice.span is None or text[slice(*notice.span)] == notice.text


def test_few_are_kept_and_long_texts_end() -> None:
    assert len(find_notices("", "Update: more.\n\n" * 50)) == MOST_NOTICES
    for hostile in ("correction ", "an earlier version of this article said ", "not , ", "( "):
        paragraph = (hostile * LONGEST)[:LONGEST]
        started = time.process_time()
        find_notices("", f"Correction: {paragraph}"[:LONGEST] + "\n\n" + hostile * 20_000)
        assert time.process_time() - started < 5  # far below what backtracking would take

"""Publishers' words on one scale."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import Evidence, Finding
from schemas.verdict import Rating
from services.evidence import ratings
from services.evidence.handle import PUBLISHER
from services.evidence.ratings import Scale, host_of, on_scale, rated, tally


@pytest.mark.parametrize(
    ("rating", "by", "finding", "known"),
    [
        ("Pants on Fire!", "https://www.politifact.com/x", Finding.FALSE, True),
        ("half-true", "politifact.com", Finding.MIXED, True),
        ("Half Flip", "politifact.com", None, True),
        ("Half Flip", "example.org", None, False),
        ("FALSO", "x", Finding.FALSE, True),
        ("Größtenteils falsch", "x", Finding.MOSTLY_FALSE, True),
        ("False: the photo is from 2012", "x", Finding.FALSE, True),
        ("Misleading. It was another river.", "x", Finding.MISLEADING, True),
        ("Correct. But it is misleading", "x", None, False),
        ("True or false?", "x", None, False),
        ("Rather peculiar", "x", None, False),
        ("", "x", None, True),
        ("!!!", "x", None, True),
    ],
)
def test_words(rating: str, by: str, finding: Finding | None, known: bool) -> None:
    assert rated(rating, by) == (finding, known)


def test_a_publishers_line_holds_below_its_host_and_goes_before_everybodys() -> None:
    assert rated("Scam", "elsewhere.org").finding is Finding.FALSE
    assert rated("Scam", "https://archive.snopes.com/1") == (None, True)


@pytest.mark.parametrize(
    ("scale", "finding"),
    [
        (Scale(1), Finding.FALSE),
        (Scale(2), Finding.MOSTLY_FALSE),
        (Scale(3), Finding.MIXED),
        (Scale(4), Finding.MOSTLY_TRUE),
        (Scale(5), Finding.TRUE),
        (Scale(1, worst=5, best=1), Finding.TRUE),
        (Scale(0, worst=0, best=1), Finding.FALSE),
        (Scale(-1), None),
        (Scale(3, worst=3, best=3), None),
    ],
)
def test_numbers(scale: Scale, finding: Finding | None) -> None:
    assert on_scale(scale) is finding


def test_every_line_of_the_table_is_sound() -> None:
    path = Path(ratings.__file__).with_name("ratings.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len({(row["host"], row["rating"]) for row in rows}) == len(rows)
    assert all(not row["finding"] or Finding(row["finding"]) for row in rows)
    for row in rows:  # what a line says is what is found by it
        by = "x" if row["host"] == "*" else row["host"]
        assert rated(row["rating"], by).finding == (row["finding"] or None)


def test_every_verdict_of_this_desk_is_known() -> None:
    for rating in set(Rating) - {Rating.NOT_A_CLAIM}:
        assert rated(rating.value, PUBLISHER).finding is not None


def test_the_tally_lists_what_nobody_mapped() -> None:
    def item(number: int, rating: str | None, finding: Finding | None = None) -> Evidence:
        return Evidence(
            id=str(number), claim="c", rating=rating, finding=finding, url="https://x.org/1"
        )

    found = [
        item(1, "Odd"),
        item(2, "Odd"),
        item(3, "False", Finding.FALSE),
        item(4, None),
        item(5, "Odd").model_copy(update={"withdrawn": "gone"}),
    ]
    assert tally(found) == {("x.org", "Odd", ""): 2}
    assert tally(found, every=True)["x.org", "False", "false"] == 1


@given(st.text(max_size=300), st.text(max_size=100))
def test_no_text_breaks_them(rating: str, by: str) -> None:
    rated(rating, by)
    host_of(by)

"""Parts of longer times, ranges, named days, and what contradicts the day of publication."""

from datetime import date

import pytest
from spacy.language import Language

from services.extract.dates import Reference, resolve_article
from services.extract.dates_feasts import easter
from services.extract.dates_interval import Interval
from services.extract.dates_parts import part_of

TODAY = Reference(published=date(2024, 5, 16))  # a Thursday

CASES = [
    ("The pool was shut between January and March.", "2024-01-01/2024-03-31"),
    ("The pool was shut from October to February.", "2023-10-01/2024-02-29"),
    ("The pool will be shut from October to February.", "2024-10-01/2025-02-28"),
    ("The shop traded from May 2019 to June 2021.", "2019-05-01/2021-06-30"),
    ("Sales dipped in the first quarter.", "2024-01-01/2024-03-31"),
    ("Sales will dip in the third quarter.", "2024-07-01/2024-09-30"),
    ("Rents rose 4% in the year to April.", "2023-05-01/2024-04-30"),
    ("Sales fell in the six months to 31 March 2023.", "2022-10-01/2023-03-31"),
    ("The rule applies from the start of next month.", "2024-06-01"),
    ("He left in late 2022.", "2022-09-01/2022-12-31"),
    ("She was hired in mid-April.", "2024-04-11/2024-04-20"),
    ("The tower dates from the late 16th century.", "1567-01-01/1600-12-31"),
    ("He moved there in the early '90s.", "1990-01-01/1993-12-31"),
    ("Nobody was home on Boxing Day.", "2023-12-26"),
    ("The choir will sing on Easter Monday 2025.", "2025-04-21"),
    ("The bus broke down on Tuesday last week.", "2024-05-07"),
    ("The hearing is a week on Friday.", "2024-05-24"),
    ("The centre lost 300 members over last winter.", "2023-12-01/2024-02-29"),
    ("In the first two months of 2024 it rained.", "2024-01-01/2024-02-29"),
    ("The 5th anniversary of the sinking of 3 March 2021 is a Tuesday.", "2026-03-03"),
    ("The firm cut costs in fiscal 2022.", "2022"),
]
NOTHING = [
    "She is in her early 30s.",
    "The score was level in the fourth quarter of the game.",
    "The Easter bunny and the Christmas market are popular.",
    "They met at the start of the season.",
]


@pytest.mark.parametrize(("text", "value"), CASES, ids=[case[0] for case in CASES])
def test_means(text: str, value: str, nlp: Language) -> None:
    assert resolve_article(nlp(text), TODAY)[0].value == value


@pytest.mark.parametrize("text", NOTHING)
def test_says_nothing(text: str, nlp: Language) -> None:
    assert resolve_article(nlp(text), TODAY) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The hall was opened in March 2026.", "told as past"),
        ("The hall will open on 3 May 2022.", "told as to come"),
        ("The council voted yesterday, May 13.", "yesterday"),
        ("The council voted on Wednesday (May 14).", "Wednesday"),
    ],
)
def test_what_the_day_of_publication_contradicts_is_flagged(
    text: str, told: str, nlp: Language
) -> None:
    (mention,) = resolve_article(nlp(text), TODAY)
    assert told in (mention.conflict or "")


@pytest.mark.parametrize(
    "text",
    [
        "The lease was extended to March 2026.",
        "The firm signed a deal that ends in March 2026.",
        "He said it would open on 3 May 2022.",
        "The council voted yesterday, May 15.",
    ],
)
def test_what_nothing_contradicts_is_not_flagged(text: str, nlp: Language) -> None:
    assert [mention.conflict for mention in resolve_article(nlp(text), TODAY)][-1] is None


def test_easter_falls_where_the_churches_put_it() -> None:
    known = {
        1818: (3, 22),
        1943: (4, 25),
        2000: (4, 23),
        2008: (3, 23),
        2024: (3, 31),
        2038: (4, 25),
    }
    assert {year: (easter(year).month, easter(year).day) for year in known} == known


@pytest.mark.parametrize(
    "whole",
    [
        Interval.of_week(date(2024, 5, 16)),
        Interval.of_month(2024, 2),
        Interval.of_year(2023),
        Interval.of_years(1990, 1999),
        Interval.of_years(1801, 1900),
    ],
)
def test_parts_lie_within_in_order(whole: Interval) -> None:
    early, mid, late = (part_of(whole, part) for part in ("early", "mid", "late"))
    assert whole.first == early.first <= mid.first <= late.first
    assert early.last <= mid.last <= late.last == whole.last

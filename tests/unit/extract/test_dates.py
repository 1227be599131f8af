"""Expressions of time: what each means, what is left out, and that nothing breaks."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from services.extract.dates import Reference, find_dates, parse_dateline_date, resolve_article
from services.extract.dates_interval import Interval, parse_iso

TODAY = Reference(published=date(2024, 5, 16))  # a Thursday

# Sentence, and the text and value of every mention that must be found in it.
CASES = [
    ("The council met on Wednesday.", {"Wednesday": "2024-05-15"}),
    ("The council met on Thursday.", {"Thursday": "2024-05-16"}),
    ("The envoy spoke on Tuesday (local time).", {"Tuesday (local time)": "2024-05-14"}),
    ("The mayor resigned Sunday.", {"Sunday": "2024-05-12"}),
    ("The council will meet on Monday.", {"Monday": "2024-05-20"}),
    ("The talks are due to end on Friday.", {"Friday": "2024-05-17"}),
    ("He was last seen last Friday.", {"last Friday": "2024-05-10"}),
    ("They will vote next Tuesday.", {"next Tuesday": "2024-05-21"}),
    ("Voting opens next week.", {"next week": "2024-05-20/2024-05-26"}),
    ("Prices doubled last year.", {"last year": "2023"}),
    ("A ruling is expected next month.", {"next month": "2024-06"}),
    ("Earlier this week the bridge closed.", {"Earlier this week": "2024-05-13/2024-05-16"}),
    ("He left the party two years ago.", {"two years ago": "2022"}),
    ("She called three days ago.", {"three days ago": "2024-05-13"}),
    (
        "Sales fell in the first quarter of 2023.",
        {"the first quarter of 2023": "2023-01-01/2023-03-31"},
    ),
    ("Between 2015 and 2020 rents doubled.", {"Between 2015 and 2020": "2015-01-01/2020-12-31"}),
    ("The mine must close by 2030.", {"2030": "2030"}),
    ("Rents were low in the 1990s.", {"the 1990s": "1990-01-01/1999-12-31"}),
    ("The 2020-21 season was cut short.", {"2020-21": "2020-01-01/2021-12-31"}),
    ("Yesterday it snowed.", {"Yesterday": "2024-05-15"}),
    ("The choir sings tonight.", {"tonight": "2024-05-16"}),
    ("The law took effect on 2023-04-05.", {"2023-04-05": "2023-04-05"}),
    ("The treaty was signed on 4 November 2016.", {"4 November 2016": "2016-11-04"}),
    ("The treaty was signed on November 4, 2016.", {"November 4, 2016": "2016-11-04"}),
    ("The club was founded on 25/12/2019.", {"25/12/2019": "2019-12-25"}),
    ("The strike began on July 1.", {"July 1": "2023-07-01"}),
    ("The strike will begin on July 1.", {"July 1": "2024-07-01"}),
    ("The firm promised to pay by 31 December.", {"31 December": "2024-12-31"}),
    ("The fair opened in March.", {"March": "2024-03"}),
    ("Between 3 and 7 May the port lost power.", {"3 and 7 May": "2024-05-03/2024-05-07"}),
    ("A vote is expected in June.", {"June": "2024-06"}),
    ("He must go by the end of the month.", {"the end of the month": "2024-05-31"}),
    ("The gauge rose over the past 10 years.", {"the past 10 years": "2014-05-16/2024-05-16"}),
    ("The court will rule on the 5th.", {"the 5th": "2024-06-05"}),
    ("The court ruled on the 5th.", {"the 5th": "2024-05-05"}),
    ("The fair runs from June 28 to July 4.", {"June 28 to July 4": "2024-06-28/2024-07-04"}),
    ("It was built in the 19th century.", {"the 19th century": "1801-01-01/1900-12-31"}),
]

NOTHING = [
    "They may leave, but they may also stay.",
    "Thousands march for peace.",
    "The year 20189 is a misprint.",
    "The office is on the 5th floor.",
    "About 2,016 people came, and 1999 chairs were broken.",
    "It was signed on 03/04/2019.",
    "The shop sold out on Black Friday.",
    "On 31 February nothing happened.",
    "Since then, nothing has changed.",
    "He left more than two years ago.",
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_means(text: str, expected: dict[str, str], nlp: Language) -> None:
    found = resolve_article(nlp(text), TODAY)
    assert {mention.text: mention.value for mention in found} == expected


@pytest.mark.parametrize("text", NOTHING)
def test_says_nothing_where_the_words_do_not_tell(text: str, nlp: Language) -> None:
    assert resolve_article(nlp(text), TODAY) == []


def test_the_dateline_is_nearer_to_the_writer_than_the_publication(nlp: Language) -> None:
    reference = Reference(published=date(2024, 5, 18), dateline=date(2024, 5, 16))
    (mention,) = resolve_article(nlp("The council met on Friday."), reference)
    assert mention.value == "2024-05-10"


def test_without_a_reference_no_year_is_guessed(nlp: Language) -> None:
    text = "On Monday and on July 1, last year, nobody came. In 2019 and on 3 May 2020 they did."
    found = [m.value for m in resolve_article(nlp(text), Reference())]
    assert found == ["2019", "2020-05-03"]


def test_a_year_is_carried_to_what_is_told_of_the_same_thing(nlp: Language) -> None:
    text = (
        "The assembly passed the tax in 2019. The tax took effect on July 1. It was raised on 3 August. "
        "Since then, many have left. On March 3, farmers protested."
    )
    found = [m.value for m in resolve_article(nlp(text), TODAY)]
    assert found == ["2019", "2019-07-01", "2019-08-03", "2019-08-03/2024-05-16", "2024-03-03"]


def test_a_year_is_not_carried_into_the_next_paragraph(nlp: Language) -> None:
    text = "The assembly passed the tax in 2019.\n\nIt was raised on 3 August."
    assert [m.value for m in resolve_article(nlp(text), TODAY)] == ["2019", "2023-08-03"]


def test_that_year_and_the_year_before_count_from_the_date_spoken_of(nlp: Language) -> None:
    text = "The alarm came on 11 March 2020. A first one had come on 30 January of that year. Trade fell in 2018, after a rise in the year before."
    found = [m.value for m in resolve_article(nlp(text), TODAY)]
    assert found == ["2020-03-11", "2020-01-30", "2018", "2017"]


def test_a_weekday_that_contradicts_its_date_is_flagged(nlp: Language) -> None:
    (wrong,) = resolve_article(nlp("The hearing was held on Tuesday, May 16."), TODAY)
    assert wrong.value == "2024-05-16"
    assert wrong.conflict is not None
    assert "Thursday" in wrong.conflict
    (right,) = resolve_article(nlp("The hearing was held on Thursday, May 16."), TODAY)
    assert right.conflict is None


def test_a_past_that_lies_after_the_article_is_flagged(nlp: Language) -> None:
    (wrong,) = resolve_article(nlp("He was arrested on 5 June 2025."), TODAY)
    assert wrong.conflict is not None
    (right,) = resolve_article(nlp("He will be heard on 5 June 2025."), TODAY)
    assert right.conflict is None


def test_offsets_point_into_the_doc(nlp: Language) -> None:
    doc = nlp("Nobody came. They met on Monday, and again on 3 May 2020.")
    second = list(doc.sents)[1]
    for mention in find_dates(second, TODAY):
        assert doc.text[slice(*mention.span)] == mention.text
    assert len(find_dates(second, TODAY)) == 2


def test_a_topic_year_can_be_given(nlp: Language) -> None:
    doc = nlp("It took effect on July 1.")
    (mention,) = find_dates(doc[:], TODAY, topic_year=2020)
    assert mention.value == "2020-07-01"


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        ("PORT ELM, Dec 30 (Wire) -", date(2024, 1, 2), date(2023, 12, 30)),
        ("Port Elm, 2 January:", date(2023, 12, 31), date(2024, 1, 2)),
        ("PORT ELM, May 3, 2019 -", date(2024, 1, 2), date(2019, 5, 3)),
        ("PORT ELM (Wire) -", date(2024, 1, 2), None),
        ("PORT ELM, May 3 -", None, None),
        ("PORT ELM, Feb 29 -", date(2023, 3, 1), date(2024, 2, 29)),
    ],
)
def test_datelines(text: str, published: date | None, expected: date | None) -> None:
    assert parse_dateline_date(text, published) == expected


_TEXT = (
    "on in by the of last next this that year month week day Monday Sunday, March May July 1 31 5th 29 "
    "2020 1999 20189 2020-21 12/11/2010 - to and between since then ago two 3 ten end quarter first "
    "decade century earlier later will was meets yesterday tonight 1990s . ( ) \n\n"
)
_WORDS = st.sampled_from(_TEXT.split(" "))


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(_WORDS, max_size=25),
    published=st.none() | st.dates(),
    dateline=st.none() | st.dates(date(1990, 1, 1), date(2030, 12, 31)),
)
def test_any_words_give_exact_spans_and_valid_intervals(
    words: list[str], published: date | None, dateline: date | None, nlp: Language
) -> None:
    doc = nlp(" ".join(words))
    end = 0
    for mention in resolve_article(doc, Reference(published, dateline)):
        assert doc.text[slice(*mention.span)] == mention.text
        assert mention.span[0] >= end
        end = mention.span[1]
        interval = parse_iso(mention.value)  # raises unless the days exist and are in order
        assert interval.iso() == mention.value


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=120), published=st.dates())
def test_any_text_is_survived(text: str, published: date, nlp: Language) -> None:
    for mention in resolve_article(nlp(text), Reference(published)):
        assert text[slice(*mention.span)] == mention.text


@given(first=st.dates(), days=st.integers(0, 4000))
def test_an_interval_is_written_and_read_alike(first: date, days: int) -> None:
    last = min(first.toordinal() + days, date.max.toordinal())
    interval = Interval(first, first + timedelta(days=last - first.toordinal()))
    assert parse_iso(interval.iso()) == interval

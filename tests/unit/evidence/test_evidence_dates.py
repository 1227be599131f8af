"""Dates as publishers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evidence.dates import to_iso

READ = {
    "2020-10-07 20:05": "2020-10-07",
    "2021-03-10T08:00:00Z": "2021-03-10",
    "2021/3/9": "2021-03-09",
    "26 May 2015": "2015-05-26",
    "May 26, 2015": "2015-05-26",
    "Sept. 3rd, 2019": "2019-09-03",
    "3rd of September 2019": "2019-09-03",
    "stated on October 22, 2019 in a campaign mailer.:": "2019-10-22",
    "October 2019": "2019-10",
    "2019-10": "2019-10",
    "2019": "2019",
}
LEFT_OUT = [
    "",
    "yesterday",
    "31 February 2020",
    "2020-13-01",
    "07/10/2020",
    "10-07-2020",
    "year 20189",
    "may 5 people",
    "0000-01-01",
    "x" * 300 + " 26 May 2015",
]


@pytest.mark.parametrize(("text", "iso"), READ.items())
def test_a_published_date_is_read(text: str, iso: str) -> None:
    assert to_iso(text) == iso


@pytest.mark.parametrize("text", LEFT_OUT)
def test_what_is_no_date_or_has_two_readings_is_left_out(text: str) -> None:
    assert to_iso(text) is None


@given(st.dates())
def test_every_iso_day_reads_as_itself(day: object) -> None:
    written = str(day)
    if 1000 <= int(written[:4]) <= 2100:
        assert to_iso(written) == written


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    found = to_iso(text)
    assert found is None or to_iso(found) == found

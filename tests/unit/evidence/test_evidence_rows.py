"""Rows to items: lenient in, strict out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import Evidence, EvidenceKind, Finding
from services.evidence.rows import RowError, to_evidence


def test_our_own_fields_pass_through() -> None:
    whole = Evidence(
        id="x",
        kind=EvidenceKind.OFFICIAL_STATEMENT,
        claim="c",
        title="t",
        text="b",
        publisher="p",
        speaker="s",
        date="2020-05",
        rating="false",
        finding=Finding.FALSE,
        withdrawn="wrong",
        url="https://example.org/",
        language="de",
        revision=4,
    )
    assert to_evidence(whole.model_dump(mode="json")).evidence == whole


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ({"claimReviewed": "c"}, "claim", "c"),
        ({"Claim Reviewed": "c"}, "claim", "c"),
        ({"claim": "c", "headline": "h"}, "title", "h"),
        ({"claim": "c", "claimant": "s"}, "speaker", "s"),
        ({"claim": "c", "author": {"@type": "Organization", "name": "P"}}, "publisher", "P"),
        ({"claim": "c", "datePublished": "26 May 2015"}, "date", "2015-05-26"),
        ({"claim": "c", "textualRating": "False"}, "rating", "False"),
        ({"claim": "c", "kind": "Fact Check"}, "kind", EvidenceKind.FACT_CHECK),
        ({"claim": "c", "kind": None}, "kind", EvidenceKind.FACT_CHECK),
        ({"claim": "c", "revision": "3"}, "revision", 3),
        ({"title": "only a title"}, "claim", "only a title"),
        ({"claim": "  c\x00d  "}, "claim", "c d"),
        ({"claim": "c", "subtitle": "ignored"}, "title", ""),
    ],
)
def test_other_names_and_gaps_are_read(row: dict[str, Any], field: str, value: object) -> None:
    assert getattr(to_evidence(row).evidence, field) == value


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, "neither a claim nor a title"),
        ({"claim": "   "}, "neither a claim nor a title"),
        ({"claim": "c", "kind": "rumour"}, "kind 'rumour'"),
        ({"claim": "c", "revision": "two"}, "revision 'two'"),
        ({"claim": "c", "revision": 0}, "revision '0'"),
        ({"claim": "c", "revision": "9" * 40}, "revision"),
    ],
)
def test_a_row_that_is_no_evidence_says_why(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        to_evidence(row)


def test_an_unreadable_date_is_noted_and_left_out() -> None:
    row = to_evidence({"claim": "c", "date": "the day after"})
    assert row.evidence.date is None
    assert "'the day after'" in row.notes[0]


def test_a_missing_id_is_made_from_the_address_or_the_content() -> None:
    by_url = {"claim": "c", "url": "https://example.org/1"}
    ids = [
        to_evidence(row).evidence.id
        for row in (by_url, {**by_url, "rating": "true"}, {"claim": "c"}, {"claim": "d"})
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["id", "kind", "claim", "title", "date", "revision", "url", "text"])
        | st.text(max_size=5),
        _VALUES,
    )
)
def test_any_row_is_an_item_or_an_error(row: dict[str, Any]) -> None:
    try:
        found = to_evidence(row).evidence
    except RowError:
        return
    assert Evidence.model_validate_json(found.model_dump_json()) == found

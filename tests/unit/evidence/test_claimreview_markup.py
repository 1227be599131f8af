"""ClaimReview as publishers write it: nested, listed, in graphs, in feeds, with the traps of the wild."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import Evidence, Finding
from services.evidence.files import read_rows, reading
from services.evidence.objects import rows_of
from services.evidence.rows import RowError, to_evidence

REVIEW: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "https://check.example.org/river",
    "claimReviewed": "The river is 900 kilometres long",
    "datePublished": "2020-10-07 20:05",
    "author": {"@type": "Organization", "name": "River Check"},
    "itemReviewed": {
        "@type": "Claim",
        "author": {"@type": "Person", "name": "Ada Lind"},
        "datePublished": "2020-10-01",
    },
    "reviewRating": {
        "@type": "Rating",
        "ratingValue": 1,
        "bestRating": 5,
        "worstRating": 1,
        "alternateName": "False",
    },
}


def item(review: Any) -> Evidence:
    (found,) = rows_of(review, "1")
    assert found.row is not None, found.error
    return to_evidence(found.row).evidence


def changed(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in {**REVIEW, **fields}.items() if value is not ...}


def test_a_single_review() -> None:
    found = item(REVIEW)
    assert found.model_dump(exclude={"id"}) == {
        **Evidence(id="x", claim="The river is 900 kilometres long").model_dump(exclude={"id"}),
        "publisher": "River Check",
        "speaker": "Ada Lind",
        "date": "2020-10-07",
        "rating": "False",
        "finding": Finding.FALSE,
        "url": "https://check.example.org/river",
    }


@pytest.mark.parametrize(
    "wrapped",
    [
        [REVIEW],
        {"@graph": [{"@type": "WebPage"}, REVIEW]},
        {"@type": "DataFeedItem", "item": [REVIEW]},
        {"@type": "DataFeedItem", "item": REVIEW},
        {"@type": "WebPage", "mainEntity": {"@type": "Article", "hasPart": [REVIEW]}},
        changed(**{"@type": ["Review", "http://schema.org/ClaimReview"]}),
    ],
    ids=["list", "graph", "feed item", "feed item without list", "nested", "types"],
)
def test_wherever_it_is_it_is_the_same_item(wrapped: Any) -> None:
    assert item(wrapped) == item(REVIEW)


def test_references_within_a_graph_are_followed() -> None:
    graph = {
        "@graph": [
            changed(author={"@id": "#org"}, itemReviewed={"@id": "#claim"}),
            {"@id": "#org", "@type": "Organization", "name": "River Check"},
            {"@id": "#claim", "@type": "Claim", "author": {"@id": "#ada"}},
            {"@id": "#ada", "@type": "Person", "name": "Ada Lind"},
        ]
    }
    assert item(graph) == item(REVIEW)


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"author": "River Check"}, "publisher", "River Check"),
        (
            {"author": ["River Check", {"name": "Lake Check"}]},
            "publisher",
            "River Check, Lake Check",
        ),
        ({"author": ...}, "publisher", "check.example.org"),
        (
            {
                "author": {"@type": "Person", "name": "A Checker"},
                "publisher": {"name": "River Check"},
            },
            "publisher",
            "River Check",
        ),
        ({"claimReviewed": "It&amp;#39;s <b>5 &gt; 4</b>"}, "claim", "It's 5 > 4"),
        (
            {"claimReviewed": ..., "itemReviewed": {"text": "Rivers flow upwards"}},
            "claim",
            "Rivers flow upwards",
        ),
        (
            {"itemReviewed": {"appearance": [None, {"author": [{"name": "Bo Ek"}]}]}},
            "speaker",
            "Bo Ek",
        ),
        ({"itemReviewed": [None, {"creator": "Bo Ek"}]}, "speaker", "Bo Ek"),
        ({"inLanguage": {"name": "Spanish", "alternateName": "es-MX"}}, "language", "es"),
        ({"datePublished": "7th of October 2020"}, "date", "2020-10-07"),
        ({"dateModified": "2020-10-09T10:00:00Z"}, "revision", 1602237600),
        ({"url": ..., "mainEntityOfPage": {"@id": "https://x.org/1"}}, "url", "https://x.org/1"),
        ({"creativeWorkStatus": "Retracted"}, "withdrawn", "its status is Retracted"),
        ({"@id": "https://x.org/id/7"}, "id", "https://x.org/id/7"),
    ],
)
def test_lenient_in(fields: dict[str, Any], name: str, value: object) -> None:
    assert getattr(item(changed(**fields)), name) == value


def rated(**rating: Any) -> tuple[str | None, Finding | None, tuple[str, ...]]:
    (found,) = rows_of(changed(reviewRating=rating), "1")
    assert found.row is not None
    row = to_evidence(found.row)
    return row.evidence.rating, row.evidence.finding, row.notes


def test_a_number_speaks_where_there_is_no_name() -> None:
    assert rated(ratingValue="4", bestRating="5", worstRating="1") == (
        "4 of 1 to 5",
        Finding.MOSTLY_TRUE,
        (),
    )
    assert rated(ratingValue=1)[1] is Finding.FALSE
    assert rated(ratingValue="3,0", bestRating=5.0, worstRating="1")[1] is Finding.MIXED
    assert rated(ratingValue=5, bestRating=5, alternateName="Mostly false")[:2] == (
        "Mostly false",
        Finding.MOSTLY_FALSE,
    )


def test_an_upside_down_scale_is_read_by_its_names_and_noted() -> None:
    rating, finding, notes = rated(ratingValue=1, bestRating=1, worstRating=5)
    assert (rating, finding) == ("1 of 5 to 1", Finding.TRUE)
    assert "upside down" in notes[0]
    assert rated(ratingValue=5, bestRating=1, worstRating=5)[1] is Finding.FALSE


@pytest.mark.parametrize(
    "rating",
    [
        {"ratingValue": -1, "bestRating": 5, "worstRating": 1},
        {"ratingValue": 0, "bestRating": 0, "worstRating": 0},
        {"ratingValue": 9, "bestRating": 5, "worstRating": 1},
    ],
)
def test_a_number_off_its_scale_says_nothing(rating: dict[str, Any]) -> None:
    verbatim, finding, notes = rated(**rating)
    assert finding is None
    assert verbatim is not None
    assert "says nothing" in notes[-1]


def test_nulls_are_told_and_the_rest_is_read() -> None:
    found = list(rows_of({"@type": "DataFeedItem", "item": [None, REVIEW]}, "element 3"))
    assert [(one.place, one.row is None, one.lost) for one in found] == [
        ("element 3, item 1", True, False),
        ("element 3, item 2", False, False),
    ]


def test_linked_data_without_a_review_is_told() -> None:
    (found,) = rows_of({"@type": "NewsArticle", "headline": "x"}, "1")
    assert "no ClaimReview in it (it is NewsArticle)" in found.error


def feed(elements: int) -> bytes:
    rows = [
        {
            "@type": "DataFeedItem",
            "item": [{**REVIEW, "claimReviewed": f"claim {n}", "url": f"https://x.org/{n}"}],
        }
        for n in range(elements)
    ]
    return json.dumps({"@type": "DataFeed", "name": "x", "dataFeedElement": rows}).encode()


def test_a_feed_is_read_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    path.write_bytes(feed(5_000))
    with reading(path) as file:
        first = next(file.lines)
        assert first.row is not None
        assert first.row["claim"] == "claim 0"
        assert file.done() < path.stat().st_size / 10
        assert sum(one.row is not None for one in file.lines) == 4_999
        assert file.done() == path.stat().st_size


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_feed_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "feed.json"
    path.write_bytes(feed(3).decode().encode(encoding))
    assert [one.row["claim"] for one in read_rows(path) if one.row] == [
        "claim 0",
        "claim 1",
        "claim 2",
    ]


def test_a_feed_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    path.write_bytes(feed(2_000)[:-300_000])
    *before, last = read_rows(path)
    assert before
    assert all(one.row for one in before)
    assert last.lost
    assert "breaks here" in last.error


def test_an_element_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.evidence.objects.LONGEST", 100_000)
    path = tmp_path / "feed.json"
    path.write_bytes(feed(2)[:-2] + b',{"x":"' + b"y" * 1_000_000 + b'"}]}')
    found = list(read_rows(path))
    assert found[-1].lost
    assert "an element has more than" in found[-1].error


_KEYS = st.sampled_from(
    [
        *(
            "@type",
            "@graph",
            "@id",
            "item",
            "claimReviewed",
            "itemReviewed",
            "reviewRating",
            "author",
        ),
        *("ratingValue", "bestRating", "url", "uri", "bodies", "type", "claimReview", "pubStatus"),
        *("dateModified", "inLanguage", "claim", "appearance", "publisher", "text"),
    ]
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ClaimReview", "DataFeedItem", "text", "https://x.org/1", "canceled"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=25,
)


@given(_JSON)
def test_any_json_is_rows_or_reasons(value: Any) -> None:
    for one in rows_of(value, "1"):
        if one.row is None:
            assert one.error
            continue
        try:
            found = to_evidence(one.row).evidence
        except RowError:
            continue
        assert Evidence.model_validate_json(found.model_dump_json()) == found


def test_deep_nesting_ends(tmp_path: Path) -> None:
    value: Any = REVIEW
    for _ in range(300):
        value = {"@graph": [value]}
    assert all(one.row is None for one in rows_of(value, "1"))
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000)
    assert [one.row for one in read_rows(path)] == [None]

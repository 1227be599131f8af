"""ninjs of three generations and JSON Feed: what is taken, what is refused and why."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.ingest.documents import read_document
from services.ingest.item import Document, Item, Options, Refusal

FIRST = {
    "uri": "https://agency.example/1",
    "type": "text",
    "version": "2",
    "versioncreated": "2025-06-03T16:05:00+02:00",
    "firstcreated": "2025-06-03T14:00:00Z",
    "pubstatus": "usable",
    "byline": "Ana Ruiz",
    "headline": "Bridge opens",
    "copyrightholder": "Harbour Agency",
    "language": "en",
    "body_text": "The bridge opened on Tuesday.",
    "body_xhtml": "<p>The bridge opened on Tuesday, as markup.</p>",
}
SECOND = {
    "standard": {"name": "ninjs", "version": "2.1"},
    "uri": "https://agency.example/2",
    "by": "Ana Ruiz",
    "headlines": [{"role": "short", "value": "Bridge"}, {"role": "main", "value": "Bridge opens"}],
    "bodies": [
        {"contenttype": "application/xml", "value": "<NITF>machines</NITF>"},
        {"contenttype": "text/html", "value": "<p>The bridge opened.</p>"},
    ],
    "house": "an agency may add what it likes",
}
THIRD = {
    "uri": "urn:agency:3",
    "pubStatus": "usable",
    "versionCreated": "2025-06-03T14:05:00Z",
    "copyrightHolder": "Harbour Agency",
    "headlines": [{"value": "Bridge opens"}],
    "bodies": [{"contentType": "text/plain", "value": "The bridge opened."}],
    "altIds": [{"role": "internal", "value": "x"}],
}


def read(row: Any) -> Item | Refusal:
    (found,) = read_document(Document("a.json", json.dumps(row).encode()), Options())
    return found


def item(row: Any) -> Item:
    found = read(row)
    assert isinstance(found, Item), found
    return found


def test_the_first_generation() -> None:
    found = item(FIRST)
    assert (found.source, found.guid, found.url) == ("Harbour Agency", FIRST["uri"], FIRST["uri"])
    assert (found.title, found.text) == ("Bridge opens", "The bridge opened on Tuesday.")
    assert (found.byline, found.publisher, found.language) == ("Ana Ruiz", "Harbour Agency", "en")
    assert found.published_at == datetime(2025, 6, 3, 14, 0, tzinfo=UTC)
    assert found.modified_at == datetime(2025, 6, 3, 14, 5, tzinfo=UTC)
    assert found.revision == 2
    assert found.withdrawn is None


def test_the_second_and_the_third_generation() -> None:
    second, third = item(SECOND), item(THIRD)
    assert (second.title, second.text, second.byline) == (
        "Bridge opens",
        "The bridge opened.",
        "Ana Ruiz",
    )
    assert (third.title, third.text, third.url) == ("Bridge opens", "The bridge opened.", None)
    assert third.published_at == third.modified_at == datetime(2025, 6, 3, 14, 5, tzinfo=UTC)


def test_markup_is_taken_where_there_is_nothing_else() -> None:
    row = {key: value for key, value in FIRST.items() if key != "body_text"}
    assert item(row).text == "The bridge opened on Tuesday, as markup."


def test_a_picture_is_its_caption() -> None:
    row = {
        "uri": "urn:p",
        "type": "picture",
        "headline": "T",
        "description_text": "The bridge on Tuesday.",
    }
    assert item(row).text == "The bridge on Tuesday."


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_what_is_taken_back_says_so_with_or_without_a_text(status: str) -> None:
    found = item(THIRD | {"pubStatus": status})
    assert found.withdrawn == f"The agency marks it as {status}."
    assert item({"uri": "urn:agency:3", "pubstatus": status}).withdrawn


def test_an_embargo_is_kept_with_the_item() -> None:
    found = item(FIRST | {"embargoed": "2025-06-05T06:00:00Z"})
    assert found.not_before == datetime(2025, 6, 5, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "reason", "says"),
    [
        (FIRST | {"embargoed": "tomorrow"}, "embargoed", "tomorrow"),
        (SECOND | {"pubstatus": "commissioned"}, "not_published", "commissioned"),
        ({"uri": "urn:empty"}, "empty", "without any text"),
        ({"$standard": {"name": "ninjs", "version": "1.4"}}, "invalid", "uri"),
        (FIRST | {"type": "novel"}, "invalid", "type"),
        (FIRST | {"pubstatus": "cancelled"}, "invalid", "pubstatus"),
        (FIRST | {"mime_type": "x"}, "invalid", "mime_type"),
        (FIRST | {"version": 1.2}, "invalid", "version"),
        (FIRST | {"body_x*": "text"}, "invalid", "body_x*"),
        (FIRST | {"body_new": {"a": 1}}, "invalid", "body_new"),
        (FIRST | {"person": "Ana"}, "invalid", "person"),
        (FIRST | {"urgency": 0.1}, "invalid", "urgency"),
        (FIRST | {"type": "component"}, "invalid", "component"),
        (THIRD | {"random": "x"}, "invalid", "random"),
        (SECOND | {"associations": [{"uri": "urn:x"}]}, "invalid", "name"),
        (SECOND | {"associations": [{"uri": "u", "name": "n", "wrong": 1}]}, "invalid", "wrong"),
        (
            SECOND | {"rightsinfo": {"linkedrights": "a", "encodedrights": "b"}},
            "invalid",
            "rightsinfo",
        ),
        (SECOND | {"places": [{"geojson": {"type": "Foo"}}]}, "invalid", "geojson"),
        (THIRD | {"type": "event", "renditions": []}, "invalid", "renditions"),
        (
            THIRD | {"eventDetails": {"dates": {"startDate": "x", "expectedStartDate": "2025"}}},
            "invalid",
            "expectedstartdate",
        ),
        (
            THIRD | {"eventDetails": {"dates": {"expectedStartDate": "June 3rd"}}},
            "invalid",
            "June 3rd",
        ),
        (THIRD | {"plannedCoverage": [{"urgency": 11}]}, "invalid", "urgency"),
    ],
)
def test_what_is_refused_and_why(row: Any, reason: str, says: str) -> None:
    refusal = read(row)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
    assert says in refusal.message


def test_later_versions_may_have_what_came_later() -> None:
    assert item(
        FIRST | {"type": "component", "$standard": {"name": "ninjs", "version": "1.4"}}
    ).text


def test_a_list_of_items_and_articles() -> None:
    rows = list(
        read_document(
            Document("a.json", json.dumps([FIRST, {"uri": 1}, {"text": "Words."}]).encode()),
            Options(),
        )
    )
    assert [type(row) for row in rows] == [Item, Refusal, Item]


def test_an_object_that_is_broken_is_one_refusal() -> None:
    broken = json.dumps(FIRST, indent=1).replace('"text",', '"text"')
    (refusal,) = read_document(Document("a.json", broken.encode()), Options())
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "not_json"
    assert "line 4" in refusal.message


JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour Wire",
    "feed_url": "https://wire.example/feed.json",
    "language": "en",
    "authors": [{"name": "The desk"}],
    "items": [
        {
            "id": 17,
            "url": "https://wire.example/1?utm_medium=feed",
            "title": "Mayor &amp; council",
            "content_html": "<p>“Twice,” she said.</p><script>x()</script>",
            "date_published": "2025-06-03T16:05:00+02:00",
            "authors": [{"name": "Ana Ruiz"}, {"name": "Bo Lund"}],
        },
        {"id": "2", "content_text": "a < b", "author": {"name": "Cy"}},
        {"id": "3", "title": ["no"]},
        "nothing",
        {"id": "4", "summary": "Short."},
    ],
}


def test_json_feed() -> None:
    rows = list(read_document(Document("f.json", json.dumps(JSON_FEED).encode()), Options()))
    bad, good = (
        [r for r in rows if isinstance(r, Refusal)],
        [r for r in rows if isinstance(r, Item)],
    )
    assert [(row.where, row.reason) for row in bad] == [
        ("f.json item 3", "invalid"),
        ("f.json item 4", "invalid"),
    ]
    first, second, last = good
    assert (first.source, first.guid) == ("https://wire.example/feed.json", "17")
    assert (first.title, first.text, first.byline) == (
        "Mayor & council",
        "“Twice,” she said.",
        "Ana Ruiz, Bo Lund",
    )
    assert (first.url, first.publisher, first.language) == (
        "https://wire.example/1",
        "Harbour Wire",
        "en",
    )
    assert first.published_at == datetime(2025, 6, 3, 14, 5, tzinfo=UTC)
    assert (second.text, second.byline) == ("a < b", "Cy")
    assert (last.text, last.byline, last.partial) == ("Short.", "The desk", True)


@pytest.mark.parametrize("items", [{}, "x", 3])
def test_a_json_feed_without_a_list_of_items_is_refused(items: Any) -> None:
    refusal = read(JSON_FEED | {"items": items})
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "invalid"

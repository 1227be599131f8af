"""Article files: text, pages, JSON and JSON lines."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.article import MAX_TEXT
from services.ingest.documents import kind_of, read_document
from services.ingest.files import MAX_GARBAGE
from services.ingest.handle import article_of
from services.ingest.item import Document, Item, Options, Refusal, Rejected

PAGE = """<!doctype html><html lang="en"><head>
<title>Bridge opens | Harbour Post</title><link rel="canonical" href="https://post.example/bridge">
<meta property="og:site_name" content="Harbour Post"><meta name="author" content="Ana Ruiz">
<meta property="og:title" content="Bridge opens">
<meta property="article:published_time" content="2025-06-03T14:05:00Z">
</head><body><nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>Bridge opens</h1>
<p>The new bridge over the harbour opened on Tuesday after nine years of work, the council said.</p>
<p>“It cost 12 million euros,” said the mayor, who had promised that it would cost no more than ten.</p>
<p>Shopkeepers on the northern bank said that they had waited long enough for their customers.</p>
</article><footer>Copyright</footer></body></html>"""


def read(
    name: str, body: str | bytes, options: Options | None = None, **more: Any
) -> list[Item | Refusal]:
    data = body.encode() if isinstance(body, str) else body
    return list(
        read_document(Document(name, data, f"file:///{name}", **more), options or Options())
    )


def one(name: str, body: str | bytes, options: Options | None = None) -> Item:
    (item,) = read(name, body, options)
    assert isinstance(item, Item), item
    return item


def refusal(name: str, body: str | bytes) -> Refusal:
    (row,) = read(name, body)
    assert isinstance(row, Refusal), row
    return row


def test_plain_text_is_known_by_its_file() -> None:
    item = one("a.txt", "First line\r\nsecond.\r\n\r\nNext paragraph.\n")
    assert item.text == "First line\nsecond.\n\nNext paragraph."
    assert (item.source, item.guid) == ("files", "file:///a.txt")
    assert item.published_at is None
    assert "--published-at" in item.notes[0]


def test_a_time_can_be_given_for_what_has_none() -> None:
    at = datetime(2025, 6, 3, tzinfo=UTC)
    assert one("a.txt", "Words.", Options(published_at=at)).published_at == at
    dated = '{"text": "Words.", "published_at": "2020-01-01T00:00:00Z"}'
    assert one("a.json", dated, Options(published_at=at)).published_at == datetime(
        2020, 1, 1, tzinfo=UTC
    )


def test_text_that_is_html_gives_its_words() -> None:
    item = one("a.txt", "<p>One &amp; two.</p><p>Three.</p>")
    assert item.text == "One & two.\n\nThree."
    assert "HTML" in item.notes[0]


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.txt", b"caf\xe9 au lait", "not_utf8"),
        ("a.txt", "words".encode("utf-16"), "not_utf8"),
        ("a.json", b'{"text": "caf\xe9"}', "not_utf8"),
        ("a.txt", b"", "empty"),
        ("a.json", b"  \n ", "empty"),
        ("a.json", b"{", "not_json"),
        ("a.json", b'{"title": "no text"}', "invalid"),
        ("a.json", b'{"text": "x", "revision": 0}', "invalid"),
        ("a.json", b"[]]", "not_json"),
        ("a.html", b"<html><body></body></html>", "no_article"),
        ("a.txt", b"x" * 10_000_001, "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    name: str, body: bytes, reason: str
) -> None:
    row = refusal(name, body)
    assert (row.where, row.reason) == (name, reason)
    assert row.message


def test_the_place_of_a_wrong_byte_is_said() -> None:
    assert "byte 9 (line 2)" in refusal("a.txt", b"line one\n\xff").message


def test_a_json_article_whole() -> None:
    given = {
        "id": "ignored when there is a guid",
        "guid": 4711,
        "source": "pusher",
        "url": "https://post.example/1",
        "title": " A  title ",
        "byline": "Ana",
        "publisher": "Post",
        "published_at": "2025-06-03T14:05:00Z",
        "modified_at": "2025-06-03T15:05:00Z",
        "language": "en",
        "revision": 2,
        "text": "Words.\n\nMore.",
        "unknown": [],
    }
    assert one("a.json", json.dumps(given)) == Item(
        source="pusher",
        guid="4711",
        text="Words.\n\nMore.",
        title="A title",
        url="https://post.example/1",
        byline="Ana",
        publisher="Post",
        language="en",
        published_at=datetime(2025, 6, 3, 14, 5, tzinfo=UTC),
        modified_at=datetime(2025, 6, 3, 15, 5, tzinfo=UTC),
        revision=2,
        where="a.json",
    )


def test_what_a_json_article_is_known_by() -> None:
    def guid(**given: str) -> str:
        return one("a.json", json.dumps({"text": "Words.", **given})).guid

    assert guid(id="i", url="https://post.example/1") == "i"
    assert guid(url="https://post.example/1") == "https://post.example/1"
    assert guid() == "file:///a.json"


def test_a_list_and_lines_go_on_after_a_bad_one() -> None:
    rows = [{"id": "1", "text": "One."}, {"id": "2"}, {"id": "3", "text": "Three."}]
    listed = read("a.json", json.dumps(rows))
    lines = read("a.jsonl", "\n".join([json.dumps(rows[0]), "{oops", "", json.dumps(rows[2])]))
    for found in (listed, lines):
        assert [getattr(row, "guid", None) for row in found] == ["1", None, "3"]
    assert [row.where for row in listed] == ["a.json item 1", "a.json item 2", "a.json item 3"]
    assert [row.where for row in lines] == ["a.jsonl line 1", "a.jsonl line 2", "a.jsonl line 4"]
    assert isinstance(lines[1], Refusal)
    assert lines[1].reason == "not_json"


def test_garbage_among_lines_of_one_document_ends_it() -> None:
    found = read("a.json", '{"text": "One."}\n' + "oops\n" * 500)
    assert len(found) == 1 + MAX_GARBAGE + 1
    assert isinstance(found[-1], Refusal)
    assert found[-1].reason == "no_json_lines"


def test_lines_without_names_are_known_by_their_content() -> None:
    two = read("a.jsonl", '{"text": "One."}\n{"text": "Two."}')
    again = read("b.jsonl", '{"text": "Two."}\n{"text": "One."}')
    assert {row.guid for row in two if isinstance(row, Item)} == {
        row.guid for row in again if isinstance(row, Item)
    }


def test_an_impossible_date_keeps_the_article() -> None:
    item = one("a.json", '{"text": "Words.", "published_at": "20189-01-01T00:00:00Z"}')
    assert item.published_at is None
    assert "20189" in item.notes[0]


def test_a_page_gives_its_article_and_what_it_says_of_itself() -> None:
    item = one("a.html", PAGE)
    assert "opened on Tuesday" in item.text
    assert "cost,\n\n“" not in item.text
    assert "work, the council said.\n\n“It cost 12 million euros,” said the mayor" in item.text
    assert "Copyright" not in item.text
    assert (item.title, item.publisher, item.byline) == ("Bridge opens", "Harbour Post", "Ana Ruiz")
    assert item.guid == item.url == "https://post.example/bridge"
    assert item.published_at is not None
    assert item.published_at.date().isoformat() == "2025-06-03"


def test_a_heading_that_is_the_title_is_no_sentence_of_the_page() -> None:
    assert one("a.html", PAGE).text.startswith("The new bridge over the harbour opened")
    other = PAGE.replace("<h1>Bridge opens</h1>", "<h1>A long wait is over</h1>")
    assert one("a.html", other).text.startswith("A long wait is over\n\nThe new bridge")


def test_more_text_than_an_article_may_have_is_refused_with_both_numbers() -> None:
    with pytest.raises(Rejected, match="5,000,000 characters; the limit is 2,000,000") as caught:
        article_of(one("a.txt", "word " * 999_999 + "words"))
    assert caught.value.reason == "too_large"
    assert len(article_of(one("a.txt", "x" * MAX_TEXT)).text) == MAX_TEXT


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (Document("-", b'{"text": "x"}\n'), "json"),
        (Document("-", b"Some words."), "text"),
        (Document("-", b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- c --><feed/>'), "feed"),
        (Document("-", b"<!DOCTYPE HTML><p>x"), "html"),
        (Document("x", b"<rss/>", url="https://a.example/feed"), "feed"),
        (Document("x", b"<html>", url="https://a.example/feed.xml"), "html"),
        (Document("x", b"plain", url="https://a.example/a", media_type="text/html"), "html"),
        (Document("A.TXT", b"<rss/>"), "text"),
    ],
)
def test_the_kind_of_a_document(document: Document, kind: str) -> None:
    assert kind_of(document) == kind

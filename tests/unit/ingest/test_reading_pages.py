"""Article pages: the text, and what the page says of itself."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.ingest.documents import read_document
from services.ingest.evaluation_pages import evaluate_pages, overlap
from services.ingest.item import Document, Item, Options

PARAGRAPHS = [
    "The new bridge over the harbour opened on Tuesday after nine years of work, the council said.",
    "“It cost 12 million euros,” said Ana Ruiz, who leads the council, and she promised that tolls would end.",
    "Shopkeepers on the northern bank said that they had waited long enough for their customers.",
    "The ferry, which had served the two banks since 1911, made its last crossing on the same evening.",
]
BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


def page(head: str = "", body: str = BODY) -> str:
    return f"<!doctype html><html lang='en-GB'><head>{head}</head><body><article><h1>Bridge opens</h1>{body}</article></body></html>"


def linked(**fields: object) -> str:
    row = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Bridge opens",
    } | fields
    return f'<script type="application/ld+json">{json.dumps(row)}</script>'


def read(markup: str, **document: str) -> Item:
    (item,) = read_document(Document("a.html", markup.encode(), **document), Options())
    assert isinstance(item, Item)
    return item


def test_what_a_page_says_in_json_ld() -> None:
    item = read(
        page(
            linked(
                datePublished="2025-06-03T16:05:00+02:00",
                dateModified="2025-06-04T08:00:00Z",
                author=[{"@type": "Person", "name": "Ana Ruiz"}, {"name": "Bo &amp; Lund"}],
                publisher={"@type": "Organization", "name": "Harbour Post"},
                inLanguage="en-IE",
            )
            + '<link rel="canonical" href="https://post.example/bridge?utm_source=x">'
        )
    )
    assert item.title == "Bridge opens"
    assert item.published_at == datetime(2025, 6, 3, 14, 5, tzinfo=UTC)
    assert item.modified_at == datetime(2025, 6, 4, 8, 0, tzinfo=UTC)
    assert (item.byline, item.publisher) == ("Ana Ruiz, Bo & Lund", "Harbour Post")
    assert (item.language, item.url) == ("en-IE", "https://post.example/bridge")
    assert item.text == "\n\n".join(PARAGRAPHS)


def test_json_ld_in_a_graph_and_with_line_ends_in_its_strings() -> None:
    graph = '{"@graph": [{"@type": "WebPage", "name": "x"}, {"@type": ["Article", "NewsArticle"],\n"headline": "A\nB", "datePublished": "2025-06-03T10:00:00Z"}]}'
    item = read(page(f'<script type="application/ld+json">{graph}</script>'))
    assert item.published_at == datetime(2025, 6, 3, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "null",
        "[[[[",
        '{"@type": 3}',
        '{"@type": "NewsArticle", "headline": {"a": 1}}',
        "[" * 100_000,
    ],
)
def test_json_ld_that_is_broken_is_passed_over(broken: str) -> None:
    meta = '<meta property="article:published_time" content="2025-06-03T10:00:00Z">'
    item = read(page(f'<script type="application/ld+json">{broken}</script>{meta}'))
    assert item.published_at == datetime(2025, 6, 3, 10, 0, tzinfo=UTC)
    assert item.title == "Bridge opens"


def test_a_date_that_cannot_be_read_gives_way_to_the_next() -> None:
    meta = '<meta property="article:published_time" content="2025-06-03T10:00:00Z">'
    item = read(page(linked(datePublished="yesterday") + meta))
    assert item.published_at == datetime(2025, 6, 3, 10, 0, tzinfo=UTC)
    assert item.notes == ()


def test_no_date_is_said() -> None:
    item = read(page())
    assert item.published_at is None
    assert item.notes == ("published_at: the page has no date",)


@pytest.mark.parametrize(
    ("social", "title"),
    [
        ("A bridge at last", "A bridge at last"),
        ("Bridge opens | Harbour Post", "Bridge opens"),
        ("A bridge at last - Harbour Post - News", "A bridge at last"),
        ("A bridge - and a ferry", "A bridge - and a ferry"),
    ],
)
def test_the_site_is_no_part_of_the_title(social: str, title: str) -> None:
    head = f'<meta property="og:title" content="{social}"><meta property="og:site_name" content="Harbour Post">'
    assert read(page(head)).title == title


def test_a_page_cannot_name_another_publishers_address() -> None:
    head = '<link rel="canonical" href="https://other.example/theirs">'
    assert read(page(head), url="https://post.example/a").url == "https://post.example/a"
    amp = read(
        page('<link rel="canonical" href="https://www.post.example/a">'),
        url="https://amp.post.example/a",
    )
    assert amp.url == "https://www.post.example/a"
    own = read(
        page('<link rel="canonical" href="https://www.post.example/a">'),
        url="https://post.example/a?x=1",
    )
    assert own.url == "https://www.post.example/a"


def test_other_peoples_posts_are_not_the_articles_words() -> None:
    post = "<blockquote class='twitter-tweet'><p>Everyone should know that the bridge is going to fall down soon.</p>— Bo (@bo)</blockquote>"
    assert "fall down" not in read(page(body=BODY + post)).text
    quote = "<blockquote><p>The bridge will stand for a hundred years and more, the engineers wrote in their report.</p></blockquote>"
    assert "hundred years" in read(page(body=BODY + quote)).text


def test_an_article_in_several_parts_is_taken_whole() -> None:
    more = [
        f"Paragraph number {n} of the second part says something about the bridge and its {n} lamps."
        for n in range(20)
    ]
    hidden = "".join(f"<li>{text}</li>" for text in more)
    markup = page(
        linked(articleBody=" ".join(PARAGRAPHS + more)),
        BODY + "</article><footer><ul>" + hidden + "</ul></footer><article>",
    )
    assert read(markup).text == "\n\n".join(PARAGRAPHS + more)


def test_an_article_that_is_only_stated_is_taken_as_stated() -> None:
    stated = " ".join(
        f"Sentence {n} of the article is nowhere to be seen on the page." for n in range(20)
    )
    assert read(page(linked(articleBody=stated), "<p>Please subscribe.</p>")).text == stated


def test_a_comment_does_not_cut_a_paragraph() -> None:
    body = BODY.replace("harbour opened", "harbour<!-- ad --> opened")
    assert read(page(body=body)).text.startswith(PARAGRAPHS[0])


def test_pages_are_measured(tmp_path: Path) -> None:
    expected = {
        "title": "The bridge opens",
        "publishing_date": "2025-06-03 10:00:30+00:00",
        "authors": ["Ana Ruiz"],
        "body": {"summary": [], "sections": [{"headline": [], "paragraphs": PARAGRAPHS}]},
    }
    head = linked(datePublished="2025-06-03T12:00:10+02:00", author={"name": "Ana Ruiz"})
    (tmp_path / "Post_2025_06_03.html.gz").write_bytes(gzip.compress(page(head).encode()))
    (tmp_path / "Post.json").write_text(json.dumps({"V1": expected}))
    (result,) = evaluate_pages(tmp_path)
    assert result.f1 == 1.0
    assert (result.published, result.day, result.title, result.exact_title) == (
        True,
        True,
        True,
        False,
    )
    assert result.byline is True


def test_overlap_counts_each_run_of_words_once() -> None:
    assert overlap("a b c d", "A b, c d") == (1.0, 1.0, 1.0)
    assert overlap("a b c d a b c d", "a b c d")[:2] == (0.2, 1.0)
    assert overlap("", "a b c d") == (0.0, 0.0, 0.0)

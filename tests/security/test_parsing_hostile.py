"""Pages, feeds and JSON that mean to keep a parser busy: each is read or refused, and none outlasts the sandbox."""

import json
from collections.abc import Iterator

import pytest

from services.ingest.feed_facts import FeedFacts, Reading
from services.ingest.item import Document, Item, Options, Refusal
from services.ingest.sandbox import Sandbox

N = 20_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seconds=60) as made:
        yield made


def page(head: str = "", body: str = "") -> str:
    words = (
        "<p>The bridge over the harbour opened on Tuesday after nine years, the council said.</p>"
        * 4
    )
    return f"<html><head>{head}</head><body><article>{words}{body}</article></body></html>"


def linked(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def rss(item: str) -> str:
    return f"<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>F</title><item><title>T</title>{item}</item></channel></rss>"


def escaped(markup: str) -> str:
    return rss(f"<description>{markup.replace('&', '&amp;').replace('<', '&lt;')}</description>")


PAGES = {
    "nested": page(body="<div>" * N + "x"),
    "nested inline": page(body="<b><i>" * N),
    "open comments": page(body="<!--" * N),
    "open tags": page(body="<a " * N),
    "attributes": page(body=f"<p {'x=1 ' * N}>y</p>"),
    "many links": page(head="<link rel=canonical href=x>" * N),
    "many metas": page(head="".join(f"<meta name=n{n} content=x>" for n in range(N))),
    "partings in a title": page(head=f"<meta property='og:title' content='{'a - ' * N}'>"),
    "deep JSON": page(head=linked("[" * N)),
    "wide JSON": page(head=linked(json.dumps([{"@type": "NewsArticle"}] * N))),
    "long JSON strings": page(
        head=linked(
            json.dumps({"@type": "Article", "headline": "<" * 500_000, "author": "@" * 500_000})
        )
    ),
    "a body like every paragraph": page(
        head=linked(
            json.dumps({"@type": "Article", "headline": "x", "articleBody": "ab" * 100_000})
        ),
        body=f"<p>{'ab' * 5_000}a</p>" * 200,
    ),
    "a date that goes on": page(head=f"<meta name=date content='{'2025-' * N}'>"),
    "entities": page(body="&amp;" * N + "&#x" * N),
}
FEEDS = {
    "nested in a text": escaped("<div>" * N + "x"),
    "open comments": escaped("<!--" * N),
    "open tags": escaped("<p " * N),
    "entities twice": escaped("&amp;amp;" * N),
    "marks": escaped("a" + "\u0301" * N),
    "links": rss("<link>http://x.example/</link>" * N),
    "titles": rss("<title></title>" * N),
    "queries": rss(f"<link>http://x.example/?{'utm_a=1&amp;' * N}</link>"),
    "nested markup": rss("<description>" + "<p>" * 90 + "x" + "</p>" * 90 + "</description>"),
    "a date that goes on": rss(f"<pubDate>{'2025-' * N}</pubDate>"),
    "malformed": "<rss & >" + rss("<link>http://x.example/</link>" * 2_000),
}
JSON = {
    "author": {
        "version": "https://jsonfeed.org/version/1",
        "items": [{"content_text": "x", "author": {"name": "a" * 500_000}}],
    },
    "markup": {
        "version": "https://jsonfeed.org/version/1",
        "items": [{"content_html": "<div>" * N}],
    },
    "body": {"uri": "urn:x", "body_html": "<b>" * N + "x"},
    "names": {"uri": "urn:x", "headline": "x"} | {f"headline_{n}": "x" for n in range(N)},
    "article": {"text": "<p>" * N + "x"},
}


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_is_read(sandbox: Sandbox, name: str) -> None:
    (row,) = sandbox.read(Document("a.html", PAGES[name].encode()), Options())
    if isinstance(
        row, Refusal
    ):  # libxml2 gives up on some of these, and then there is nothing to read
        assert row.reason == "no_article"
    else:
        assert "The bridge over the harbour" in row.text


@pytest.mark.parametrize("name", FEEDS)
def test_a_hostile_feed_is_read(sandbox: Sandbox, name: str) -> None:
    rows = list(sandbox.read(Document("feed.xml", FEEDS[name].encode()), Options()))
    assert [row.reason for row in rows if isinstance(row, Refusal)] in ([], ["empty"])


@pytest.mark.parametrize("name", JSON)
def test_hostile_json_is_read(sandbox: Sandbox, name: str) -> None:
    rows = list(sandbox.read(Document("a.json", json.dumps(JSON[name]).encode()), Options()))
    assert {row.reason for row in rows if isinstance(row, Refusal)} <= {"empty"}


def test_json_with_markup_is_parsed_in_the_sandbox() -> None:
    class Watched(Sandbox):
        asked = 0

        def _ask(self, document: Document, options: Options) -> Reading:
            self.asked += 1
            return Reading([], FeedFacts())

    sandbox = Watched()
    for body in (b'{"text": "<p>x</p>"}', b'{"text": "\\u003cp>x"}', b"<p>x</p>"):
        list(sandbox.read(Document("a.json", body), Options()))
    assert sandbox.asked == 3
    list(sandbox.read(Document("a.json", b'{"text": "plain"}'), Options()))
    assert sandbox.asked == 3


@pytest.mark.parametrize("tag", ["script", "style", "iframe", "form", "svg", "template"])
def test_what_is_no_text_leaves_no_trace_in_a_feed_or_json(sandbox: Sandbox, tag: str) -> None:
    hostile = f"<p onclick=x()>Words</p><{tag}>alert(1)</{tag}>"
    row = {"version": "https://jsonfeed.org/version/1", "items": [{"content_html": hostile}]}
    for document in (
        Document("feed.xml", escaped(hostile).encode()),
        Document("a.json", json.dumps(row).encode()),
    ):
        (item,) = sandbox.read(document, Options())
        assert isinstance(item, Item)
        assert item.text == "Words"

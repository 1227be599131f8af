"""The fast reader of feeds: it agrees with feedparser, knows its limits, and takes the fuller text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.documents import read_document
from services.ingest.entry import Entry
from services.ingest.evaluation_feeds import checks_of, evaluate_cases, evaluate_real, field_of
from services.ingest.feed_lenient import read_lenient
from services.ingest.feed_xml import read_xml
from services.ingest.feeds import byline_of, parse_feed
from services.ingest.item import Document, Item, Options

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)
FIELDS = ("title", "link", "id", "author", "author name", "published", "updated")


def rss(item: str) -> str:
    return f'<rss version="2.0" {NAMESPACES}><channel><title>F</title><item>{item}</item></channel></rss>'


def atom(entry: str, root: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {root}><title>F</title><entry>{entry}</entry></feed>'


def both(text: str, url: str | None = None) -> tuple[Entry, Entry]:
    fast, slow = read_xml(text, url), read_lenient(text, url)
    assert fast is not None
    assert slow is not None
    return fast.entries[0], slow.entries[0]


@pytest.mark.parametrize(
    "text",
    [
        rss(
            "<title>A &amp;amp; B</title><link>http://x.example/1</link><guid>http://x.example/g</guid>"
        ),
        rss("<guid>http://x.example/g</guid>"),
        rss("<guid isPermaLink='false'>tag-1</guid><link>http://x.example/1</link>"),
        rss("<link>http://x.example/1</link><atom:link rel='self' href='http://x.example/self'/>"),
        rss("<link/><atom:link href='http://x.example/2'/>"),
        rss("<media:title>M</media:title><title>T</title>"),
        rss("<title>T</title><media:title>M</media:title>"),
        rss("<media:group><media:title>Only here</media:title></media:group>"),
        rss("<title>T<b>bold</b></title>"),
        rss("<author>a@x.example (Ana Ruiz)</author>"),
        rss("<dc:creator>Ana Ruiz</dc:creator><author>b@x.example</author>"),
        rss("<pubDate>Tue, 03 Jun 2025 14:05:00 +0200</pubDate><dc:date>2025-06-04</dc:date>"),
        rss("<pubDate>Tue, 3 Jun 25 14:05 EST</pubDate>"),
        rss("<pubDate></pubDate><title>T</title>"),
        atom("<title type='html'>&lt;i&gt;T&lt;/i&gt;</title><id>urn:1</id><link href='a'/>"),
        atom(
            "<link href='one'/><link rel='enclosure' href='two.mp3'/>",
            "xml:base='http://b.example/x/'",
        ),
        atom(
            "<author><name>Ana</name><email>a@x.example</email></author><published>2025-06-03</published>"
        ),
        atom(
            "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <em>B</em></div></title>"
        ),
        atom("<updated>2025-06-03T14:05:00+02:00</updated><id>HTTP://X.example/Kept</id>"),
    ],
)
def test_what_is_taken_is_what_feedparser_takes(text: str) -> None:
    fast, slow = both(text, "http://x.example/feeds/rss.xml")
    if "HTTP://" in text:  # joining addresses, feedparser rewrites this one
        assert fast.id == "HTTP://X.example/Kept"
        return
    assert {name: field_of(fast, name) for name in FIELDS} == {
        name: field_of(slow, name) for name in FIELDS
    }


WORDS = st.text("ab <>&é“”'\"\n", max_size=12)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, st.booleans())
def test_any_title_and_guid_are_what_feedparser_makes_of_them(
    title: str, guid: str, cdata: bool
) -> None:
    def put(words: str) -> str:
        escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f"<![CDATA[{words}]]>" if cdata else escaped

    text = rss(f"<title>{put(title)}</title><guid isPermaLink='false'>{put(guid)}</guid>")
    fast, slow = both(text)
    assert field_of(fast, "id") == field_of(slow, "id")
    assert field_of(fast, "title") == field_of(slow, "title")


@pytest.mark.parametrize(
    "text",
    [
        "<CHANNEL><TITLE>CDF</TITLE></CHANNEL>",
        rss("<pubDate>2003-335</pubDate>"),
        atom("<content mode='base64' type='text/html'>SGVsbG8=</content>"),
        f'<!DOCTYPE rss PUBLIC "x" "https://x.example/r.dtd">{rss("<title>a&nbsp;b</title>")}',
    ],
)
def test_what_the_fast_reader_does_not_know_is_left_to_feedparser(text: str) -> None:
    assert read_xml(text, None) is None
    feed, malformed = parse_feed(text, None)
    assert feed is not None
    assert malformed is None


def only(text: str, **document: str) -> Item:
    (item,) = read_document(Document("feed.xml", text.encode(), **document), Options())
    assert isinstance(item, Item)
    return item


def test_an_entity_that_stands_elsewhere_loses_no_word() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "x" "https://x.example/r.dtd">'
    assert only(doctype + rss("<title>one &eacute;t&eacute; two</title>")).title == "one été two"


def test_junk_after_the_document_costs_nothing_and_is_said() -> None:
    item = only(rss("<title>T</title>") + "\n<script>x()</script> & more")
    assert item.text == "T"
    assert "junk after document" in item.notes[0]


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (
            "<description>Short.</description><content:encoded>The whole story.</content:encoded>",
            "The whole story.",
        ),
        (
            "<description>The whole story is here.</description><content:encoded>&lt;img src='x'/&gt;</content:encoded>",
            "The whole story is here.",
        ),
        (
            "<description>What happened.</description><media:description>A long caption of a picture.</media:description>",
            "What happened.",
        ),
        (
            "<media:group><media:description>Only\nthis.</media:description></media:group>",
            "Only\nthis.",
        ),
        ("<description>don&#146;t &#147;mix&#148; quotes</description>", "don’t “mix” quotes"),
        (
            "<description><![CDATA[<p>R&amp;amp;D &amp;#8217; kept</p>]]></description>",
            "R&D ’ kept",
        ),
        (
            "<description>&amp;lt;p&amp;gt;Escaped twice&amp;lt;/p&amp;gt;</description>",
            "Escaped twice",
        ),
        ("<description>a &lt; b and 3 &gt; 2</description>", "a < b and 3 > 2"),
        (
            "<description>A number &lt;5 and what follows</description>",
            "A number <5 and what follows",
        ),
        ("<description>One &lt;!-- never closed &gt; two</description>", "One two"),
    ],
)
def test_the_text_of_an_item(item: str, text: str) -> None:
    assert only(rss(f"<title>T</title>{item}")).text == text


@pytest.mark.parametrize(
    ("author", "byline"),
    [
        ("a@x.example (Ana Ruiz)", "Ana Ruiz"),
        ("Ana Ruiz <a@x.example>", "Ana Ruiz"),
        ("Ana Ruiz (a@x.example)", "Ana Ruiz"),
        ("Ana Ruiz (Harbour Post)", "Ana Ruiz (Harbour Post)"),
        ("a@x.example", None),
        (None, None),
    ],
)
def test_a_byline_is_a_name(author: str | None, byline: str | None) -> None:
    assert byline_of(author) == byline


def test_tracking_parameters_go_and_all_others_stay_as_they_were() -> None:
    link = (
        "https://x.example/a?b=2&amp;utm_source=rss&amp;a=%20x&amp;fbclid=1&amp;ref=3&amp;flag#top"
    )
    item = only(rss(f"<title>T</title><link>{link}</link>"))
    assert item.url == item.guid == "https://x.example/a?b=2&a=%20x&ref=3&flag#top"


def test_an_item_with_only_a_summary_says_so() -> None:
    assert only(rss("<title>T</title><description>Short.</description>")).partial
    assert not only(rss("<content:encoded>All of it.</content:encoded>")).partial
    assert only(rss("<content:encoded>It goes on […]</content:encoded>")).partial
    assert not only(rss(f"<description>{'Word. ' * 300}</description>")).partial


def case(expectation: str, item: str) -> bytes:
    return f"<!--\nDescription: x\nExpect: {expectation}\n-->\n{rss(item)}".encode()


def test_expectations_are_read_and_never_run() -> None:
    found = checks_of("not bozo and entries[0]['title'] == u'x' and feed.title == 'F'")
    assert [(check.name, check.expected) for check in found] == [
        ("title", "x"),
        ("feed title", "F"),
    ]
    assert checks_of("entries[0]['title'] == __import__('os').system('false')") == []
    assert checks_of("open('x') == 1 or entries[0]['title'] == 'x'") == []
    assert checks_of("entries[0][") == []


def test_cases_are_counted_by_field() -> None:
    files = [
        (
            "right.xml",
            case(
                "entries[0]['title'] == 'T' and entries[0]['id'] == 'g'",
                "<title>T</title><guid isPermaLink='false'>g</guid>",
            ),
        ),
        ("wrong.xml", case("entries[0]['title'] == 'other'", "<title>T</title>")),
    ]
    figures = evaluate_cases(files)
    row = figures.agreement["well-formed", "title"]
    assert (row.total, row.ours, row.feedparser) == (2, 1, 1)
    assert figures.misses == [("wrong.xml", "title", "other", "T")]
    assert figures.broken == []


def test_differences_from_feedparser_are_counted() -> None:
    caption = "<description>D</description><media:description>A caption</media:description>"
    figures = evaluate_real([("a.xml", rss(caption).encode()), ("b.xml", b"<rss & >")])
    assert figures.differences == {"text": 1}
    assert (figures.files, figures.entries, figures.well_formed) == (2, 1, 1)

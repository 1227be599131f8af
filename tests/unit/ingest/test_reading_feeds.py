"""Feeds: what is taken from an item, and what it is known by."""

from datetime import UTC, datetime

import pytest

from services.ingest.documents import read_document
from services.ingest.item import Document, Item, Options, Refusal

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
  <title>Harbour Wire</title><link>https://wire.example/</link><language>en-gb</language>
  <atom:link rel="self" href="https://wire.example/rss.xml"/>
  {items}
</channel></rss>"""
ITEM = """<item>
  <guid isPermaLink="false">hw-1</guid>
  <title>Mayor: “R&amp;amp;D” doubled</title>
  <link>https://wire.example/1</link>
  <dc:creator>Ana Ruiz</dc:creator>
  <pubDate>Tue, 03 Jun 2025 14:05:00 GMT</pubDate>
  <description>A summary.</description>
  <content:encoded><![CDATA[<p>The mayor said “twice”.</p><p>Nobody agreed.</p>]]></content:encoded>
</item>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>Harbour Atom</title><id>urn:feed</id><updated>2025-06-04T00:00:00Z</updated>
  <link rel="self" href="https://wire.example/atom.xml"/>
  <entry>
    <id>urn:uuid:1</id><title type="html">One &amp;lt; two</title>
    <link href="/stories/1"/>
    <published>2025-06-03T16:05:00+02:00</published><updated>2025-06-03T18:00:00Z</updated>
    <author><name>Bo Lund</name></author>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>First.</p><p>Second.</p></div></content>
  </entry>
</feed>"""


def read(body: str | bytes, **document: str) -> list[Item | Refusal]:
    data = body.encode() if isinstance(body, str) else body
    return list(read_document(Document("feed.xml", data, **document), Options()))


def items(body: str | bytes, **document: str) -> list[Item]:
    rows = read(body, **document)
    assert [row for row in rows if isinstance(row, Refusal)] == []
    return [row for row in rows if isinstance(row, Item)]


def rss(*parts: str) -> str:
    return RSS.format(items="".join(parts))


def test_an_rss_item() -> None:
    (item,) = items(rss(ITEM))
    assert item == Item(
        source="https://wire.example/rss.xml",
        guid="hw-1",
        text="The mayor said “twice”.\n\nNobody agreed.",
        title="Mayor: “R&D” doubled",
        url="https://wire.example/1",
        byline="Ana Ruiz",
        publisher="Harbour Wire",
        language="en-gb",
        published_at=datetime(2025, 6, 3, 14, 5, tzinfo=UTC),
        where="feed.xml item 1",
    )


def test_an_atom_entry_with_links_made_whole() -> None:
    (item,) = items(ATOM, url="https://wire.example/feeds/atom.xml")
    assert item.source == "https://wire.example/feeds/atom.xml"
    assert (item.guid, item.title, item.text) == ("urn:uuid:1", "One < two", "First.\n\nSecond.")
    assert item.url == "https://wire.example/stories/1"
    assert item.byline == "Bo Lund"
    assert item.published_at == datetime(2025, 6, 3, 14, 5, tzinfo=UTC)
    assert item.modified_at == datetime(2025, 6, 3, 18, 0, tzinfo=UTC)


def test_rdf_is_read() -> None:
    (item,) = items(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://r.example/">'
        "<title>R</title></channel>"
        '<item rdf:about="https://r.example/1"><title>T</title><link>https://r.example/1</link>'
        "<description>Words.</description></item></rdf:RDF>"
    )
    assert (item.guid, item.text) == ("https://r.example/1", "Words.")


def test_a_summary_or_a_title_is_better_than_nothing() -> None:
    only = items(
        rss(
            "<item><guid>1</guid><title>T</title><description>Sum &amp; more.</description></item>",
            "<item><guid>2</guid><title>Only a title</title></item>",
        )
    )
    assert [item.text for item in only] == ["Sum & more.", "Only a title"]


def test_an_item_without_words_is_refused_and_the_next_is_read() -> None:
    rows = read(rss("<item><guid>1</guid><description> </description></item>", ITEM))
    assert isinstance(rows[0], Refusal)
    assert (rows[0].where, rows[0].reason) == ("feed.xml item 1", "empty")
    assert isinstance(rows[1], Item)


def test_without_a_guid_the_link_and_then_the_content_name_an_item() -> None:
    by_link = (
        "<item><title>T</title><link>https://w.example/1</link><description>A</description></item>"
    )
    by_text = "<item><title>T</title><description>A</description></item>"
    one, two = items(rss(by_link, by_text))
    assert one.guid == "https://w.example/1"
    assert two.guid == items(rss(by_text))[0].guid
    assert two.guid != items(rss(by_text.replace("A<", "B<")))[0].guid


def test_a_guid_that_several_items_carry_names_none() -> None:
    def item(link: str) -> str:
        return f"<item><guid>same</guid><link>https://w.example/{link}</link><title>{link}</title></item>"

    both = items(rss(item("a"), item("b")))
    assert [row.guid for row in both] == ["https://w.example/a", "https://w.example/b"]
    assert all("more than once" in row.notes[0] for row in both)
    assert [row.guid for row in items(rss(item("b"), item("a")))] == [
        "https://w.example/b",
        "https://w.example/a",
    ]


def test_the_same_item_twice_is_one_article() -> None:
    rows = read(rss(ITEM, ITEM))
    assert isinstance(rows[0], Item)
    assert isinstance(rows[1], Refusal)
    assert rows[1].reason == "duplicate"


def test_no_date_is_said_and_the_article_kept() -> None:
    (item,) = items(rss("<item><guid>1</guid><title>T</title></item>"))
    assert item.published_at is None
    assert item.notes == ("published_at: the item has no date",)


def test_an_impossible_date_is_said_and_the_article_kept() -> None:
    (item,) = items(
        rss(
            "<item><guid>1</guid><title>T</title><pubDate>Mon, 01 Jan 20189 00:00:00 GMT</pubDate></item>"
        )
    )
    assert item.published_at is None
    assert "20189" in item.notes[0]


def test_a_broken_feed_loses_no_word_and_says_where_it_broke() -> None:
    (item,) = items(
        rss("<item><guid>1</guid><description>replay & measure <b>all</description></item>")
    )
    assert item.text == "replay & measure all"
    assert "not well-formed" in item.notes[0]
    assert "line" in item.notes[0]


WHOLE = rss(
    "<item><guid>1</guid><description>The first.</description></item>",
    "<item><guid>2</guid><description>The second one.</description></item>",
)


@pytest.mark.parametrize(
    ("end", "texts"),
    [
        ("</channel>", ["The first.", "The second one."]),
        (" one.", ["The first."]),
        ("2</guid>", ["The first."]),
        ("><guid>2</guid>", ["The first."]),
        ("<description>The first", []),
    ],
)
def test_a_feed_that_ends_in_the_middle_gives_its_whole_items_and_says_so(
    end: str, texts: list[str]
) -> None:
    *found, last = read(WHOLE[: WHOLE.rindex(end)])
    assert [row.text for row in found if isinstance(row, Item)] == texts
    assert isinstance(last, Refusal)
    assert last.reason == "incomplete"


@pytest.mark.parametrize(
    "body",
    ["<rss version='2.0'></rss>", rss()[:-20], rss("&broken;")],
)
def test_no_items_in_what_is_no_whole_feed_is_said(body: str) -> None:
    (refusal,) = read(body)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "no_items"


def test_a_feed_that_is_whole_and_empty_is_nothing_to_refuse() -> None:
    assert read(rss()) == []
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Quiet</title><id>urn:x</id></feed>'
    assert read(atom) == []


def test_a_plain_document_type_is_no_reason_to_refuse() -> None:
    netscape = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "https://my.example/r.dtd">'
    body = f'<?xml version="1.0"?>{netscape}<rss version="0.91"><channel><title>x</title>'
    (item,) = items(
        f"{body}<item><title>T</title><description>D</description></item></channel></rss>"
    )
    assert item.text == "D"


@pytest.mark.parametrize(
    "body", ["<html><body>no</body></html>", "<opml/>", "hello", "<rss", "\x00\x01"]
)
def test_what_is_no_feed_is_refused_as_one(body: str) -> None:
    (refusal,) = read(body)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "not_a_feed"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "iso-8859-1"),  # declared wrongly, as is common
        ("cp1252", "iso-8859-1"),
        ("cp1252", "windows-1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-8-sig", "utf-8"),
    ],
)
def test_encodings(encoding: str, declared: str) -> None:
    text = rss("<item><guid>1</guid><description>“Señor” – 10 €</description></item>")
    (item,) = items(text.replace("UTF-8", declared).encode(encoding))
    assert item.text == "“Señor” – 10 €"


def test_the_servers_charset_is_believed_when_nothing_else_is_said() -> None:
    text = rss("<item><guid>1</guid><description>Привет, мир</description></item>")
    body = text.replace(' encoding="UTF-8"', "").encode("cp1251")
    assert items(body, charset="windows-1251")[0].text == "Привет, мир"


def test_an_encoding_that_would_hide_markup_is_not_believed() -> None:
    body = rss(ITEM).replace("UTF-8", "utf-7").encode()
    assert items(body)[0].guid == "hw-1"


def test_control_characters_and_right_to_left_text() -> None:
    (item,) = items(
        rss("<item><guid>1</guid><description>שלום \u200f\u0007עולם</description></item>")
    )
    assert item.text == "שלום \u200fעולם"


def test_the_source_can_be_given() -> None:
    document = Document("feed.xml", rss(ITEM).encode())
    (item,) = read_document(document, Options(source="mine"))
    assert isinstance(item, Item)
    assert item.source == "mine"

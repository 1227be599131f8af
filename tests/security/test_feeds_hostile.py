"""Feeds and pages that mean harm: refused with a reason, and the next document is read."""

import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import Pipe

import pytest

from services.ingest.documents import read_document
from services.ingest.guard import MAX_ITEMS, MAX_NAME
from services.ingest.item import Document, Item, Options, Refusal
from services.ingest.sandbox import Sandbox

GOOD = "<rss version='2.0'><channel><title>F</title><item><guid>1</guid><title>T</title></item></channel></rss>"
LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
{}]><rss version="2.0"><channel><item><title>&lol9;</title></item></channel></rss>""".format(
    "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
)
FILE = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname">]>
<rss version="2.0"><channel><item><title>&f;</title></item></channel></rss>"""
PARAMETER = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY % d SYSTEM "http://127.0.0.1:9/x"> %d;]>
<rss version="2.0"><channel><item><title>x</title></item></channel></rss>"""
ATTLIST = """<?xml version="1.0"?><!DOCTYPE rss [<!ATTLIST item x CDATA "y">]>
<rss version="2.0"><channel><item><title>x</title></item></channel></rss>"""
QUADRATIC = '<!DOCTYPE rss [<!ENTITY a "{}">]><rss version="2.0"><channel><item><title>{}</title></item></channel></rss>'.format(
    "a" * 50_000, "&a;" * 50_000
)


def read(body: str | bytes, name: str = "feed.xml") -> list[Item | Refusal]:
    data = body.encode() if isinstance(body, str) else body
    return list(read_document(Document(name, data), Options()))


def reason(body: str | bytes) -> str:
    (row,) = read(body)
    assert isinstance(row, Refusal)
    assert row.message
    return row.reason


@pytest.mark.parametrize("body", [LAUGHS, FILE, PARAMETER, ATTLIST, QUADRATIC])
def test_a_document_type_with_declarations_is_refused(body: str) -> None:
    assert reason(body) == "dtd"


@pytest.mark.parametrize("body", [LAUGHS, FILE, QUADRATIC])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_in_any_encoding(body: str, encoding: str) -> None:
    assert reason(body.encode(encoding)) == "dtd"


@pytest.mark.parametrize("body", [LAUGHS, FILE, PARAMETER])
def test_in_a_document_that_is_broken_before_it_gets_there(body: str) -> None:
    assert reason(f"<rss & >{body}") == "dtd"


def test_a_declaration_in_an_encoding_that_hides_it_stays_plain_text() -> None:
    hidden = '<?xml version="1.0" encoding="utf-7"?>' + LAUGHS.replace("<", "+ADw-").replace(
        '+ADw-?xml version="1.0"?>', ""
    )
    rows = read(hidden)
    assert not any("lollol" in row.text for row in rows if isinstance(row, Item))


def test_words_about_document_types_are_only_words() -> None:
    talk = "<![CDATA[<p>Write &lt;!ENTITY or <code>&lt;!DOCTYPE html&gt;</code></p>]]>"
    (item,) = read(GOOD.replace("<title>T</title>", f"<description>{talk}</description>"))
    assert isinstance(item, Item)
    assert item.text == "Write <!ENTITY or <!DOCTYPE html>"


def test_nesting_is_limited() -> None:
    assert reason("<rss>" + "<a>" * 200_000) == "too_deep"


def test_items_are_limited_and_ten_thousand_are_read() -> None:
    def feed(count: int) -> str:
        rows = "".join(f"<item><guid>{n}</guid><title>{n}</title></item>" for n in range(count))
        return f"<rss version='2.0'><channel><title>F</title>{rows}</channel></rss>"

    assert len(read(feed(10_000))) == 10_000
    assert reason(feed(MAX_ITEMS + 1)) == "too_many_items"
    assert reason(f"<rss & >{feed(MAX_ITEMS + 1)}") == "too_many_items"


@pytest.mark.parametrize("prefix", ["", "<rss & >"])
def test_a_name_that_would_take_quadratic_time_is_refused(prefix: str) -> None:
    body = GOOD.replace("<title>T", f"<author>{'a' * 100_000}</author><title>T")
    assert reason(prefix + body) == "field_too_long"


def test_a_name_in_pieces_is_measured_whole() -> None:
    pieces = "".join(f"{'a' * 50}<!-- -->" for _ in range(2 * MAX_NAME // 50))
    assert (
        reason(GOOD.replace("<title>T", f"<author>{pieces}</author><title>T")) == "field_too_long"
    )


def test_a_name_of_a_reasonable_length_is_a_name() -> None:
    (item,) = read(GOOD.replace("<title>T", f"<author>{'Ana ' * 100}</author><title>T"))
    assert isinstance(item, Item)


def test_scripts_and_handlers_leave_no_trace() -> None:
    hostile = (
        "&lt;p onclick=&quot;x()&quot;&gt;Words&lt;script&gt;alert(1)&lt;/script&gt;"
        "&lt;iframe src=//x&gt;inside&lt;/iframe&gt;&lt;img src=x onerror=y()&gt;&lt;/p&gt;"
    )
    (item,) = read(GOOD.replace("<title>T</title>", f"<description>{hostile}</description>"))
    assert isinstance(item, Item)
    assert item.text == "Words"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//"]
)
def test_a_link_is_a_web_address_or_none(link: str) -> None:
    (item,) = read(GOOD.replace("<title>T", f"<link>{link}</link><title>T"))
    assert isinstance(item, Item)
    assert item.url is None


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seconds=20) as made:
        yield made


def slow_page() -> bytes:
    """A page that keeps the extractor busy for many minutes."""
    return b"<html><body>" + b'<a href="x">link</a> ' * 400_000


def test_a_page_that_takes_too_long_is_killed_and_the_next_is_read() -> None:
    with Sandbox(seconds=1) as sandbox:
        (row,) = sandbox.read(Document("slow.html", slow_page()), Options())
        assert isinstance(row, Refusal)
        assert (row.where, row.reason) == ("slow.html", "too_slow")
    with Sandbox(seconds=60) as sandbox:
        (item,) = sandbox.read(Document("feed.xml", GOOD.encode()), Options())
        assert isinstance(item, Item)


def test_a_parser_whose_other_side_is_gone_ends_by_its_processor_time() -> None:
    """By the process's own limit: nobody is there to kill it."""
    ours, theirs = Pipe()
    memory = str(2 * 1024**3)
    command = [sys.executable, "-m", "services.ingest.sandbox", str(theirs.fileno()), memory, "1"]
    with subprocess.Popen(command, pass_fds=(theirs.fileno(),)) as process:
        theirs.close()
        assert ours.recv_bytes() == b"ready"
        ours.send_bytes(pickle.dumps((Document("slow.html", slow_page()), Options())))
        assert process.wait(120) == -signal.SIGXCPU


def test_a_document_that_takes_too_much_memory_ends_only_itself() -> None:
    with Sandbox(seconds=60, memory=700 * 1024**2) as sandbox:
        deep = b"<html><body>" + b"<p>words and <b>more</b> words" * 300_000
        (row,) = sandbox.read(Document("big.html", deep), Options())
        assert isinstance(row, Refusal)
        assert row.reason in {"parser_died", "too_slow"}
        (item,) = sandbox.read(Document("feed.xml", GOOD.encode()), Options())
        assert isinstance(item, Item)


def test_the_sandbox_reads_as_well_as_the_reader_itself(sandbox: Sandbox) -> None:
    for body in (GOOD, LAUGHS, "<rss", GOOD.replace("T", "replay & measure “שלום”")):
        document = Document("feed.xml", body.encode())
        assert list(sandbox.read(document, Options())) == read(body)

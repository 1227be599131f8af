"""A server of feeds that misbehaves: each name under `.test` has a way of its own."""

import gzip
import itertools
import socket
import socketserver
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
PAUSE = 0.2  # seconds between two pieces of what drips
DRIPS = 10_000  # pieces; the other side gives up long before
INSIDE = "inside.test"
"""A name that leads to a private address."""


def item(guid: str, title: str = "", more: str = "") -> str:
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title or guid}</title>{more}</item>"
    )


def rss(*items: str, head: str = "") -> bytes:
    return f"{head}<rss version='2.0'><channel><title>F</title>{''.join(items)}</channel></rss>".encode()


def sized(body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    lines = b"".join(line + b"\r\n" for line in headers)
    return OK + lines + b"Content-Length: %d\r\n\r\n" % (length or len(body)) + body


def status(code: int, *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in (*headers, "Content-Length: 0"))
    return f"HTTP/1.1 {code} Status\r\n{lines}\r\n".encode()


def redirect(target: str, code: int = 302) -> bytes:
    return status(code, f"Location: {target}")


@dataclass
class Rude:
    """The running server. `asked` counts requests by name."""

    port: int
    asked: dict[str, int] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def url(self, name: str) -> str:
        return f"http://{host_of(name)}:{self.port}/feed"

    def resolve(self, host: str, _port: int) -> list[str]:
        if host.endswith(".test"):
            return ["10.1.2.3"] if host == INSIDE else ["127.0.0.1"]
        return [host]


def host_of(name: str) -> str:
    return f"{name.replace('_', '-')}.test"


Way = Callable[["Rude", socket.socket, str, int], bytes | Iterator[bytes]]
"""From server, connection, path and number of the request to what is sent."""


def _slowly(rude: Rude, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in itertools.islice(pieces, DRIPS):
        yield piece
        if rude.stopping.wait(PAUSE):
            return


def _fast(pieces: Iterator[bytes]) -> Iterator[bytes]:
    return itertools.islice(pieces, DRIPS)


def _reset(connection: socket.socket) -> bytes:
    connection.sendall(OK + b"Content-Length: 10000\r\n\r\n<rss>")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    return b""


def _bomb() -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(squeeze.compress(bytes(1_000_000)) for _ in range(200)) + squeeze.flush()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
SCRIPT = (
    "<description>&lt;p onclick='steal()'&gt;Words.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    "&lt;style&gt;p{}&lt;/style&gt;&lt;iframe src='javascript:alert(2)'&gt;&lt;/iframe&gt;</description>"
    "<link>javascript:alert(3)</link>"
)
QUOTED = "“Twelve million,” she said — at last"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = b"Content-Encoding: gzip"

WAYS: dict[str, Way] = {
    "slow_drip": lambda r, *_: itertools.chain(
        [OK + b"\r\n<rss>"], _slowly(r, itertools.repeat(b" "))
    ),
    "slow_headers": lambda r, *_: itertools.chain([OK], _slowly(r, itertools.repeat(b"X"))),
    "silence": lambda r, *_: _slowly(r, itertools.repeat(b"")),
    "endless_hints": lambda r, *_: _slowly(
        r, itertools.repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n")
    ),
    "endless_body": lambda *_: itertools.chain(
        [OK + b"\r\n"], _fast(itertools.repeat(b" " * 65_536))
    ),
    "endless_chunks": lambda *_: itertools.chain(
        [CHUNKED], _fast(itertools.repeat(b"10000\r\n" + b" " * 65_536 + b"\r\n"))
    ),
    "header_bomb": lambda *_: itertools.chain(
        [OK], (b"X-%d: %s\r\n" % (n, b"y" * 1_000) for n in range(5_000))
    ),
    "one_long_header": lambda *_: itertools.chain(
        [OK + b"X: "], itertools.repeat(b"y" * 65_536, 50)
    ),
    "redirect_loop": lambda r, *_: redirect(r.url("redirect_loop")),
    "redirect_chain": lambda r, c, path, n: redirect(f"{path}x"),
    "redirect_growing": lambda r, c, path, n: redirect(path + "x" * 1_000),
    "redirect_private": lambda *_: redirect("http://169.254.169.254/latest/meta-data/"),
    "redirect_inside": lambda r, *_: redirect(f"http://{INSIDE}:{r.port}/feed", 301),
    "redirect_file": lambda *_: redirect("file:///etc/passwd"),
    "redirect_nowhere": lambda *_: status(302),
    "gzip_bomb": lambda *_: sized(_bomb(), GZIPPED),
    "gzip_truncated": lambda *_: sized(gzip.compress(rss(item("1")))[:-12], GZIPPED),
    "gzip_that_is_none": lambda *_: sized(rss(item("1")), GZIPPED),
    "encoding_unknown": lambda *_: sized(rss(item("1")), b"Content-Encoding: br"),
    "length_too_long": lambda *_: sized(rss(item("1")), length=100_000),
    "length_too_short": lambda *_: sized(rss(item("1"), item("2")), length=110),
    "reset": lambda r, connection, *_: _reset(connection),
    "hangs_up": lambda *_: b"",
    "no_http": lambda *_: b"SSH-2.0-OpenSSH_9.2\r\n" * 10,
    "chunked_garbage": lambda *_: CHUNKED + b"zz\r\n<rss/>\r\n-5\r\n",
    "too_many_requests": lambda *_: status(
        429, f"Retry-After: {format_datetime(datetime(2024, 1, 1, 5, tzinfo=UTC))}"
    ),
    "unavailable": lambda *_: status(503, "Retry-After: 7200"),
    "gone": lambda *_: status(410),
    "forbidden": lambda *_: status(403),
    "not_modified_forever": lambda *_: status(304),
    "page_instead": lambda *_: sized(
        b"<!doctype html><html><body><p>Buy this name.</p></body></html>"
    ),
    "empty": lambda *_: sized(b" "),
    "zeros": lambda *_: sized(bytes(5_000)),
    "noise": lambda *_: sized(bytes(range(128, 256)) * 200),
    "ten_thousand_items": lambda *_: sized(rss(*(item(f"m{n}") for n in range(10_000)))),
    "too_many_items": lambda *_: sized(rss(*(item(f"m{n}") for n in range(20_001)))),
    "clock_ahead": lambda *_: sized(
        rss(item("1", more="<pubDate>Thu, 02 Jan 2025 00:00:00 GMT</pubDate>"))
    ),
    "clock_behind": lambda r, c, p, n: sized(
        rss(item(str(n), more="<pubDate>Mon, 02 Jan 2023 00:00:00 GMT</pubDate>"))
    ),
    "guid_reuse": lambda *_: sized(
        rss(*(item("same", f"Story {n}", f"<link>http://p.test/{n}</link>") for n in range(3)))
    ),
    "guid_changes": lambda r, c, p, n: sized(
        rss(item(f"g{n}", "One story", "<link>http://p.test/one</link>"))
    ),
    "charset_lie": lambda *_: sized(
        rss(item("1", QUOTED), head="<?xml version='1.0' encoding='utf-8'?>")
        .decode()
        .encode("cp1252")
    ),
    "charset_of_none": lambda *_: sized(
        rss(item("1", QUOTED), head="<?xml version='1.0' encoding='utf-16'?>")
    ),
    "entity_bomb": lambda *_: sized(
        rss(item("1", "&l8;"), head=f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>')
    ),
    "entity_of_a_file": lambda *_: sized(
        rss(item("1", "&f;"), head='<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>')
    ),
    "too_deep": lambda *_: sized(rss(item("1", more="<a>" * 5_000 + "</a>" * 5_000))),
    "cut_off": lambda *_: sized(rss(item("1"), item("2"))[:-40]),
    "long_name": lambda *_: sized(rss(item("1", more=f"<author>{'x (' * 5_000}</author>"))),
    "script": lambda *_: sized(rss(item("1", "T&lt;script&gt;alert(0)&lt;/script&gt;", SCRIPT))),
    "cookies": lambda *_: sized(
        rss(item("1")), *(b"Set-Cookie: c%d=%s" % (n, b"v" * 500) for n in range(100))
    ),
}


@contextmanager
def serving(more: dict[str, Way] | None = None) -> Iterator[Rude]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    ways = {host_of(name): (name, way) for name, way in (WAYS | (more or {})).items()}

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(30)
            with suppress(OSError):
                self._answer()

        def _answer(self) -> None:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = self.request.recv(65_536)
                if not piece:
                    return
                head += piece
            lines = head.decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
            name, way = ways[fields["host"].partition(":")[0]]
            rude.asked[name] = rude.asked.get(name, 0) + 1
            said = way(rude, self.request, lines[0].split(" ")[1], rude.asked[name])
            for sent in [said] if isinstance(said, bytes) else said:
                self.request.sendall(sent)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        rude = Rude(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield rude
        finally:
            rude.stopping.set()
            server.shutdown()
            thread.join()

"""Fetching: nothing private is reached, by any name or redirect, and nothing is too large or too slow."""

import gzip
import itertools
import threading
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.addresses import is_public
from services.adapters.http import MAX_REDIRECTS, HttpWeb
from services.ports.web import WebError
from tests.support.receiver import Answer, Asked, receiving

LIMIT = 200_000
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001:80e::200e"]
PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2001:0:5ef5:79fd::1",
    "2002:7f00:1::",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "not an address",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_and_embedding_addresses(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_no_private_ipv4_is_reached_by_a_mapping_or_a_translation(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    high, low = number >> 16, number & 0xFFFF
    for form in (f"::ffff:{address}", f"64:ff9b::{high:x}:{low:x}", f"2002:{high:x}:{low:x}::1"):
        assert not is_public(form)


def reason(act: Callable[[], object]) -> str:
    with pytest.raises(WebError) as caught:
        act()
    return caught.value.reason


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://feeds.example/",
        "gopher://feeds.example/",
        "data:text/xml,<rss/>",
        "http://",
        "http:///path",
        "//feeds.example/",
        "feeds.example",
        "",
        "http://user@feeds.example/",
        "http://feeds.example:99999/",
        "http://[::1/",
        "http://feeds.example/" + "x" * 3_000,
        "http://exa mple/\x00",
    ],
)
def test_what_is_no_web_address_is_refused_before_anything_is_asked(url: str) -> None:
    asked: list[str] = []
    web = HttpWeb("test", resolver=lambda host, _port: asked.append(host) or [])
    assert reason(lambda: web.get(url, {}, LIMIT)) == "bad_url"
    assert reason(lambda: web.post(url, {}, b"")) == "bad_url"
    assert asked == []


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    web = HttpWeb("test", resolver=lambda *_: [address])
    assert reason(lambda: web.get("http://feeds.example/", {}, LIMIT)) == "forbidden_address"


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    web = HttpWeb("test", resolver=lambda *_: [*PUBLIC, "10.0.0.1"])
    assert reason(lambda: web.get("http://feeds.example/", {}, LIMIT)) == "forbidden_address"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "2130706433", "0x7f.1", "0177.0.0.1"],
)
def test_no_spelling_of_this_machine_is_reached(host: str) -> None:
    with receiving() as server:
        port = server.url.rpartition(":")[2]
        why = reason(lambda: HttpWeb("test").get(f"http://{host}:{port}/", {}, LIMIT))
    assert why in {"forbidden_address", "unresolvable", "bad_url"}
    assert server.requests == []


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name that changes between check and connection (DNS rebinding) finds no gap: it is asked once."""
    asked = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with receiving() as server:
        port = server.url.rpartition(":")[2]
        web = HttpWeb("test", allow_private=True, resolver=rebinding)
        assert web.get(f"http://feeds.example:{port}/x", {}, LIMIT).status == 200
    assert asked == ["feeds.example"]
    assert server.requests[0].headers["host"] == f"feeds.example:{port}"


def test_a_name_server_that_hangs_holds_a_request_up_no_longer_than_its_deadline() -> None:
    answered = threading.Event()

    def hanging(_host: str, _port: int) -> list[str]:
        answered.wait()
        return PUBLIC

    web = HttpWeb("test", resolver=hanging, seconds=0.05)
    assert reason(lambda: web.get("http://feeds.example/", {}, LIMIT)) == "timeout"
    answered.set()


def test_every_redirect_is_checked_again() -> None:
    asked: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if host == "outside.example" else ["10.1.2.3", "169.254.169.254"]

    class Checked(HttpWeb):
        """Takes this machine for public, and nothing else that is private."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "services.adapters.addresses.is_public", lambda address: address == "127.0.0.1"
        )
        with receiving(
            lambda _: Answer(302, {"location": "http://inside.example/secret"})
        ) as server:
            port = server.url.rpartition(":")[2]
            web = Checked("test", resolver=resolver)
            why = reason(lambda: web.get(f"http://outside.example:{port}/", {}, LIMIT))
    assert why == "forbidden_address"
    assert asked == ["outside.example", "inside.example"]


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://x.example/", "http://u:p@x.example/"]
)
def test_a_redirect_to_what_is_no_web_address_is_refused(location: str) -> None:
    with receiving(lambda _: Answer(301, {"location": location})) as server:
        web = HttpWeb("test", allow_private=True)
        assert reason(lambda: web.get(server.url, {}, LIMIT)) == "bad_url"


def test_redirects_end() -> None:
    with receiving(lambda _: Answer(302, {"location": "/again"})) as server:
        web = HttpWeb("test", allow_private=True)
        assert reason(lambda: web.get(server.url, {}, LIMIT)) == "too_many_redirects"
    assert len(server.requests) == MAX_REDIRECTS + 1


def test_a_redirect_is_followed_and_where_it_led_is_told() -> None:
    def answer(asked: Asked) -> Answer:
        return (
            Answer(body=b"there") if asked.path == "/b?c=d" else Answer(301, {"location": "b?c=d"})
        )

    with receiving(answer) as server:
        response = HttpWeb("test", allow_private=True).get(f"{server.url}/a", {}, LIMIT)
    assert (response.url, response.body) == (f"{server.url}/b?c=d", b"there")


@pytest.mark.parametrize("etag", [b'"a"', 'W/"é"'.encode(), b'"\xe9"', b'"\xff\xfe"'])
def test_a_validator_of_any_bytes_goes_back_as_it_came(etag: bytes) -> None:
    as_served = etag.decode("latin-1")
    with receiving(lambda _: Answer(headers={"etag": as_served})) as server:
        web = HttpWeb("test", allow_private=True)
        got = web.get(server.url, {}, LIMIT).headers["etag"]
        web.get(server.url, {"if-none-match": got}, LIMIT)
    sent = {name.lower(): value for name, value in server.requests[1].headers.items()}
    assert sent["if-none-match"] == as_served


def test_a_post_is_never_redirected() -> None:
    with receiving(lambda _: Answer(307, {"location": "/elsewhere"})) as server:
        assert HttpWeb("test", allow_private=True).post(server.url, {}, b"x").status == 307
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (Answer(200, body=b"x" * LIMIT), b"x" * LIMIT),
        (Answer(307, {"location": "/elsewhere"}), b""),
        (Answer(400, body=b"no"), b""),
    ],
)
def test_an_exchange_reads_the_answer_to_its_post_alone(answer: Answer, got: bytes) -> None:
    with receiving(lambda _: answer) as server:
        web = HttpWeb("test", allow_private=True)
        assert web.exchange(server.url, {"x-a": "b"}, b"sent", LIMIT).body == got
    (asked,) = server.requests
    assert asked.body == b"sent"


def test_an_exchange_is_guarded_and_capped() -> None:
    with receiving(lambda _: Answer(200, body=b"x" * (LIMIT + 1))) as server:
        near = HttpWeb("test", allow_private=True)
        assert reason(lambda: near.exchange(server.url, {}, b"", LIMIT)) == "too_large"
        far = HttpWeb("test")
        assert reason(lambda: far.exchange(server.url, {}, b"", LIMIT)) == "forbidden_address"
    assert len(server.requests) == 1


def served(answer: Answer, limit: int = LIMIT, seconds: float = 20.0) -> bytes:
    with receiving(lambda _: answer) as server:
        return HttpWeb("test", allow_private=True, seconds=seconds).get(server.url, {}, limit).body


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("identity", lambda body: body),
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("gzip", lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:])),
    ],
)
def test_encodings(encoding: str, packed: Callable[[bytes], bytes]) -> None:
    body = bytes(range(256)) * 300
    assert served(Answer(headers={"content-encoding": encoding}, body=packed(body))) == body


def test_a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not() -> None:
    assert len(served(Answer(body=b"x" * LIMIT))) == LIMIT
    assert reason(lambda: served(Answer(body=b"x" * (LIMIT + 1)))) == "too_large"


def test_a_body_without_end_is_cut_off() -> None:
    assert reason(lambda: served(Answer(raw=itertools.repeat(b"x" * 10_000)))) == "too_large"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_refused_long_before_it_is_unpacked(encoding: str) -> None:
    packer = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(200)) + packer.flush()
    assert len(bomb) < 250_000
    answer = Answer(headers={"content-encoding": encoding}, body=bomb)
    tracemalloc.start()
    try:
        assert reason(lambda: served(answer, limit=1_000_000)) == "too_large"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000, "a piece of it was unpacked without limit"


@pytest.mark.parametrize(
    ("encoding", "body", "why"),
    [
        ("gzip", b"not gzip at all", "bad_encoding"),
        ("br", b"whatever", "bad_encoding"),
        ("gzip, gzip", gzip.compress(b"x"), "bad_encoding"),
        ("gzip", gzip.compress(bytes(range(256)) * 9)[:-20], "connection"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(encoding: str, body: bytes, why: str) -> None:
    answer = Answer(headers={"content-encoding": encoding}, body=body)
    assert reason(lambda: served(answer)) == why


def test_a_body_that_drips_for_ever_ends_with_the_deadline() -> None:
    over = threading.Event()

    def drip() -> object:
        while not over.wait(0.05):
            yield b"x"

    answer = Answer(raw=drip())  # type: ignore[arg-type]
    try:
        # Each byte is in time for a timeout between two reads: only a deadline for the whole ends it.
        assert reason(lambda: served(answer, seconds=1.0)) == "timeout"
    finally:
        over.set()


def test_a_body_that_stops_before_its_length_is_no_body() -> None:
    answer = Answer(headers={"content-length": "100"}, raw=iter([b"short"]))
    assert reason(lambda: served(answer)) == "connection"


def test_a_port_where_nobody_listens() -> None:
    assert (
        reason(lambda: HttpWeb("t", allow_private=True).get("http://127.0.0.1:9/", {}, 1))
        == "connection"
    )


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert served(Answer(body=b"direct")) == b"direct"

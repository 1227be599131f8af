"""The web through httpx: addresses checked at every connection, sizes and times capped.

Each request gets connections of its own, so that one deadline holds for all of it: name, connection,
redirects and every byte. Proxies of the environment are not used: they would choose the address.
"""

import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from services.adapters.addresses import Resolve, checked_addresses, is_public, resolve
from services.ports.web import Response, WebError

MAX_REDIRECTS = 5
MAX_URL = 2_048
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_FOR_GOOD = frozenset((301, 308))
_CHUNK = 65_536


class HttpWeb:
    """The `Web` port.

    `seconds` is what one request may take in all, redirects included. `allow_private` lifts the check
    of addresses, for one's own network and for tests.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        allow_private: bool = False,
        seconds: float = 20.0,
        resolver: Resolve = resolve,
    ) -> None:
        self._user_agent = user_agent
        self._allow_private, self._seconds, self._resolver = allow_private, seconds, resolver
        self._tls = httpx.create_ssl_context(trust_env=False)

    def check(self, url: str) -> None:
        """Raise WebError when `url` can be refused without connecting."""
        host = _parse(url).host
        if _is_literal(host) and not self._allow_private and not is_public(host):
            raise WebError("forbidden_address", f"{host} is not a public address")

    def get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        """Fetch `url`, following redirects, with at most `limit` bytes of body."""
        with self._client() as client:
            target = _parse(url)
            moved, for_good = None, True
            for _ in range(MAX_REDIRECTS + 1):
                sent = _verbatim([*headers.items(), ("accept-encoding", "gzip, deflate")])
                with _translated(target), client.stream("GET", target, headers=sent) as answer:
                    if answer.status_code not in _REDIRECTS or "location" not in answer.headers:
                        return _response(answer, _body(answer, limit), moved)
                    target = _parse(answer.headers["location"], target)
                    for_good = for_good and answer.status_code in _FOR_GOOD
                    moved = str(target) if for_good else moved
        raise WebError("too_many_redirects", f"{url} redirects more than {MAX_REDIRECTS} times")

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Send `body`; redirects are not followed and the answer's body is not read."""
        target = _parse(url)
        with (
            self._client() as client,
            _translated(target),
            client.stream(
                "POST", target, headers=_verbatim([*headers.items()]), content=body
            ) as answer,
        ):
            return _response(answer, b"")

    def exchange(self, url: str, headers: Mapping[str, str], body: bytes, limit: int) -> Response:
        """Send `body` and read the answer's; redirects are not followed."""
        target = _parse(url)
        sent = _verbatim([*headers.items(), ("accept-encoding", "gzip, deflate")])
        with (
            self._client() as client,
            _translated(target),
            client.stream("POST", target, headers=sent, content=body) as answer,
        ):
            return _response(answer, _body(answer, limit))

    def _client(self) -> httpx.Client:
        backend = _GuardedBackend(self._resolver, self._allow_private, self._seconds)
        return httpx.Client(
            transport=_Transport(httpcore.ConnectionPool(self._tls, network_backend=backend)),
            headers={"user-agent": self._user_agent},
            timeout=self._seconds,
            follow_redirects=False,
            trust_env=False,
        )


def _parse(url: str, base: httpx.URL | None = None) -> httpx.URL:
    if len(url) > MAX_URL:
        raise WebError(
            "bad_url", f"an address of {len(url):,} characters; the limit is {MAX_URL:,}"
        )
    try:
        parsed = base.join(url) if base else httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise WebError("bad_url", f"{url!r}: {error}") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise WebError("bad_url", f"{url!r} is not an http or https address")
    if parsed.port is not None and not 0 < parsed.port < 65_536:
        raise WebError("bad_url", f"{url!r} has no port that exists")
    if parsed.userinfo:
        raise WebError("bad_url", f"the address at {parsed.host} carries a user name or password")
    return parsed


def _is_literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _verbatim(headers: list[tuple[str, str]] | list[tuple[bytes, bytes]]) -> httpx.Headers:
    """Headers as bytes and text one to one, so that a validator goes back as it came, whatever it is."""
    return httpx.Headers(headers, encoding="latin-1")


def _response(answer: httpx.Response, body: bytes, moved_to: str | None = None) -> Response:
    headers = {name.lower(): value for name, value in _verbatim(answer.headers.raw).items()}
    return Response(str(answer.url), answer.status_code, headers, body, moved_to)


def _body(answer: httpx.Response, limit: int) -> bytes:
    if answer.status_code != httpx.codes.OK:
        return b""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    raw = _capped(answer.iter_raw(_CHUNK), limit, str(answer.url))
    if encoding in {"", "identity"}:
        return b"".join(raw)
    if encoding not in _WINDOW:
        raise WebError("bad_encoding", f"{answer.url}: unknown content encoding {encoding[:40]!r}")
    return b"".join(_capped(_inflate(raw, encoding, answer), limit, str(answer.url)))


def _capped(chunks: Iterable[bytes], limit: int, url: str) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise WebError("too_large", f"{url} is larger than {limit:,} bytes")
        yield chunk


_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""zlib's window bits for each encoding: 31 reads gzip, 15 zlib; raw deflate is -15."""


def _inflate(chunks: Iterator[bytes], encoding: str, answer: httpx.Response) -> Iterator[bytes]:
    inflater = _Inflater(_WINDOW[encoding])
    try:
        for chunk in chunks:
            yield from inflater.pieces(chunk)
        yield inflater.rest()
    except zlib.error as error:
        raise WebError("bad_encoding", f"{answer.url}: not {encoding}: {error}") from error
    if inflater.inside:
        raise WebError("connection", f"{answer.url}: the compressed body ends too early")


class _Inflater:
    """Decompresses in pieces of at most 64 KiB, so that a cap is met long before memory is full.

    `inside` tells whether the stream so far stops in the middle.
    """

    def __init__(self, window: int) -> None:
        self._window, self._decoder = window, zlib.decompressobj(window)
        self._began = self.inside = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if not self._began and self._window == 15 and data and data[0] & 0x0F != zlib.DEFLATED:
            self._decoder = zlib.decompressobj(
                -15
            )  # "deflate" without zlib's header, as some send it
        self._began = True
        while data:
            yield self._decoder.decompress(data, _CHUNK)
            data, self.inside = self._decoder.unconsumed_tail, not self._decoder.eof
            if self._decoder.eof:  # a gzip file may have several members
                data, self._decoder = (
                    self._decoder.unused_data,
                    zlib.decompressobj(self._window),
                )

    def rest(self) -> bytes:
        return self._decoder.flush()


@contextmanager
def _translated(url: httpx.URL) -> Iterator[None]:
    """Turn what can go wrong on the wire into WebError."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise WebError("timeout", f"{url.host} took too long") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        raise WebError("connection", f"{url.host}: {error or type(error).__name__}") from error


class _Transport(httpx.BaseTransport):
    """httpx over a pool whose connections are ours to check."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects only to addresses that were checked, and lets nothing outlast the deadline."""

    def __init__(self, resolver: Resolve, allow_private: bool, seconds: float) -> None:
        self._resolver, self._allow_private = resolver, allow_private
        self._deadline = time.monotonic() + seconds
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        seconds = _left(self._deadline, timeout)
        for address in checked_addresses(host, port, self._resolver, self._allow_private, seconds):
            try:
                stream = self._backend.connect_tcp(
                    address, port, _left(self._deadline, timeout), local_address, socket_options
                )
                return _Stream(stream, self._deadline)
            except httpcore.ConnectError as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(
            ssl_context, server_hostname, _left(self._deadline, timeout)
        )
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left if timeout is None else min(left, timeout)

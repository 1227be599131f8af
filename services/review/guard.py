"""What every request passes before it is looked at: the Host it asks for, who started it, its size, and safe headers back."""

from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.review.problem import problem
from services.runtime.settings import Settings

MAX_BODY = 500_000
"""Bytes a request may carry: the longest rationale with every character escaped, and room."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

PROBES = frozenset({"/livez", "/readyz"})
"""Asked by address by whatever looks after the process; they tell nothing that is worth a Host check."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Other hosts learn nothing; our own forms must name their origin, which `no-referrer` would hide.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every response, unless it sets its own."""


def trusted_hosts(settings: Settings) -> frozenset[str]:
    """The names under which the desk answers: loopback, and the public address if there is one."""
    public = _host_of(urlsplit(settings.public_url).netloc) if settings.public_url else None
    return frozenset({*LOOPBACK, *((public,) if public else ())})


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _host_of(netloc: str) -> str | None:
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None


class Guard:
    """ASGI middleware around the whole desk.

    A page of another site that resolves its own name to our address (DNS rebinding) fails on the Host.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._hosts = app, trusted_hosts(settings)
        self._public = urlsplit(settings.public_url or "").netloc.lower() or None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400 or 413 itself; pass on everything else."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if scope["path"] not in PROBES and _host_of(headers.get("host", "")) not in self._hosts:
            answer: ASGIApp = problem(
                400, "the desk does not answer under this Host; set CLAIMDESK_PUBLIC_URL to it"
            )
        elif scope["method"] not in SAFE and not self._is_ours(headers):
            answer = problem(403, "another site started this request; it changes nothing here")
        elif not length.isdecimal() or int(length[:20]) > MAX_BODY:
            await _drain(receive)
            answer = problem(413, f"a request may carry {MAX_BODY:,} bytes")
        else:
            answer = self._app
        await answer(scope, _capped(receive), _with_headers(send))

    def _is_ours(self, headers: Headers) -> bool:
        """Whether a page of ours or no page at all started it. Browsers say where from; scripts need not."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in {None, "same-origin", "none"}:
            return False
        return origin is None or _netloc(origin) in {headers.get("host", "").lower(), self._public}


async def _drain(receive: Receive) -> None:
    # Closing at once would reset the connection before a client in the middle of sending has read why.
    left = 40 * MAX_BODY
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b"")) + 1
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def _capped(receive: Receive) -> Receive:
    taken = 0

    async def capped() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY:
            await _drain(receive)
            raise HTTPException(413, f"a request may carry {MAX_BODY:,} bytes")
        return message

    return capped


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending

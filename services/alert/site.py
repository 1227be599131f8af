"""What is read from outside: feeds and streams behind secret addresses, and the end of a subscription."""

import asyncio
import threading
from collections.abc import AsyncIterator
from html import escape
from typing import Annotated

import structlog
from fastapi import FastAPI, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas.subscription import Subscription
from services.alert.feeds import atom, etag, json_feed, server_sent
from services.alert.links import feed_addresses, feed_hash, may_unsubscribe
from services.alert.live import POLICY, STATIC, live_page
from services.alert.message import named
from services.ports.alert_store import AlertStore
from services.ports.vault import Vault
from services.runtime.errors import NotReady

log = structlog.get_logger(__name__)

STREAMS = 100
"""Streams at the same time; more are asked to come back."""
_LOOK_SECONDS = 1.0
_BEAT = 15
"""Looks without news after which a comment keeps the connection open."""
_FORMS = {
    "atom.xml": (atom, "application/atom+xml; charset=utf-8", "atom"),
    "feed.json": (json_feed, "application/feed+json; charset=utf-8", "json"),
}
_HEADERS = {
    # An address is a secret: it must reach no other site, no cache and no search engine.
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
}


class Site:
    """The handlers. `base` is the address people reach it at; `stop` ends the streams."""

    def __init__(
        self,
        store: AlertStore,
        vault: Vault,
        base: str,
        stop: threading.Event,
        streams: int = STREAMS,
    ) -> None:
        self._store, self._vault, self._base, self._stop = store, vault, base, stop
        self._free = streams

    def feed(
        self, secret: str, form: str, if_none_match: Annotated[str | None, Header()] = None
    ) -> Response:
        """The newest 50 alerts; 304 when the reader has them."""
        if form not in _FORMS:
            raise HTTPException(404, "There is no such feed.")
        write, media_type, name = _FORMS[form]
        subscription = self._subscription(secret)
        alerts = self._store.feed(subscription.id)
        tag = etag(subscription, alerts)
        if tag in {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}:
            return Response(status_code=304, headers={"ETag": tag})
        address = feed_addresses(self._base, secret)[name]
        body = write(subscription, alerts, address)
        return Response(body, media_type=media_type, headers={"ETag": tag})

    def live(self, secret: str) -> Response:
        """The newest 50 alerts on a page that goes on by itself."""
        subscription = self._subscription(secret)
        page = live_page(subscription, self._store.feed(subscription.id))
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    async def events(
        self,
        secret: str,
        last_event_id: Annotated[str | None, Header()] = None,
        after: str | None = None,
    ) -> Response:
        """A stream of what comes from now on, or of what came after the alert that was seen last.

        A reader that comes back says so in the header; one that begins may say it as `after`.
        """
        subscription = await run_in_threadpool(self._subscription, secret)
        if self._free <= 0:
            raise HTTPException(503, "Too many streams.", headers={"Retry-After": "30"})
        stream = self._stream(subscription.id, secret, last_event_id or after)
        return StreamingResponse(stream, media_type="text/event-stream")

    async def _stream(self, name: str, secret: str, after: str | None) -> AsyncIterator[bytes]:
        self._free -= 1
        try:
            if after is None:
                newest = await run_in_threadpool(self._store.feed, name, limit=1)
                after = newest[0].id if newest else ""
            yield b"retry: 3000\n\n"
            quiet = 0
            while not self._stop.is_set():
                fresh = await run_in_threadpool(self._store.feed, name, after=after)
                for alert in fresh:
                    yield server_sent(alert)
                    after = alert.id
                if not fresh:
                    quiet += 1
                    if quiet % _BEAT == 0:
                        await run_in_threadpool(self._subscription, secret)  # still there?
                        yield b": still here\n\n"
                    await asyncio.sleep(_LOOK_SECONDS)
        except (NotReady, HTTPException):
            return  # the reader comes back by itself, with the last id it saw
        finally:
            self._free += 1

    def ask(self, subscription_id: str, signature: str) -> Response:
        """A page with one button: mail programs open links by themselves, so a link alone ends nothing."""
        subscription = self._signed(subscription_id, signature)
        if subscription is None or not subscription.active:
            return _page("This alert has ended.")
        return _page(
            f"<p>You asked for: {escape(named(subscription))}</p>"
            '<form method="post"><button>End this alert</button></form>'
        )

    def end(self, subscription_id: str, signature: str) -> Response:
        """End the subscription, by the button or by a mail program's one click (RFC 8058)."""
        if self._signed(subscription_id, signature) is not None:
            self._store.disable(subscription_id)
            log.info("unsubscribed", subscription=subscription_id)
        return _page("This alert has ended.")

    def _signed(self, subscription_id: str, signature: str) -> Subscription | None:
        if not may_unsubscribe(subscription_id, signature, self._vault):
            raise HTTPException(404, "There is no such page; the link is not whole.")
        return self._store.get(subscription_id)

    def _subscription(self, secret: str) -> Subscription:
        found = self._store.by_feed(feed_hash(secret))
        if found is None:
            raise HTTPException(404, "There is no such feed.")
        return found


def make_site(
    store: AlertStore, vault: Vault, base: str, stop: threading.Event, streams: int = STREAMS
) -> FastAPI:
    """The application over `store`."""
    site = Site(store, vault, base, stop, streams)
    app = FastAPI(title="Claimdesk alerts", docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/feeds/{secret}/live")(site.live)
    app.get("/feeds/{secret}/events")(site.events)
    app.get("/feeds/{secret}/{form}")(site.feed)
    app.get("/unsubscribe/{subscription_id}/{signature}")(site.ask)
    app.post("/unsubscribe/{subscription_id}/{signature}")(site.end)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(_Headers)
    _add_errors(app)
    return app


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(NotReady)
    def away(_request: Request, error: NotReady) -> Response:
        log.warning("request not served", dependency=error.dependency, error=str(error))
        detail = f"the {error.dependency} is away; try again in a moment"
        return JSONResponse({"detail": detail}, 503, headers={"Retry-After": "5"})


class _Headers:
    """Puts the headers on every answer, streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def _page(body: str) -> HTMLResponse:
    title = "Claimdesk alerts"
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<body><h1>{title}</h1>{body}</body></html>"
    )

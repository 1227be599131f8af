"""A write that is sent twice under one Idempotency-Key is done once, and answered the same both times.

The key belongs to the account that sends it, for a day. Only what was done is kept: a request that was refused
changed nothing, so sending it again tries again.
"""

from collections.abc import Callable
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.ports.answers import KEPT, Answer, AnswerStore, OtherRequest, Unfinished
from services.review.conditional import tag_of
from services.review.people import Person
from services.runtime.clock import Clock
from services.runtime.errors import NotReady

log = structlog.get_logger(__name__)

_STATE = "once"  # where the request's state keeps the key that it has begun

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description=(
            "Any text of your own, new for each thing that you do. The same request with the same key within "
            f"{int(KEPT.total_seconds() // 3600)} hours is answered as the first time, and not done again"
        ),
        examples=["4f1d2c"],
    ),
]


class Replay(Exception):
    """This was done before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("done before")
        self.answer = answer


async def _body(request: Request) -> bytes:
    return await request.body()


def make_once(
    store: AnswerStore, clock: Clock, person: Callable[..., Person]
) -> Callable[..., None]:
    """The dependency of a route that writes; `person` is the dependency that says who asks."""

    def once(
        request: Request,
        who: Annotated[Person, Depends(person)],
        body: Annotated[bytes, Depends(_body)],
        key: Key = None,
    ) -> None:
        if key is None:
            return
        own = tag_of(who.account.name, key).strip('"')
        asked = tag_of(request.method, request.url.path, request.url.query, body).strip('"')
        try:
            answer = store.begin(own, asked, clock.now())
        except OtherRequest:
            raise HTTPException(
                422, "this Idempotency-Key came with another request before; take a new one"
            ) from None
        except Unfinished:
            raise HTTPException(
                409,
                "the first request with this Idempotency-Key is not answered yet",
                headers={"Retry-After": "1"},
            ) from None
        if answer is not None:
            raise Replay(answer)
        setattr(request.state, _STATE, own)

    return once


def add_once(desk: FastAPI, store: AnswerStore) -> None:
    """Keep the answers of `desk`, and give kept ones again."""
    desk.add_middleware(_Keeping, store=store)
    desk.add_exception_handler(Replay, _again)


def _again(_request: Request, error: Exception) -> Response:
    answer = error.answer if isinstance(error, Replay) else None
    assert answer is not None  # the handler of nothing else
    headers = {"Idempotency-Replayed": "true"} | ({"ETag": answer.tag} if answer.tag else {})
    return Response(answer.body, answer.status, headers, media_type=answer.media_type)


class _Keeping:
    """ASGI middleware: what a request that began under a key is answered is kept before it is sent."""

    def __init__(self, app: ASGIApp, store: AnswerStore) -> None:
        self._app, self._store = app, store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def holding(message: Message) -> None:
            key = scope.get("state", {}).get(_STATE)
            if key is None:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                await run_in_threadpool(self._settle, key, held)
                scope["state"][_STATE] = None
                for one in held:
                    await send(one)

        try:
            await self._app(scope, receive, holding)
        except BaseException:
            if key := scope.get("state", {}).get(_STATE):
                await run_in_threadpool(self._drop, key)
            raise

    def _settle(self, key: str, held: list[Message]) -> None:
        start, body = held[0], b"".join(one.get("body", b"") for one in held[1:])
        if not 200 <= start["status"] < 300:
            self._drop(key)
            return
        headers = Headers(raw=start["headers"])
        media_type = headers.get("content-type", "")
        answer = Answer(start["status"], media_type, body, headers.get("etag"))
        try:
            self._store.finish(key, answer)
        except NotReady as error:
            # It is done all the same; whoever asks again meanwhile hears that it is not answered yet.
            log.warning("answer not kept", error=str(error))

    def _drop(self, key: str) -> None:
        try:
            self._store.drop(key)
        except NotReady as error:
            log.warning("key not freed; it frees itself", error=str(error))

"""What changes while a page is open, as server-sent events: the counts, and who has the task that is looked at."""

import json
import threading
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from services.ports.task_store import TaskStore
from services.review.access import Access
from services.runtime.clock import Clock
from services.runtime.errors import NotReady

LOOK_SECONDS = 2.0
"""Pause between two looks at the store."""

LOOKS = 300
"""Looks a connection lasts: the browser comes again, and whether it may is checked anew."""

Watched = Annotated[str | None, Query(max_length=512, pattern=r"^[\w.:-]+$")]


class Live:
    """Looks at the store for everybody at once: open pages cost one count in two seconds, however many."""

    def __init__(self, store: TaskStore, clock: Clock, stop: threading.Event) -> None:
        self._store, self._clock, self.stop = store, clock, stop
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._at = -LOOK_SECONDS

    def counts(self) -> dict[str, int]:
        """Tasks by state, some seconds old at most. Raises NotReady."""
        with self._lock:
            if time.monotonic() - self._at >= LOOK_SECONDS / 2:  # a pace, whatever the hour
                found = self._store.counts(now=self._clock.now())
                self._counts = {state.value: count for state, count in found.items()}
                self._at = time.monotonic()
            return self._counts

    def task(self, task_id: str) -> dict[str, Any]:
        """Who has a task, as far as everybody may know. Raises NotReady."""
        stored = self._store.get(task_id, now=self._clock.now())
        if stored is None:
            return {}
        return {"state": stored.state.value, "by": stored.reviewer, "lease": stored.lease}

    async def events(self, task_id: str | None) -> AsyncIterator[str]:
        """Each thing when it changes; a comment otherwise, so that a lost connection is noticed."""
        known: dict[str, Any] = {}
        yield "retry: 5000\n\n"
        for _ in range(LOOKS):
            if self.stop.is_set():
                return
            for name, value in (await run_sync(self._look, task_id)).items():
                if known.get(name) != value:
                    known[name] = value
                    yield f"event: {name}\ndata: {json.dumps(value)}\n\n"
            yield ": still there\n\n"
            for _ in range(round(LOOK_SECONDS / 0.25)):
                if self.stop.is_set():
                    return
                await anyio.sleep(0.25)

    def _look(self, task_id: str | None) -> dict[str, Any]:
        try:
            seen: dict[str, Any] = {"counts": self.counts()}
            return seen | ({"task": self.task(task_id)} if task_id else {})
        except NotReady:
            return {}


def make_live(live: Live, access: Access) -> APIRouter:
    """The route, for whoever is signed in."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/events", dependencies=[Depends(access.page())])
    async def events(task: Watched = None) -> StreamingResponse:
        return StreamingResponse(live.events(task), media_type="text/event-stream")

    return routes

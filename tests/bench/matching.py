"""All of match for an article of twenty claims, against the searches and the encoding that it cannot do without.

The time of those calls is taken where they are made, in the same run, so that a drifting machine hits both: the
encoder's, and the client's msearch on Elasticsearch (the store's searches where there is no client). What is left
is match's own work, the writing of the claims among it.
"""

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from schemas.article import ArticleRef
from schemas.claim import ArticleClaims, Claim
from services.app import App
from services.evidence.load import load
from services.extract.extraction import Source, extract_all
from services.match.clusters import place
from services.match.handle import handle
from services.runtime.settings import Settings
from tests.bench.corpus import DEMO, articles

CLAIMS = 20
"""Claims of an article."""

KNOWN = 60
"""Articles that were matched before: three rounds, so that most claims have near ones with other figures."""

NEW = 20
"""Articles that are measured."""


def measure_matching(mode: str) -> dict[str, Any]:
    """Milliseconds an article and those of its calls, and the median of their ratios."""
    with tempfile.TemporaryDirectory() as folder, _app(mode, Path(folder)) as app:
        load([DEMO / "evidence.jsonl"], store=app.evidence_store, analyser=app.analyser)
        placing = partial(place, claims=app.claim_store, analyser=app.analyser, clock=app.clock)
        step = partial(handle, store=app.evidence_store, analyser=app.analyser, placing=placing)
        calls = _Calls(app)
        times = [_times(step, event, calls) for event in _events(app)][-NEW:]
    return {
        "match, 20 new claims (ms)": round(1000 * statistics.median(one for one, _ in times)),
        "of which its searches and encoding (ms)": round(
            1000 * statistics.median(its for _, its in times)
        ),
        "match against them (goal 1.5 at most)": round(
            statistics.median(one / its for one, its in times), 2
        ),
    }


class _Calls:
    """The seconds spent in the calls of `app` that search and encode."""

    def __init__(self, app: App) -> None:
        self.seconds, self.encoder = 0.0, app.encoder
        for part in (app.evidence_store, app.claim_store, app.encoder):
            client = getattr(part, "_client", part)
            for name in ("msearch", "search", "search_passages", "near", "encode"):
                if hasattr(client, name):
                    setattr(client, name, self._timed(getattr(client, name)))

    def _timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*args, **named)
            finally:
                self.seconds += time.perf_counter() - began

        return timed


def _times(step: Callable[..., Any], event: ArticleClaims, calls: _Calls) -> tuple[float, float]:
    calls.encoder.__dict__["_cache"].clear()  # a claim without a figure stood in each round
    calls.seconds, began = 0.0, time.perf_counter()
    list(step(event))
    return time.perf_counter() - began, calls.seconds


def _events(app: App) -> Iterator[ArticleClaims]:
    """Claims in reading order, CLAIMS an article, whatever their texts' own number was."""
    sources = [Source(one["id"], one["text"]) for one in articles(KNOWN + NEW)]
    waiting: list[Claim] = []
    for number, found in enumerate(extract_all(sources, app.pipeline)):
        waiting += found.claims
        while len(waiting) >= CLAIMS:
            ref = ArticleRef(id=f"bench-{number}-{len(waiting)}", revision=1, title="")
            yield ArticleClaims(article=ref, claims=waiting[:CLAIMS])
            waiting = waiting[CLAIMS:]


@contextmanager
def _app(mode: str, folder: Path) -> Iterator[App]:
    """Stores with nothing in them, with an index of their own on the stack's server."""
    real: dict[str, Any] = {
        "store": "elasticsearch",
        "elasticsearch_url": os.environ.get("CLAIMDESK_TEST_ELASTICSEARCH", ""),
        "elasticsearch_index": f"bench-{uuid.uuid4().hex[:8]}",
    }
    app = App(Settings(data_dir=folder, **(real if mode == "stack" else {})))
    try:
        yield app
    finally:
        app.close()
        if mode == "stack":
            _remove(real["elasticsearch_url"], real["elasticsearch_index"])


def _remove(url: str, index: str) -> None:
    from elasticsearch import Elasticsearch

    with Elasticsearch(url) as client:
        for name in client.indices.get(index=f"{index}-*"):
            client.indices.delete(index=name)

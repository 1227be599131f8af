"""What a feed would give, before it is added: its items, its problems, and what it would cost."""

import time
from collections import Counter
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from services.ingest.documents import kind_of
from services.ingest.feed_facts import Reading
from services.ingest.item import Item, Options, Refusal
from services.ingest.pace import LONGEST, arrivals, interval, max_age
from services.ingest.sandbox import Sandbox
from services.ingest.source import Validators, ask, document_of
from services.ports.web import Response, Web, WebError

_DAY = timedelta(days=1)
_FEEDS = frozenset(("feed", "json"))
_LARGE = 2_000_000


class FeedReport(BaseModel):
    """What one look at a feed showed. `problems` are in words; without `items` it is of no use.

    The cost is for a day of polling: `requests_a_day`, and `megabytes_a_day` of whole answers, as many as the feed
    changes if its server answers "not modified", else one for each request.
    """

    model_config = ConfigDict(frozen=True)

    address: str
    usable: bool
    status: int | None = None
    moved_to: str | None = None
    media_type: str | None = None
    title: str | None = None
    items: int = 0
    rejected: dict[str, int] = {}
    partial: int = 0
    without_date: int = 0
    newest: datetime | None = None
    titles: list[str] = []
    bytes: int = 0
    seconds: float = 0.0
    not_modified: bool = False
    older: str | None = None
    hub: str | None = None
    interval_seconds: float | None = None
    items_a_day: float | None = None
    requests_a_day: float | None = None
    megabytes_a_day: float | None = None
    problems: list[str] = []


def check_feed_at(
    address: str, web: Web, sandbox: Sandbox, now: datetime, least: timedelta
) -> FeedReport:
    """Ask `address` once, and once more whether it answers "not modified". Publishes nothing."""
    began = time.perf_counter()
    try:
        answer = ask(address, web)
    except WebError as error:
        return FeedReport(address=address, usable=False, problems=[f"{error.reason}: {error}"])
    seconds = round(time.perf_counter() - began, 2)
    report = FeedReport(
        address=address,
        usable=False,
        status=answer.status,
        moved_to=answer.moved_to,
        media_type=answer.headers.get("content-type", "").partition(";")[0] or None,
        bytes=len(answer.body),
        seconds=seconds,
    )
    if answer.status != 200:
        return _with(report, problems=[f"the server answers {answer.status}"])
    document = document_of(answer, address)
    if kind_of(document) not in _FEEDS:
        return _with(
            report, problems=["it is a page or a text, and no feed; look for its feed's address"]
        )
    reading = sandbox.read_feed(document, Options())
    return _read(report, answer, reading, _not_modified(address, answer, web), now, least)


def _not_modified(address: str, answer: Response, web: Web) -> bool:
    known = Validators(answer.headers.get("etag"), answer.headers.get("last-modified"))
    if known == Validators():
        return False
    try:
        return ask(address, web, known).status == 304
    except WebError:
        return False


def _read(
    report: FeedReport,
    answer: Response,
    reading: Reading,
    not_modified: bool,
    now: datetime,
    least: timedelta,
) -> FeedReport:
    items = [row for row in reading.rows if isinstance(row, Item)]
    refused = [row for row in reading.rows if isinstance(row, Refusal)]
    dates = [item.published_at for item in items if item.published_at]
    times = arrivals((), dates, None, now)
    asks = max(reading.facts.asks, max_age(answer.headers.get("cache-control")))
    pause = interval(times, min(asks, LONGEST), least, now)
    a_day = len(times) * _DAY / (now - times[0]) if dates and now > times[0] else None
    requests = _DAY / pause
    whole = min(requests, a_day) if not_modified and a_day is not None else requests
    report = _with(
        report,
        usable=bool(items) or not refused,
        title=reading.facts.title,
        items=len(items),
        rejected=dict(Counter(row.reason for row in refused)),
        partial=sum(item.partial for item in items),
        without_date=len(items) - len(dates),
        newest=max(dates, default=None),
        titles=[item.title or item.text[:80] for item in items[:5]],
        not_modified=not_modified,
        older=reading.facts.older,
        hub=reading.facts.hub,
        interval_seconds=round(pause.total_seconds()),
        items_a_day=None if a_day is None else round(a_day, 2),
        requests_a_day=round(requests, 1),
        megabytes_a_day=round(whole * len(answer.body) / 1e6, 3),
    )
    return _with(report, problems=_problems(report, refused, now))


def _problems(report: FeedReport, refused: list[Refusal], now: datetime) -> list[str]:
    told = [f"{row.reason}: {row.message}" for row in refused[:3]]
    found = {
        f"it moved for good to {report.moved_to}; add that": report.moved_to,
        "it has no items at the moment": not report.items,
        f"{report.without_date} items have no date": report.without_date,
        f"{report.partial} items give only the beginning; their pages will be fetched": report.partial,
        "its newest item lies in the future: its clock is wrong": (
            report.newest and report.newest > now + _DAY
        ),
        "it has had nothing new for a month": report.newest and report.newest < now - 30 * _DAY,
        "its server never answers that nothing changed: every poll costs a whole answer": (
            not report.not_modified
        ),
        "it is large": report.bytes > _LARGE,
    }
    return told + [text for text, holds in found.items() if holds]


def _with(report: FeedReport, **fields: object) -> FeedReport:
    return report.model_copy(update=fields)

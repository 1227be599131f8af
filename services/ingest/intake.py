"""Items into the log: publish first, remember afterwards."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from schemas.article import Article
from services.ingest.handle import Outcome, article_of, revise
from services.ingest.item import Item, Refusal, Rejected
from services.ports.article_ledger import ArticleLedger, Seen
from services.ports.event_log import Producer
from services.runtime.clock import Clock
from services.runtime.errors import BadMessage
from services.runtime.events import make_event
from services.runtime.executor import Message, to_message

BATCH = 100
"""Items that are published and remembered together."""


@dataclass(frozen=True)
class Result:
    """What became of one item."""

    state: Literal["new", "revised", "unchanged", "rejected"]
    where: str
    article_id: str | None = None
    revision: int | None = None
    title: str = ""
    reason: str | None = None
    message: str | None = None
    notes: tuple[str, ...] = ()


class Intake:
    """Publishes what is new or changed.

    The log confirms before the ledger remembers: killed between the two, the next reading publishes the
    same event with the same id again. Threads may share one.
    """

    def __init__(self, producer: Producer, ledger: ArticleLedger, clock: Clock) -> None:
        self._producer, self._ledger, self._clock = producer, ledger, clock
        self._lock = threading.Lock()

    def take(self, items: Iterable[Item | Refusal]) -> Iterator[Result]:
        """What became of each item, in order.

        Raises NotReady when the log or the database is away: taking the same items again is safe, and
        those that were taken are then unchanged.
        """
        iterator = iter(items)
        while batch := list(islice(iterator, BATCH)):
            with self._lock:
                results = self._take(batch)
            yield from results

    def _take(self, batch: list[Item | Refusal]) -> list[Result]:
        rows = [_article(row) for row in batch]
        ids = {row[1].id for row in rows if not isinstance(row, Refusal)}
        last = self._ledger.last(ids) if ids else {}
        fresh: list[tuple[str, Seen]] = []
        messages: list[Message] = []
        results = []
        for row in rows:
            if isinstance(row, Refusal):
                results.append(_refused(row))
                continue
            item, article = row
            outcome = self._decide(article, item, last.get(article.id))
            try:
                messages.extend(self._messages(outcome))
            except BadMessage as bad:
                results.append(_refused(Refusal(item.where, bad.reason, str(bad))))
                continue
            if outcome.article:
                last[article.id] = Seen(outcome.revision, article.content_hash)
                fresh.append((article.id, last[article.id]))
            results.append(_result(outcome, article, item))
        if messages:
            self._producer.publish(messages)
            self._ledger.record(fresh)
        return results

    def _decide(self, article: Article, item: Item, last: Seen | None) -> Outcome:
        known = None
        if last and item.revision is not None and item.revision < last.revision:
            known = self._ledger.revision_of(article.id, article.content_hash)
        return revise(article, last, item.revision, known)

    def _messages(self, outcome: Outcome) -> list[Message]:
        if outcome.article is None:
            return []
        now = self._clock.now()
        return [to_message(make_event(outcome.article, service="ingest", now=now, ingesttime=now))]


def _article(item: Item | Refusal) -> tuple[Item, Article] | Refusal:
    if isinstance(item, Refusal):
        return item
    try:
        return item, article_of(item)
    except Rejected as rejected:
        return Refusal(item.where, rejected.reason, str(rejected))


def _refused(refusal: Refusal) -> Result:
    return Result("rejected", refusal.where, reason=refusal.reason, message=refusal.message)


def _result(outcome: Outcome, article: Article, item: Item) -> Result:
    return Result(
        outcome.state,
        item.where,
        article.id,
        outcome.revision,
        article.title or article.text[:80],
        notes=item.notes,
    )

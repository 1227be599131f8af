"""Items into the log: stage, publish, confirm."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal, TypeGuard

from schemas.article import Article
from services.ingest.deciding import Given, decide, remember
from services.ingest.handle import Outcome
from services.ingest.item import Item, Refusal, Rejected
from services.ports.article_ledger import Alias, ArticleLedger, Taking
from services.ports.event_log import Producer
from services.runtime.clock import Clock
from services.runtime.errors import BadMessage
from services.runtime.events import make_event
from services.runtime.executor import Message, to_message

BATCH = 25
"""Items that are staged and published together: one write transaction that others wait for."""

PATIENCE = timedelta(minutes=1)
"""How long another process may take to confirm what it staged, before it is published for it."""

WINDOW = timedelta(days=14)
"""How long an article's words are kept after its last revision, for its edits and its copies."""

EMBARGOED = "embargoed"
"""The reason of an item that comes too early."""

FORGET_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Result:
    """What became of one item. `copy_of` is the article whose text it repeats."""

    state: Literal["new", "revised", "unchanged", "rejected"]
    where: str
    article_id: str | None = None
    revision: int | None = None
    title: str = ""
    reason: str | None = None
    message: str | None = None
    notes: tuple[str, ...] = ()
    copy_of: str | None = None


class Intake:
    """Publishes what is new or changed.

    A revision is staged in the ledger with its content, published, and confirmed. Killed in between, it is
    published again as it was before anything else of that article is: by the next reading of the article, by
    the next start of any process, or after a minute. Threads may share one.
    """

    def __init__(self, producer: Producer, ledger: ArticleLedger, clock: Clock) -> None:
        self._producer, self._ledger, self._clock = producer, ledger, clock
        self._lock = threading.Lock()
        self._forgotten: datetime | None = None

    def take(self, items: Iterable[Item | Refusal]) -> Iterator[Result]:
        """What became of each item, in order.

        Raises NotReady when the log or the database is away: taking the same items again is safe.
        """
        iterator = iter(items)
        while batch := list(islice(iterator, BATCH)):
            with self._lock:
                results = self._take(batch)
            yield from results

    def _take(self, batch: list[Item | Refusal]) -> list[Result]:
        given = [_given(self._released(row)) for row in batch]
        articles = [row.article for row in given if isinstance(row, Given)]
        ids = {article.id for article in articles}
        aliases = self._ledger.aliases(ids) if ids else {}
        owed = self._settle(ids | {alias.article_id for alias in aliases.values()})
        known = self._known(articles, aliases)
        with self._ledger.taking() if ids - known.keys() else nullcontext() as taking:
            outcomes = [self._outcome(row, known, taking) for row in given]
        self._publish([one.article for one in outcomes if _is_news(one)])
        self._forget()
        return [_result(one, row, owed) for one, row in zip(outcomes, batch, strict=True)]

    def _released(self, row: Item | Refusal) -> Item | Refusal:
        """`row`, unless its embargo is not over yet: the source is read again, and then it may be."""
        until = row.not_before if isinstance(row, Item) else None
        if until is None or until <= self._clock.now():
            return row
        return Refusal(
            row.where, EMBARGOED, f"embargoed until {until.isoformat()}; read it again then"
        )

    def _known(self, articles: list[Article], aliases: dict[str, Alias]) -> dict[str, Outcome]:
        """What is as it was read last, by id: the usual case, which no other process has to wait for."""
        names = {article.id: article.id for article in articles}
        names |= {name: alias.article_id for name, alias in aliases.items()}
        last = self._ledger.last(set(names.values())) if names else {}
        known: dict[str, Outcome] = {}
        for article in articles:
            seen = last.get(names[article.id])
            if seen is not None:
                same = article.model_copy(update={"id": names[article.id]})
                known[article.id] = Outcome("unchanged", same, seen.revision)
        for article in articles:
            own = aliases.get(article.id) or last.get(names[article.id])
            if own is None or own.content_hash != article.content_hash:
                known.pop(article.id, None)  # all that is given of it must be known
        return known

    def _outcome(
        self, given: Given | Refusal, known: dict[str, Outcome], taking: Taking | None
    ) -> Outcome | Refusal:
        if isinstance(given, Refusal):
            return given
        if taking is None or given.article.id in known:
            return known[given.article.id]
        try:
            decision = decide(given, taking)
            if _is_news(decision.outcome):
                self._message(decision.outcome.article)  # whether a message can hold it
        except (BadMessage, Rejected) as bad:
            return Refusal(given.item.where, bad.reason, str(bad))
        remember(decision, given, taking, self._clock.now())
        return decision.outcome

    def _settle(self, ids: set[str]) -> set[tuple[str, int]]:
        """Publish what was staged and never confirmed; which revisions that were."""
        now = self._clock.now()
        before = now - PATIENCE if self._forgotten else now + PATIENCE  # at the start: everything
        owed: set[tuple[str, int]] = set()
        while waiting := self._ledger.pending(ids, before):
            self._publish(waiting)
            owed.update((article.id, article.revision) for article in waiting)
        return owed

    def _publish(self, articles: Sequence[Article]) -> None:
        if articles:
            self._producer.publish([self._message(article) for article in articles])
            self._ledger.confirm([(article.id, article.revision) for article in articles])

    def _message(self, article: Article) -> Message:
        now = self._clock.now()
        return to_message(make_event(article, service="ingest", now=now, ingesttime=now))

    def _forget(self) -> None:
        """Once in a while, a bounded part of what is older than the window."""
        now = self._clock.now()
        if self._forgotten is None or now - self._forgotten >= FORGET_EVERY:
            self._ledger.forget(now - WINDOW)
            self._forgotten = now


def _is_news(outcome: Outcome | Refusal) -> TypeGuard[Outcome]:
    return isinstance(outcome, Outcome) and outcome.state != "unchanged"


def _given(item: Item | Refusal) -> Given | Refusal:
    if isinstance(item, Refusal):
        return item
    try:
        return Given.of(item)
    except Rejected as rejected:
        return Refusal(item.where, rejected.reason, str(rejected))


def _result(outcome: Outcome | Refusal, item: Item | Refusal, owed: set[tuple[str, int]]) -> Result:
    if isinstance(outcome, Refusal):
        return Result("rejected", outcome.where, reason=outcome.reason, message=outcome.message)
    article, state = outcome.article, outcome.state
    if state == "unchanged" and (article.id, outcome.revision) in owed:
        state = "new" if outcome.revision == 1 else "revised"  # staged before, published now
    return Result(
        state,
        item.where,
        article.id,
        outcome.revision,
        article.title or article.text[:80],
        notes=item.notes if isinstance(item, Item) else (),
        copy_of=article.copy_of.article_id if article.copy_of else None,
    )

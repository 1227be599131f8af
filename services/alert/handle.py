"""The pure heart of alert: which subscriptions an event concerns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from schemas.notification import Notification
from schemas.task import Task
from schemas.verdict import Verdict
from services.alert.query import Query, QueryError, Text, parse
from services.ports.alert_store import AlertStore
from services.runtime.clock import Clock
from services.runtime.ids import stable_id

log = structlog.get_logger(__name__)

TASK = "task"
VERDICT = "verdict"
_SHORT = 300  # characters of a text in an alert


@dataclass(frozen=True)
class Happening:
    """What a subscription can match: an event in the words that queries look at."""

    id: str
    kind: str
    task_id: str
    summary: str
    fields: list[str]
    at: datetime | None
    more: dict[str, Any] = field(default_factory=dict)
    """Fields of the notification that this kind of event can fill."""


class Matcher:
    """Holds the active subscriptions, parsed, and reads them again when one has changed."""

    def __init__(self, store: AlertStore, public_url: str | None = None) -> None:
        self._store, self._public_url = store, (public_url or "").rstrip("/")
        self._version: int | None = None
        self._queries: list[tuple[str, Query]] = []

    def handle(self, data: Task | Verdict) -> Iterable[Notification]:
        """A notification for each subscription that `data` matches. Raises NotReady.

        Its id is a hash of subscription and event, so a second sighting of a task is no second alert; a
        verdict is an event of its own.
        """
        self._refresh()
        happening = of_task(data) if isinstance(data, Task) else of_verdict(data)
        text = Text(happening.fields)
        return [
            self._notification(subscription, query, happening)
            for subscription, query in self._queries
            if query.matches(text)
        ]

    def _refresh(self) -> None:
        # The version is read first: a change in between is then seen at the next event.
        version = self._store.version()
        if version == self._version:
            return
        queries = []
        for subscription in self._store.subscriptions():
            try:
                queries.append((subscription.id, parse(subscription.query)))
            except QueryError as error:
                log.warning("subscription skipped", subscription=subscription.id, why=str(error))
        self._queries, self._version = queries, version

    def _notification(self, subscription: str, query: Query, happening: Happening) -> Notification:
        return Notification(
            id=stable_id("ntf", subscription, happening.kind, happening.id),
            subscription_id=subscription,
            event_id=happening.id,
            event_type=happening.kind,
            summary=happening.summary,
            url=f"{self._public_url}/tasks/{happening.task_id}" if self._public_url else None,
            matched=[term.shown for term in query.required],
            occurred_at=happening.at,
            **happening.more,
        )


def of_task(task: Task) -> Happening:
    """A task: the claim, who says it, where it stood, what sort it is, and how the evidence relates."""
    claim = task.claim
    articles = [sighting.article for sighting in task.sightings]
    said_by = claim.speaker or next((row.publisher for row in articles if row.publisher), None)
    return Happening(
        id=task.id,
        kind=TASK,
        task_id=task.id,
        summary=_summary("To verify", claim.text, said_by),
        fields=[
            claim.text,
            claim.resolved_text or "",
            claim.speaker or "",
            claim.kind.value,
            *_distinct(article.title for article in articles),
            *_distinct(article.publisher or "" for article in articles),
            *_distinct(match.relation.value for match in task.evidence),
        ],
        at=task.first_seen_at,
        more={"speaker": claim.speaker, **_first_article(task), **_best_evidence(task)},
    )


def _first_article(task: Task) -> dict[str, Any]:
    article = task.sightings[0].article
    return {"article_title": _short(article.title) or None, "article_url": article.url}


def _best_evidence(task: Task) -> dict[str, Any]:
    if not task.evidence:
        return {}
    best = task.evidence[0]
    return {
        "evidence_claim": _short(best.evidence.claim),
        "evidence_url": best.evidence.url,
        "evidence_relation": best.relation,
    }


def of_verdict(verdict: Verdict) -> Happening:
    """A verdict: the claim, who says it, and the rating; the rationale stays inside."""
    rating = verdict.rating.value.replace("_", " ")
    return Happening(
        id=verdict.id,
        kind=VERDICT,
        task_id=verdict.task_id,
        summary=_summary(f"Rated {rating}", verdict.claim, verdict.speaker),
        fields=[verdict.claim, verdict.speaker or "", rating],
        at=verdict.decided_at,
        more={"speaker": verdict.speaker},
    )


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _summary(what: str, claim: str, said_by: str | None) -> str:
    return f"{what}: {_short(claim)}" + (f" ({said_by})" if said_by else "")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1].rstrip()}…"


def owe(notification: Notification, *, alerts: AlertStore, clock: Clock) -> Iterable[Notification]:
    """Record that `notification` is to be delivered; once, however often it comes. Raises NotReady."""
    alerts.owe(notification, clock.now())
    return ()

"""Events as subscriptions see them: what can be searched, and what an alert says of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from schemas.task import Task
from schemas.verdict import Verdict
from services.alert.document import Document

TASK = "task"
VERDICT = "verdict"
_SHORT = 300  # characters of a text in an alert


@dataclass(frozen=True)
class Happening:
    """What a subscription can match. `more` are fields of the notification that this kind can fill."""

    id: str
    kind: str
    task_id: str
    summary: str
    document: Document
    at: datetime | None
    more: dict[str, Any] = field(default_factory=dict)


def of_task(task: Task) -> Happening:
    """A task: the claim, who says it, where it stood, what sort it is, and how the evidence stands to it."""
    claim, articles = task.claim, [sighting.article for sighting in task.sightings]
    said_by = claim.speaker or next((row.publisher for row in articles if row.publisher), None)
    return Happening(
        id=task.id,
        kind=TASK,
        task_id=task.id,
        summary=_summary("To verify", claim.text, said_by),
        document=_task_document(task),
        at=task.first_seen_at,
        more={"speaker": claim.speaker, **_first_article(task), **_best_evidence(task)},
    )


def of_verdict(verdict: Verdict) -> Happening:
    """A verdict: the claim, who says it, and the rating; the rationale stays inside."""
    rating = verdict.rating.value.replace("_", " ")
    return Happening(
        id=verdict.id,
        kind=VERDICT,
        task_id=verdict.task_id,
        summary=_summary(f"Rated {rating}", verdict.claim, verdict.speaker),
        document=Document(
            {
                "claim": [verdict.claim],
                "speaker": _distinct([verdict.speaker]),
                "rating": [rating],
                "type": [VERDICT],
            },
            {"decided": [verdict.decided_at.timestamp()]},
        ),
        at=verdict.decided_at,
        more={"speaker": verdict.speaker},
    )


def _task_document(task: Task) -> Document:
    claim, articles = task.claim, [sighting.article for sighting in task.sightings]
    evidence = [match.evidence for match in task.evidence]
    return Document(
        {
            "claim": _distinct([claim.text, claim.resolved_text]),
            "speaker": _distinct(sighting.claim.speaker for sighting in task.sightings),
            "kind": [claim.kind.value],
            "title": _distinct(article.title for article in articles),
            "outlet": _distinct(article.publisher for article in articles),
            "relation": _distinct(match.relation.value for match in task.evidence),
            "evidence": _distinct(
                text for item in evidence for text in (item.claim, item.title, item.publisher)
            ),
            "rating": _distinct(item.rating for item in evidence),
            "type": [TASK],
        },
        {
            "priority": [task.priority.value],
            "checkworthiness": [claim.check_worthiness],
            "sightings": [float(len(task.sightings))],
            "published": [row.published_at.timestamp() for row in articles if row.published_at],
            "due": list(_days([task.due])),
        },
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


def _days(values: Iterable[str | None]) -> Iterator[float]:
    """Noon of each day that is one: every time zone's day is then within the day that is asked for."""
    for value in values:
        try:
            day = date.fromisoformat(value or "")
        except ValueError:
            continue
        yield datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


def _distinct(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _summary(what: str, claim: str, said_by: str | None) -> str:
    return f"{what}: {_short(claim)}" + (f" ({said_by})" if said_by else "")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1].rstrip()}…"

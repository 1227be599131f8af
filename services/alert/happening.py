"""Events as subscriptions see them: what can be searched, and what an alert says of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from schemas.article import ArticleRef, ArticleStatus
from schemas.claim import Claim
from schemas.match import ArticleMatches, ClaimMatches, Match
from schemas.quotation import QuoteCheck
from schemas.subscription import EventKind
from schemas.task import Task
from schemas.verdict import Verdict, VerdictStatus
from services.alert.document import Document
from services.ports.task_store import task_id_of
from services.runtime.ids import stable_id

_SHORT = 300  # characters of a text in an alert
_MOST_REMARKS = 5


@dataclass(frozen=True)
class Happening:
    """What a subscription can match. `story` is what all claims of one story share.

    `text` is the claim as it stands alone; `more` are fields of the notification that this kind can fill.
    """

    id: str
    kind: EventKind
    task_id: str
    story: str
    summary: str
    text: str
    document: Document
    at: datetime | None
    more: dict[str, Any] = field(default_factory=dict)


def of_matches(matches: ArticleMatches) -> Iterator[Happening]:
    """Each claim of an article with its evidence, whether or not it becomes a task."""
    for row in matches.claims:
        yield _of_claim(matches.article, row)


def _of_claim(article: ArticleRef, row: ClaimMatches) -> Happening:
    claim = row.claim
    cluster = row.cluster_id or claim.id
    return Happening(
        id=cluster,
        kind=EventKind.CLAIM,
        task_id=task_id_of(cluster),
        story=article.story_id or article.id,
        summary=_summary("Claimed", claim.text, claim.speaker or article.publisher),
        text=claim.resolved_text or claim.text,
        document=_document(EventKind.CLAIM, [article], [claim], row.matches, [row.quotation]),
        at=article.published_at,
        more={"speaker": claim.speaker, **of_article(article), **_best_evidence(row.matches)},
    )


def of_task(task: Task) -> Happening:
    """A task: the claim, who says it, where it stood, what sort it is, and how the evidence stands to it."""
    claim, articles = task.claim, [sighting.article for sighting in task.sightings]
    said_by = claim.speaker or next((row.publisher for row in articles if row.publisher), None)
    claims = [claim, *(sighting.claim for sighting in task.sightings)]
    numbers = {
        "priority": [task.priority.value],
        "sightings": [float(task.sighting_count or len(task.sightings))],
        "due": list(_days([task.due])),
    }
    return Happening(
        id=task.id,
        kind=EventKind.TASK,
        task_id=task.id,
        story=articles[0].story_id or articles[0].id,
        summary=_summary("To verify", claim.text, said_by),
        text=claim.resolved_text or claim.text,
        document=_document(
            EventKind.TASK, articles, claims, task.evidence, [task.quotation], numbers
        ),
        at=task.first_seen_at,
        more={
            "speaker": claim.speaker,
            **of_article(articles[0]),
            **_best_evidence(task.evidence),
        },
    )


def of_verdict(verdict: Verdict) -> Happening:
    """A verdict: the claim, who says it, and the rating; the rationale stays inside.

    One that is taken back, or stands in place of an earlier one, says so: whoever was told of that one must know.
    """
    rating, status = verdict.rating.value.replace("_", " "), _standing(verdict)
    return Happening(
        id=verdict.id,
        kind=EventKind.VERDICT,
        task_id=verdict.task_id,
        story=verdict.id,
        summary=_summary(f"{_TOLD[status]} {rating}", verdict.claim, verdict.speaker),
        text=verdict.claim,
        document=Document(
            {
                "claim": [verdict.claim],
                "speaker": _distinct([verdict.speaker]),
                "rating": [rating],
                "status": [status],
                "type": [EventKind.VERDICT],
                "language": [verdict.language],
            },
            {"decided": [verdict.decided_at.timestamp()]},
        ),
        at=verdict.decided_at,
        more={
            "speaker": verdict.speaker,
            "rating": verdict.rating,
            "verdict_status": verdict.status,
        },
    )


_TOLD = {
    ArticleStatus.PUBLISHED: "Rated",
    ArticleStatus.CORRECTED: "Corrected: now rated",
    ArticleStatus.WITHDRAWN: "Taken back: was rated",
}


def _standing(verdict: Verdict) -> ArticleStatus:
    """The words that articles have for it as well."""
    if verdict.status is VerdictStatus.WITHDRAWN:
        return ArticleStatus.WITHDRAWN
    return ArticleStatus.CORRECTED if verdict.revision > 1 else ArticleStatus.PUBLISHED


def of_article(article: ArticleRef) -> dict[str, Any]:
    """What an alert says of the article."""
    return {
        "article_id": article.id,
        "article_title": _short(article.title) or None,
        "article_url": article.url,
        "article_status": article.status,
        "remarks": [_short(remark) for remark in article.remarks[:_MOST_REMARKS]],
    }


def changed(article: ArticleRef) -> bool:
    """Whether its source, or a silent edit, says that something in it was not right."""
    return article.status is not ArticleStatus.PUBLISHED or bool(article.remarks)


def correction_summary(article: ArticleRef) -> str:
    """What became of an article, in one line."""
    what = {
        ArticleStatus.PUBLISHED: "Changed since the alert",
        ArticleStatus.CORRECTED: "Corrected by the source",
        ArticleStatus.WITHDRAWN: "Withdrawn by the source",
    }[article.status]
    return _summary(what, article.title or article.url or article.id, article.publisher)


def correction_id(article: ArticleRef) -> str:
    """The id of what became of an article: the same as long as nothing else is said of it."""
    return stable_id("cor", article.id, article.status.value, *of_article(article)["remarks"])


def _document(
    kind: EventKind,
    articles: Sequence[ArticleRef],
    claims: Sequence[Claim],
    evidence: Sequence[Match],
    quotations: Iterable[QuoteCheck | None],
    numbers: dict[str, list[float]] | None = None,
) -> Document:
    """One claim, with all places where it was seen."""
    claim, items = claims[0], [match.evidence for match in evidence]
    quotes = [one.quote.value for one in claims]
    return Document(
        {
            "claim": _distinct([claim.text, claim.resolved_text]),
            "speaker": _distinct(one.speaker for one in claims),
            "kind": [claim.kind.value],
            "title": _distinct(article.title for article in articles),
            "outlet": _distinct(article.publisher for article in articles),
            "relation": _distinct(match.relation.value for match in evidence),
            "evidence": _distinct(
                text for item in items for text in (item.claim, item.title, item.publisher)
            ),
            "rating": _distinct(text for item in items for text in (item.rating, item.finding)),
            "place": _distinct(
                name
                for one in claims
                for place in one.places
                for name in (place.text, place.country)
            ),
            "type": [kind],
            "quote": _distinct([*quotes, *(found.status for found in quotations if found)]),
            "polarity": [claim.polarity.value.value],
            "modality": [claim.modality.value.value],
            "status": _distinct(word for article in articles for word in _status(article)),
            "language": _distinct(article.language for article in articles),
        },
        {
            "checkworthiness": [claim.check_worthiness],
            "published": [row.published_at.timestamp() for row in articles if row.published_at],
        }
        | (numbers or {}),
    )


def _status(article: ArticleRef) -> Iterator[str]:
    yield article.status.value
    if article.silent_edit:
        yield "edited"


def _best_evidence(evidence: Sequence[Match]) -> dict[str, Any]:
    if not evidence:
        return {}
    best = evidence[0]
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

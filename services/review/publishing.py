"""A verdict to what is published of it: what may leave is chosen here, and nowhere else."""

from collections.abc import Iterable

from pydantic import HttpUrl, ValidationError

from schemas.article import ArticleRef
from schemas.base import Model
from schemas.evidence import EvidenceKind
from schemas.match import Match
from schemas.task import Task
from schemas.verdict import Verdict, VerdictStatus
from services.ports.published import Appearance, Published, PublishedStore, Source
from services.ports.task_store import TaskStore
from services.review.scale import Scale

MOST_APPEARANCES = 50


def handle(
    verdict: Verdict, *, tasks: TaskStore, published: PublishedStore, scale: Scale
) -> Iterable[Model]:
    """Publish the verdict, correct what was published before, or withdraw it; gives no events.

    Idempotent, and in any order: the highest revision stands. Raises NotReady when the database is away.
    """
    stored = tasks.get(verdict.task_id)
    published.put(to_published(verdict, stored.task if stored else None, scale))
    return ()


def to_published(verdict: Verdict, task: Task | None, scale: Scale) -> Published:
    """What may leave. A verdict that is taken back, or whose rating stays inside, leaves an empty place.

    That place keeps an earlier revision, should it come late, from being published after all.
    """
    stands = verdict.status is VerdictStatus.ISSUED and scale.of(verdict.rating).published
    if not (stands and verdict.claim.strip()):
        return Published(
            task_id=verdict.task_id,
            revision=verdict.revision,
            claim=verdict.claim,
            language=verdict.language,
            changed_at=verdict.decided_at,
        )
    return Published(
        task_id=verdict.task_id,
        revision=verdict.revision,
        rating=verdict.rating,
        claim=verdict.claim,
        speaker=(verdict.speaker or "").strip() or None,
        rationale=verdict.rationale,
        language=verdict.language,
        first_at=verdict.decided_at,
        changed_at=verdict.decided_at,
        appearances=_appearances(task),
        sources=_sources(verdict, task),
    )


def public_address(url: str | None) -> str | None:
    """`url` if it may be shown to everybody: http or https, without a name and password in it."""
    try:
        address = HttpUrl(url or "")
    except ValidationError:
        return None
    return None if address.username or address.password else str(address)


def _appearances(task: Task | None) -> tuple[Appearance, ...]:
    found = [made for one in (task.sightings if task else ()) if (made := _seen(one.article))]
    return tuple(dict.fromkeys(found))[:MOST_APPEARANCES]


def _seen(article: ArticleRef) -> Appearance | None:
    address = public_address(article.url)
    if address is None:
        return None
    published = article.published_at
    return Appearance(
        url=address, headline=article.title.strip(), day=published.date() if published else None
    )


def _sources(verdict: Verdict, task: Task | None) -> tuple[Source, ...]:
    cited = set(verdict.evidence_ids)
    return tuple(
        _source(match) for match in (task.evidence if task else ()) if match.evidence.id in cited
    )


def _source(match: Match) -> Source:
    item = match.evidence
    # The address of an earlier verdict is a page of the desk, which readers cannot open.
    inside = item.kind is EvidenceKind.VERDICT
    return Source(
        title=item.title.strip() or item.claim.strip() or item.id,
        publisher=(item.publisher or "").strip() or None,
        url=None if inside else public_address(item.url),
        day=item.date,
        relation=match.relation,
    )

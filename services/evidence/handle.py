"""A verdict becomes evidence for the next sighting of its claim."""

from collections.abc import Iterable

from schemas.evidence import Evidence, EvidenceKind
from schemas.evidence_change import Change, EvidenceChange
from schemas.verdict import Rating, Verdict, VerdictStatus
from services.evidence.documents import to_documents
from services.evidence.ratings import rated
from services.language.analysis import Analyser
from services.ports.evidence_store import EvidenceStore, retracted
from services.ports.task_store import verdict_evidence_id

NOT_A_CLAIM = "The desk decided that it is not a claim."
WITHDRAWN = "The desk took its verdict back."
"""Why a verdict that was evidence no longer is."""

PUBLISHER = "Claimdesk"
"""Who published a verdict of this desk."""


def handle(
    verdict: Verdict, *, store: EvidenceStore, analyser: Analyser
) -> Iterable[EvidenceChange]:
    """Store the verdict as evidence, and say so; it can be found when this returns.

    A withdrawn verdict, and "not a claim", is no evidence: it withdraws what an earlier decision on the task
    had become. The same verdict gives the same event again. Raises NotReady when the store is away.
    """
    item, why = to_item(verdict), _why_not(verdict)
    if why is None:
        store.upsert(to_documents([item], analyser))
        yield _change(item, Change.ADDED, verdict)
    elif earlier := store.get([item.id]):
        gone = earlier[0].model_copy(update={"revision": verdict.lease})
        store.upsert([retracted(gone, why)])
        yield _change(item, Change.WITHDRAWN, verdict, why)


def _why_not(verdict: Verdict) -> str | None:
    """Why it is no evidence; none when it is."""
    if verdict.status is VerdictStatus.WITHDRAWN:
        return f"{WITHDRAWN} {verdict.reason or ''}".strip()
    return NOT_A_CLAIM if verdict.rating is Rating.NOT_A_CLAIM else None


def _change(
    item: Evidence, change: Change, verdict: Verdict, why: str | None = None
) -> EvidenceChange:
    return EvidenceChange(
        evidence_id=item.id,
        change=change,
        revision=item.revision,
        reason=why,
        at=verdict.decided_at,
    )


def to_item(verdict: Verdict) -> Evidence:
    """The verdict as evidence.

    One task has one item: its lease number grows with every decision and withdrawal, so the latest stands.
    """
    return Evidence(
        id=verdict_evidence_id(verdict.task_id),
        kind=EvidenceKind.VERDICT,
        claim=verdict.claim,
        text=verdict.rationale,
        publisher=PUBLISHER,
        speaker=verdict.speaker,
        date=verdict.decided_at.date().isoformat(),
        rating=verdict.rating.value,
        finding=rated(verdict.rating.value, PUBLISHER).finding,
        url=verdict.url,
        language=verdict.language,
        revision=verdict.lease,
    )

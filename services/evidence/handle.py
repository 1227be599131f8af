"""A verdict becomes evidence for the next sighting of its claim."""

from collections.abc import Iterable

from schemas.base import Model
from schemas.evidence import Evidence, EvidenceKind
from schemas.verdict import Rating, Verdict
from services.evidence.documents import to_documents
from services.evidence.ratings import rated
from services.language.analysis import Analyser
from services.ports.evidence_store import EvidenceStore
from services.runtime.ids import stable_id

PUBLISHER = "Claimdesk"
"""Who published a verdict of this desk."""


def handle(verdict: Verdict, *, store: EvidenceStore, analyser: Analyser) -> Iterable[Model]:
    """Store the verdict as evidence; it can be found when this returns. Yields nothing.

    Raises NotReady when the store is away.
    """
    if verdict.rating is not Rating.NOT_A_CLAIM:
        store.upsert(to_documents([to_item(verdict)], analyser))
    return ()


def to_item(verdict: Verdict) -> Evidence:
    """The verdict as evidence.

    One task has one item: its lease number grows with every decision, so the latest one stands.
    """
    return Evidence(
        id=stable_id("ev", "verdict", verdict.task_id),
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

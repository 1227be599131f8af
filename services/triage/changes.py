"""What late evidence did to a task, in words for a reviewer."""

from collections.abc import Iterable, Sequence

from schemas.evidence_change import Change, EvidenceChange
from schemas.match import ArticleMatches, Match
from schemas.task import TaskChange
from services.runtime.ids import stable_id
from services.triage.weighing import EVIDENCE_VALUE, cite

_CAME = {Change.ADDED: "New evidence", Change.REVISED: "Revised evidence"}


def changes_of(matches: ArticleMatches, evidence: Sequence[Match]) -> Iterable[TaskChange]:
    """One change for each changed item that is among `evidence`."""
    found = {match.evidence.id: match for match in evidence}
    for cause in matches.because:
        match = found.get(cause.evidence_id)
        if match is not None and cause.change in _CAME:
            told = f"{EVIDENCE_VALUE[match.relation][1]} {cite(match)}"
            yield make_change(cause, f"{_CAME[cause.change]}: {told}.")


def make_change(cause: EvidenceChange, why: str) -> TaskChange:
    """The change that `cause` makes to a task; its id is that of the cause, so that it counts once."""
    because = f" {cause.reason}" if cause.reason else ""
    return TaskChange(
        id=stable_id("change", cause.evidence_id, cause.revision, cause.change),
        why=f"{why}{because}",
        at=cause.at,
        evidence_ids=[cause.evidence_id],
    )

"""Tasks into the reviewers' queue, and out of it what no article or evidence stands behind any more."""

from collections.abc import Iterable

from schemas.base import Model
from schemas.evidence_change import EvidenceChange
from schemas.match import ArticleMatches
from schemas.task import Task
from services.ports.task_store import TaskStore
from services.runtime.clock import Clock


def handle(task: Task, *, tasks: TaskStore) -> Iterable[Model]:
    """Add the task, or merge it into the one already there; gives no events.

    Idempotent. Raises NotReady when the database is away.
    """
    tasks.upsert(task)
    return ()


def take_back(matches: ArticleMatches, *, tasks: TaskStore) -> Iterable[Model]:
    """Remove the sightings that this revision of its article no longer holds; gives no events.

    A second look for late evidence lists some claims only, and says nothing of the others.
    """
    if not matches.because:
        article = matches.article
        tasks.take_back(article.id, article.revision, [row.claim.id for row in matches.claims])
    return ()


def change_evidence(change: EvidenceChange, *, tasks: TaskStore, clock: Clock) -> Iterable[Model]:
    """Take out of the tasks what was revised or withdrawn; gives no events.

    The time is only noted: in the audit trail, and in the verdicts that are withdrawn for it.
    """
    tasks.change_evidence(change, clock.now())
    return ()

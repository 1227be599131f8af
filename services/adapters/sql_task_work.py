"""A task's columns: what its content and its work are filtered and ordered by."""

from typing import Any

from schemas.claim import Kind
from schemas.task import Task
from services.adapters.sql_task_rows import key_of
from services.ports.work import State, Work
from services.review.planning import planned
from services.review.workflow import decided, main_language
from services.triage.weighing import quotation_value, speaks

_LANGUAGE = 64  # characters of its column


def content_columns(task: Task) -> dict[str, Any]:
    """Of what the task says."""
    claim = task.claim
    said = " ".join(filter(None, (claim.text, claim.resolved_text, claim.speaker)))
    relations = {match.relation.value for match in task.evidence}
    return {
        "priority": task.priority.value,
        "task": task.model_dump_json(),
        "kind": claim.kind.value,
        "speaker": folded(claim.speaker or ""),
        "words": folded(said),
        "relations": "".join(f" {relation} " for relation in sorted(relations)),
    }


def work_columns(work: Work) -> dict[str, Any]:
    """Of where it is."""
    found = decided(work)
    gone = {one.reviewer for one in work.opinions} | {one.reviewer for one in work.skipped}
    return {
        "work": work.model_dump_json(),
        "state": work.state.value,
        "lease": work.lease,
        "reviewer": found.reviewer if found else work.holder,
        "lease_until": work.lease_until,
        "snoozed_until": work.snoozed_until,
        "deadline": work.deadline,
        "reserved_for": work.reserved_for,
        "skill": work.skill,
        "desk": work.desk,
        "language": main_language(work.language)[:_LANGUAGE] if work.language else None,
        "barred": " ".join(sorted(map(key_of, gone))),
    }


def folded(text: str) -> str:
    """For looking up in any case. No database text holds a NUL, and PostgreSQL no half of a surrogate pair."""
    return text.casefold().replace("\x00", " ").encode("utf-8", "replace").decode()


def plan(work: Work, task: Task) -> Work:
    """The work as the task's content has it."""
    return planned(
        work,
        language=task.sightings[0].article.language,
        due=task.due if task.claim.kind is Kind.PROMISE else None,
        sleeps=not _speaks_already(task),
    )


def _speaks_already(task: Task) -> bool:
    """Whether something can be checked before a promise falls due: evidence, or how it was quoted."""
    misquoted = task.quotation is not None and quotation_value(task.quotation) > 0
    return misquoted or any(map(speaks, task.evidence))


def fresh(task: Task) -> dict[str, Any]:
    """Of a task that nobody has worked on."""
    return content_columns(task) | work_columns(plan(Work(state=State.OPEN), task))

"""Tasks and verdicts as rows for other programs: CSV for spreadsheets, JSON for everything else."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from schemas.task import Task
from schemas.verdict import Verdict
from services.ports.task_store import StoredTask, TaskStore

PAGE = 200
"""Tasks read from the store at once."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = Mapping[str, Any]

TASKS = (
    "id",
    "state",
    "priority",
    "claim",
    "speaker",
    "kind",
    "language",
    "outlet",
    "articles",
    "first_seen_at",
    "due",
    "evidence",
    "reason",
    "rating",
    "decided_at",
)
"""The columns of a task's row."""

VERDICTS = (
    "id",
    "task_id",
    "revision",
    "status",
    "decided_at",
    "rating",
    "claim",
    "speaker",
    "kind",
    "outlet",
    "language",
    "rationale",
    "evidence_ids",
    "round",
    "reviewers",
    "reason",
)
"""The columns of a verdict's row."""


def all_tasks(store: TaskStore) -> Iterator[StoredTask]:
    """Every task in a queue or decided, read in pieces."""
    cursor: str | None = None
    while True:
        found, cursor = store.page(limit=PAGE, after=cursor)
        yield from found
        if cursor is None:
            return


def task_row(stored: StoredTask) -> Row:
    """A task as a row. `evidence` counts what was found for it."""
    task, verdict = stored.task, stored.verdict
    return {
        "id": task.id,
        "state": stored.state.value,
        "priority": task.priority.value,
        "claim": task.claim.resolved_text or task.claim.text,
        "speaker": task.claim.speaker,
        "kind": task.claim.kind.value,
        "language": task.sightings[0].article.language,
        "outlet": outlet_of(task),
        "articles": task.article_count or 1,
        "first_seen_at": task.first_seen_at.isoformat() if task.first_seen_at else None,
        "due": task.due,
        "evidence": len(task.evidence),
        "reason": task.reason,
        "rating": verdict.rating.value if verdict else None,
        "decided_at": verdict.decided_at.isoformat() if verdict else None,
    }


def verdict_row(verdict: Verdict, task: Task | None) -> Row:
    """A verdict or a withdrawal as a row."""
    return {
        "id": verdict.id,
        "task_id": verdict.task_id,
        "revision": verdict.revision,
        "status": verdict.status.value,
        "decided_at": verdict.decided_at.isoformat(),
        "rating": verdict.rating.value,
        "claim": verdict.claim,
        "speaker": verdict.speaker,
        "kind": task.claim.kind.value if task else None,
        "outlet": outlet_of(task) if task else None,
        "language": verdict.language,
        "rationale": verdict.rationale,
        "evidence_ids": list(verdict.evidence_ids),
        "round": verdict.round,
        "reviewers": list(verdict.reviewers or [verdict.reviewer]),
        "reason": verdict.reason,
    }


def outlet_of(task: Task) -> str | None:
    """Who published the first article that the claim was seen in."""
    article = task.sightings[0].article
    return article.publisher or article.source or None


def write_csv(stream: IO[str], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Write a table with a heading (RFC 4180); how many rows. Lists are joined with spaces.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
        count += 1
    return count


def write_json(stream: IO[str], rows: Iterable[Row]) -> int:
    """Write one JSON list, a row a line; how many."""
    count = 0
    for row in rows:
        stream.write(",\n" if count else "[\n")
        stream.write(json.dumps(row, ensure_ascii=False))
        count += 1
    stream.write("\n]\n" if count else "[]\n")
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        value = " ".join(map(str, value))
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value

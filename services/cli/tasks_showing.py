"""Tasks on a terminal."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.padding import Padding
from rich.text import Text

from schemas.task import Task
from services.cli.common import out, print_json, print_table, printable
from services.cli.quote_text import print_quotation
from services.ports.task_store import StoredTask
from services.ports.work import Actor, Work
from services.review.views import TaskView
from services.review.workflow import seen_by


def view(stored: StoredTask, viewer: Actor | None = None) -> dict[str, Any]:
    """The task as the API gives it to `viewer`; without one, as anybody may know it."""
    seen = replace(stored, work=seen_by(stored.work, viewer))
    return TaskView.of(seen).model_dump(mode="json")


def print_queue(found: Sequence[StoredTask], total: int) -> None:
    """A few lines for each task, under how many of all they are."""
    say(f"{len(found)} of {total} tasks")
    for stored in found:
        task = stored.task
        best = task.evidence[0] if task.evidence else None
        _print_entry(
            (task.id, f"priority {task.priority.value * 100:.0f}", stored.state.value),
            f"“{_short(task.claim.text, 160)}” {task.claim.speaker or 'no named speaker'}",
            task.reason,
            f"{best.relation.value}: {_short(best.evidence.title or best.evidence.claim, 90)}"
            if best
            else "no prior evidence found",
        )


def _print_entry(head: tuple[str, ...], *lines: str | None) -> None:
    """The id and what belongs to it on one line that is never folded, so that it can be copied; more below."""
    out.print()
    out.print(Text(printable("  ".join(head)), style="bold"), soft_wrap=True)
    for line in filter(None, lines):
        out.print(Padding(Text(printable(line)), (0, 0, 0, 2)))


def print_task(stored: StoredTask, *, as_json: bool, viewer: Actor | None = None) -> None:
    """One task with all that `viewer` may know of it."""
    if as_json:
        print_json(view(stored, viewer))
        return
    task = stored.task
    say(f"“{task.claim.text}”")
    say(f"{task.claim.speaker or 'no named speaker'}; {task.claim.kind}; {task.reason}")
    held = f" by {stored.reviewer}, lease {stored.lease}" if stored.reviewer else ""
    say(f"{task.id}: {stored.state}{held}")
    if stored.verdict:
        say(f"verdict: {stored.verdict.rating}: {stored.verdict.rationale}")
    _print_work(seen_by(stored.work, viewer))
    if task.quotation:
        say("\nThe quotation")
        print_quotation(task.quotation)
    _print_evidence(task)
    print_table(
        f"priority {task.priority.value:.2f}",
        ("part", "value", "weight", "why"),
        [
            (part.name, f"{part.value:.2f}", f"{part.weight:.2f}", part.why)
            for part in task.priority.parts
        ],
    )
    for change in task.changes:
        say(f"changed: {change.why}")
    seen_in = task.article_count or len({one.article.id for one in task.sightings})
    say(f"\nSeen in {seen_in}")
    for seen in task.sightings:
        article = seen.article
        _print_entry(
            (article.id, f"revision {article.revision}"),
            article.title,
            _joined(article.publisher, article.published_at),
            article.url,
        )
        for remark in article.remarks:
            say(f"  {remark}")


def _print_work(work: Work) -> None:
    for name in ("snoozed_until", "deadline", "reserved_for", "skill", "desk", "known"):
        value = getattr(work, name)
        if value is not None:
            say(f"{name.replace('_', ' ')}: {value}")
    for opinion in work.opinions:
        say(
            f"opinion of {opinion.reviewer} ({opinion.stage}): {opinion.rating}: {opinion.rationale}"
        )
    for draft in work.drafts:
        say(f"your draft: {draft.rating or 'not rated'}: {draft.rationale}")


def _print_evidence(task: Task) -> None:
    say(f"\nEvidence: {len(task.evidence)}")
    for match in task.evidence:
        item = match.evidence
        _print_entry(
            (item.id, match.relation.value, f"match {match.probability:.2f}"),
            item.title or item.claim,
            _joined(item.publisher, item.date, f"rated {item.rating}" if item.rating else None),
            match.why,
            item.url,
        )
    out.print()


def _joined(*facts: object) -> str:
    return ", ".join(str(fact) for fact in facts if fact)


def say(line: str) -> None:
    """A line with untrusted words: no markup, no control characters."""
    out.print(printable(line), markup=False, highlight=False)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"

"""`claimdesk tasks`: the reviewers' queue on the command line; `claimdesk desk`: its page alone."""

import threading
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from rich.padding import Padding
from rich.text import Text

from schemas.task import Task
from schemas.verdict import Rating
from services.app import App
from services.cli import tasks_clusters
from services.cli.common import JsonFlag, make_app, out, print_json, print_table, printable
from services.cli.greeting import greet_from
from services.cli.quote_text import print_quotation
from services.cli.signals import stop_on_signals
from services.ports.task_store import Conflict, State, StoredTask, UnknownTask
from services.review.decide import Decision, decide
from services.review.service import DeskServer
from services.review.views import Named, ReleaseRequest, TaskView, VerdictRequest
from services.runtime.errors import UserError
from services.runtime.events import describe

ReviewerOption = Annotated[
    str, typer.Option("--reviewer", help="Your name, as it stands in the verdict.")
]
LeaseOption = Annotated[
    int, typer.Option("--lease", min=1, help="The number that taking the task gave.")
]
TaskArgument = Annotated[str, typer.Argument(metavar="ID", help="The task's id.")]

Request = TypeVar("Request", bound=BaseModel)

PAGE = 200
"""Tasks read from the store at once."""

tasks = typer.Typer(
    help="The queue: list tasks, look at one, take it, give it back, decide.",
    invoke_without_command=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(tasks, name="tasks")
    app.command()(desk)


@tasks.callback()
def list_tasks(
    context: typer.Context,
    as_json: JsonFlag = False,
    state: Annotated[
        list[State] | None, typer.Option("--state", help="Only these; all when not given.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many; 0 lists all.")] = 0,
) -> None:
    """List the tasks, highest priority first."""
    if context.invoked_subcommand is None:
        app = make_app()
        found = _all(app, state or [], limit)
        if as_json:
            print_json([TaskView.of(stored).model_dump(mode="json") for stored in found])
        else:
            _print_queue(app, found, state or [])


@tasks.command()
def show(task_id: TaskArgument, as_json: JsonFlag = False) -> None:
    """Show one task with its evidence, the parts of its priority and its sightings."""
    app = make_app()
    stored = app.task_store.get(task_id, now=app.clock.now())
    if stored is None:
        raise UserError(str(UnknownTask(task_id)))
    _print_task(stored, as_json=as_json)


@tasks.command()
def take(
    reviewer: ReviewerOption,
    task_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The task; the next open one without it.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Take a task: it is yours for CLAIMDESK_LEASE_SECONDS, and the lease number decides it."""
    asked = _checked(Named, reviewer=reviewer)
    app = make_app()
    try:
        stored = app.task_store.take(
            task_id, asked.reviewer, app.clock.now(), app.settings.lease_seconds
        )
    except Conflict as conflict:
        raise UserError(str(conflict)) from conflict
    if stored is None:
        raise UserError(str(UnknownTask(task_id)) if task_id else "no task is open")
    _print_task(stored, as_json=as_json)


@tasks.command()
def release(
    task_id: TaskArgument, reviewer: ReviewerOption, lease: LeaseOption, as_json: JsonFlag = False
) -> None:
    """Give a taken task back."""
    name = _checked(Named, reviewer=reviewer).reviewer
    asked = _checked(ReleaseRequest, lease=lease)
    try:
        stored = make_app().task_store.release(task_id, name, asked.lease)
    except (Conflict, UnknownTask) as error:
        raise UserError(str(error)) from error
    _print_task(stored, as_json=as_json)


@tasks.command("decide")
def decide_task(
    task_id: TaskArgument,
    reviewer: ReviewerOption,
    lease: LeaseOption,
    rating: Annotated[Rating, typer.Option("--rating", help="What the check found.")],
    rationale: Annotated[str, typer.Option("--rationale", help="Why, in your words.")],
    evidence: Annotated[
        list[str] | None, typer.Option("--evidence", help="Id of evidence used; repeatable.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Decide a task that you hold; the review service publishes the verdict."""
    app = make_app()
    found = app.task_store.get(task_id)
    if found is None:
        raise UserError(str(UnknownTask(task_id)))
    asked = _checked(
        VerdictRequest,
        lease=lease,
        rating=rating,
        rationale=rationale,
        evidence_ids=evidence or [],
    )
    name = _checked(Named, reviewer=reviewer).reviewer
    decision = Decision(reviewer=name, **asked.model_dump())
    verdict = decide(found.task, decision, now=app.clock.now(), public_url=app.settings.public_url)
    try:
        stored = app.task_store.submit(verdict)
    except Conflict as conflict:
        raise UserError(str(conflict)) from conflict
    _print_task(stored, as_json=as_json)


def desk() -> None:
    """Serve the reviewers' page and API alone, until SIGTERM or SIGINT."""
    app = make_app()
    stop = threading.Event()
    stop_on_signals(stop)
    server = DeskServer(app.settings, app.task_store, app.accounts, app.published, app.clock)
    greet_from([server])
    server.run(stop)


def _checked(model: type[Request], **given: Any) -> Request:
    """The same rules as the API's. Raises UserError."""
    try:
        return model(**given)
    except ValidationError as error:
        raise UserError(describe(error)) from error


def _all(app: App, states: list[State], limit: int) -> list[StoredTask]:
    found: list[StoredTask] = []
    cursor: str | None = None
    while not limit or len(found) < limit:
        size = min(PAGE, limit - len(found)) if limit else PAGE
        page, cursor = app.task_store.page(
            states=states, limit=size, after=cursor, now=app.clock.now()
        )
        found += page
        if cursor is None:
            break
    return found


def _print_queue(app: App, found: list[StoredTask], states: list[State]) -> None:
    counts = app.task_store.counts(now=app.clock.now())
    say(f"{len(found)} of {sum(counts[state] for state in states or State)} tasks")
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


def _print_task(stored: StoredTask, *, as_json: bool) -> None:
    if as_json:
        print_json(TaskView.of(stored).model_dump(mode="json"))
        return
    task = stored.task
    say(f"“{task.claim.text}”")
    say(f"{task.claim.speaker or 'no named speaker'}; {task.claim.kind}; {task.reason}")
    held = f" by {stored.reviewer}, lease {stored.lease}" if stored.reviewer else ""
    say(f"{task.id}: {stored.state}{held}")
    if stored.verdict:
        say(f"verdict: {stored.verdict.rating}: {stored.verdict.rationale}")
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


tasks_clusters.register(tasks, _checked, lambda one, raw: _print_task(one, as_json=raw))

"""`claimdesk tasks take|decide|...`: everything that reviewers and editors do to a task.

Exit code 1 when the task is not as you think, or not yours to do it to; with --json, standard output then has
`error`, the task as it stands, and what you had written.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from schemas.verdict import Rating
from services.app import App
from services.cli.common import JsonFlag, err, make_app, print_json, printable
from services.cli.tasks_showing import print_task, view
from services.ports.accounts import Role
from services.ports.task_store import Conflict, StoredTask, UnknownTask
from services.ports.work import (
    Action,
    Actor,
    AskSpecialist,
    Assign,
    Decide,
    Forbidden,
    HandOver,
    Release,
    Renew,
    Reopen,
    Resume,
    Save,
    Seed,
    Skip,
    Snooze,
    Take,
    Undo,
)
from services.review.acting import actor_of
from services.review.people import Person
from services.runtime.errors import UserError
from services.runtime.events import describe

AsOption = Annotated[
    str,
    typer.Option(
        "--as", metavar="NAME", help="Who does it; with the rights of the account so named."
    ),
]
LeaseOption = Annotated[
    int, typer.Option("--lease", min=1, help="The number that taking the task gave.")
]
TaskArgument = Annotated[str, typer.Argument(metavar="ID", help="The task's id.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for the audit trail.")]
EvidenceOption = Annotated[
    list[str] | None, typer.Option("--evidence", help="Id of evidence used; repeatable.")
]
When = Annotated[datetime, typer.Option(help="A day or a time, in UTC.")]

Checked = TypeVar("Checked", bound=BaseModel)


def checked(model: type[Checked], **given: Any) -> Checked:
    """The same rules as the API's. Raises UserError."""
    try:
        return model(**given)
    except ValidationError as error:
        raise UserError(describe(error)) from error


def actor_named(app: App, name: str) -> Actor:
    """The account of that name as it acts; whoever has none is a reviewer. Raises UserError."""
    account = app.accounts.get(name)
    if account is None:
        return checked(Actor, name=name)
    if not account.active or not account.role.includes(Role.REVIEWER):
        raise UserError(f"{account.name} may not work on tasks: see `claimdesk users`")
    return actor_of(Person(account, account.role))


def register(group: typer.Typer) -> None:
    """Add the commands."""
    for name, command in _COMMANDS.items():
        group.command(name)(command)


def take(
    name: AsOption,
    task_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="The task; the next one for you without it."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Take a task: it is yours for CLAIMDESK_LEASE_SECONDS, and the lease number decides it."""
    app = make_app()
    if task_id is not None:
        _do(app, task_id, name, Take(seconds=app.settings.lease_seconds), as_json=as_json)
        return
    actor = actor_named(app, name)
    stored = app.task_store.take_next(actor, app.clock.now(), app.settings.lease_seconds)
    if stored is None:
        raise _refused("no task is open for you", as_json=as_json)
    print_task(stored, as_json=as_json, viewer=actor)


def renew(
    task_id: TaskArgument, name: AsOption, lease: LeaseOption, as_json: JsonFlag = False
) -> None:
    """Keep a taken task for longer, under the same number."""
    app = make_app()
    action = checked(Renew, lease=lease, seconds=app.settings.lease_seconds)
    _do(app, task_id, name, action, as_json=as_json)


def release(
    task_id: TaskArgument, name: AsOption, lease: LeaseOption, as_json: JsonFlag = False
) -> None:
    """Give a taken task back; your draft stays."""
    _do(make_app(), task_id, name, checked(Release, lease=lease), as_json=as_json)


def save(
    task_id: TaskArgument,
    name: AsOption,
    lease: LeaseOption,
    rating: Annotated[Rating | None, typer.Option(help="What it looks like so far.")] = None,
    rationale: Annotated[str, typer.Option(help="What you have written so far.")] = "",
    evidence: EvidenceOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Keep a draft that only you see."""
    written = {"rating": rating, "rationale": rationale, "evidence_ids": evidence or ()}
    _do(make_app(), task_id, name, checked(Save, lease=lease, **written), as_json=as_json)


def skip(
    task_id: TaskArgument,
    name: AsOption,
    lease: LeaseOption,
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """Pass a task over; it is offered to others."""
    _do(make_app(), task_id, name, checked(Skip, lease=lease, reason=reason), as_json=as_json)


def snooze(
    task_id: TaskArgument,
    name: AsOption,
    lease: LeaseOption,
    until: When,
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """Let nobody have it before a time."""
    action = checked(Snooze, lease=lease, until=until.replace(tzinfo=UTC), reason=reason)
    _do(make_app(), task_id, name, action, as_json=as_json)


def hand_over(
    task_id: TaskArgument,
    name: AsOption,
    lease: LeaseOption,
    to: Annotated[str, typer.Option("--to", help="The account that gets it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for them.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Hand a task over to somebody; nobody else is offered it."""
    app = make_app()
    action = checked(HandOver, lease=lease, to=_account(app, to), reason=reason)
    _do(app, task_id, name, action, as_json=as_json)


def ask_specialist(
    task_id: TaskArgument,
    name: AsOption,
    lease: LeaseOption,
    skill: Annotated[str, typer.Option("--skill", help="What they must know about.")],
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """Leave a task to whoever has a skill."""
    action = checked(AskSpecialist, lease=lease, skill=skill, reason=reason)
    _do(make_app(), task_id, name, action, as_json=as_json)


def decide(
    task_id: TaskArgument,
    name: AsOption,
    lease: LeaseOption,
    rating: Annotated[Rating, typer.Option("--rating", help="What the check found.")],
    rationale: Annotated[str, typer.Option("--rationale", help="Why, in your words.")],
    evidence: EvidenceOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Give your opinion on a task that you hold; the review service publishes the verdict."""
    found = {"rating": rating, "rationale": rationale, "evidence_ids": evidence or ()}
    _do(make_app(), task_id, name, checked(Decide, lease=lease, **found), as_json=as_json)


def resume(
    task_id: TaskArgument, name: AsOption, reason: ReasonOption, as_json: JsonFlag = False
) -> None:
    """End a task's sleep, its reservation and its wait for a specialist."""
    _do(make_app(), task_id, name, checked(Resume, reason=reason), as_json=as_json)


def reopen(
    task_id: TaskArgument, name: AsOption, reason: ReasonOption, as_json: JsonFlag = False
) -> None:
    """Withdraw a verdict and review the task anew; by who decided it, or an editor."""
    _do(make_app(), task_id, name, checked(Reopen, reason=reason), as_json=as_json)


def take_back(
    task_id: TaskArgument, name: AsOption, reason: ReasonOption, as_json: JsonFlag = False
) -> None:
    """Take your opinion back as long as nobody's follows it; it becomes your draft again."""
    _do(make_app(), task_id, name, checked(Undo, reason=reason), as_json=as_json)


def assign(
    task_id: TaskArgument,
    name: AsOption,
    desk: Annotated[str | None, typer.Option(help="The desk; empty takes it away.")] = None,
    deadline: Annotated[datetime | None, typer.Option(help="A day or a time, in UTC.")] = None,
    to: Annotated[str | None, typer.Option(help="The account; empty takes it away.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Set a task's desk, its deadline or its person, as an editor. What is not given stays."""
    app = make_app()
    given: dict[str, Any] = {}
    if desk is not None:
        given["desk"] = desk or None
    if deadline is not None:
        given["deadline"] = deadline.replace(tzinfo=UTC)
    if to is not None:
        given["to"] = _account(app, to) if to else None
    _do(app, task_id, name, checked(Assign, **given), as_json=as_json)


def seed(
    task_id: TaskArgument,
    name: AsOption,
    rating: Annotated[
        Rating | None, typer.Option(help="What it is known to be; without it, no longer seeded.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Mix a known task in, as an editor: everybody gets it once, and `claimdesk desk stats` says who finds it."""
    _do(make_app(), task_id, name, Seed(rating=rating), as_json=as_json)


_COMMANDS: dict[str, Callable[..., None]] = {
    "take": take,
    "renew": renew,
    "release": release,
    "save": save,
    "skip": skip,
    "snooze": snooze,
    "hand-over": hand_over,
    "ask-specialist": ask_specialist,
    "decide": decide,
    "resume": resume,
    "reopen": reopen,
    "take-back": take_back,
    "assign": assign,
    "seed": seed,
}


def attempt(act: Callable[[], StoredTask], viewer: Actor, *, as_json: bool) -> None:
    """Do it and show the task after it; exit code 1 when it is refused. Raises UserError."""
    try:
        stored = act()
    except UnknownTask as error:
        raise UserError(str(error)) from error
    except Forbidden as error:
        raise _refused(str(error), as_json=as_json) from error
    except Conflict as conflict:
        task = view(conflict.current, viewer)
        draft = conflict.draft.model_dump(mode="json") if conflict.draft else None
        raise _refused(str(conflict), as_json=as_json, task=task, draft=draft) from conflict
    print_task(stored, as_json=as_json, viewer=viewer)


def _do(app: App, task_id: str, name: str, action: Action, *, as_json: bool) -> None:
    actor, store = actor_named(app, name), app.task_store
    attempt(lambda: store.act(task_id, action, actor, app.clock.now()), actor, as_json=as_json)


def _account(app: App, name: str) -> str:
    """The account's name as it is written. Raises UserError: whoever it is handed to must be able to come."""
    account = app.accounts.get(name)
    if account is None or not account.active:
        raise UserError(f"there is no account {name}: see `claimdesk users`")
    return account.name


def _refused(told: str, *, as_json: bool, **more: Any) -> typer.Exit:
    if as_json:
        print_json({"error": told, **more})
    err.print(f"refused: {printable(told)}", markup=False, highlight=False)
    return typer.Exit(1)

"""What a person does on a task's page: the form's fields to an action, and which actions are theirs to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import FormData

from schemas.verdict import Rating
from services.ports.accounts import Role
from services.ports.task_store import StoredTask
from services.ports.work import (
    Action,
    Actor,
    Draft,
    Forbidden,
    Refused,
    Reopen,
    Resume,
    Stage,
    State,
    Take,
    Undo,
    Work,
)
from services.review.access import field
from services.review.people import Person
from services.review.views import TaskView
from services.review.workflow import act, seen_by
from services.runtime.errors import UserError
from services.runtime.events import describe

_KINDS: dict[str, type[BaseModel]] = {
    kind.model_fields["action"].default: kind for kind in get_args(get_args(Action)[0])
}
_ACTION: TypeAdapter[Action] = TypeAdapter(Action)
_MOST_SHOWN = 20_000


def actor_of(person: Person) -> Actor:
    """Who acts, for the workflow; an editor's token of a lesser scope makes no editor."""
    account = person.account
    return Actor(
        name=account.name,
        editor=person.may(Role.EDITOR),
        skills=account.skills,
        languages=account.languages,
        desk=account.desk,
    )


def blind(stored: StoredTask, actor: Actor) -> StoredTask:
    """The task with what they may know of the work on it; others' opinions and drafts are gone."""
    return replace(stored, work=seen_by(stored.work, actor))


def shown(stored: StoredTask, person: Person) -> TaskView:
    """What the API shows them of the task."""
    return TaskView.of(blind(stored, actor_of(person)))


def read_action(form: FormData, seconds: float) -> Action:
    """The action that a form asks for; a lease lasts `seconds`, whatever it says. Raises UserError."""
    kind = _KINDS.get(field(form, "action"))
    if kind is None:
        raise UserError("the form asks for nothing that can be done to a task")
    read = ((name, _READ.get(name, field)(form, name)) for name in kind.model_fields)
    given = {name: value for name, value in read if value not in ("", ())}
    if "seconds" in kind.model_fields:
        given["seconds"] = seconds
    try:
        return _ACTION.validate_python(given)
    except ValidationError as error:
        raise UserError(describe(error)) from error


def written(form: FormData, person: Person) -> Draft:
    """What a form that cannot be carried out held, to be shown again."""
    given = field(form, "rating")
    rating = Rating(given) if given in set(Rating) else None
    return Draft.model_construct(
        reviewer=person.account.name,
        rating=rating,
        rationale=field(form, "rationale")[:_MOST_SHOWN],
        evidence_ids=_several(form, "evidence_ids"),
    )


def _several(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(value for value in form.getlist(name) if isinstance(value, str))


def _morning(form: FormData, name: str) -> str:
    """A day as its early morning in UTC; anything else is left for the check."""
    given = field(form, name)
    return f"{given}T05:00:00Z" if len(given) == len("2024-05-01") else given


_READ: dict[str, Callable[[FormData, str], Any]] = {
    "evidence_ids": _several,
    "until": _morning,
    "deadline": _morning,
}


class Choices(BaseModel):
    """What somebody may do to a task as it stands."""

    holds: bool = False
    take: bool = False
    take_over: bool = False
    resume: bool = False
    reopen: bool = False
    undo: bool = False
    cluster: bool = False
    assign: bool = False
    why_not: str = ""


def choices(stored: StoredTask, person: Person, now: datetime) -> Choices:
    """Asks the workflow; a reader may do nothing."""
    if not person.may(Role.REVIEWER) or stored.joined_to:
        return Choices()
    actor, work = actor_of(person), stored.work
    holds = work.state is State.TAKEN and work.holder == actor.name
    refusal = _refusal(work, Take(seconds=1), actor, now)
    free = refusal is None and not holds
    open_ = work.state is State.OPEN
    return Choices(
        holds=holds,
        take=free and work.state is not State.TAKEN,
        take_over=free and work.state is State.TAKEN,
        resume=_refusal(work, Resume(reason="-"), actor, now) is None,
        reopen=_refusal(work, Reopen(reason="-"), actor, now) is None,
        undo=_refusal(work, Undo(reason="-"), actor, now) is None,
        cluster=work.state is not State.DONE and (holds or open_),
        assign=actor.editor and work.state is not State.DONE,
        why_not=refusal or "" if open_ else "",
    )


def _refusal(work: Work, action: Action, actor: Actor, now: datetime) -> str | None:
    try:
        act(work, action, actor, now)
    except (Refused, Forbidden, UserError) as refusal:
        return str(refusal)
    return None


def draft_of(work: Work, person: Person) -> Draft:
    """What they have written so far."""
    name = person.account.name
    mine = (draft for draft in work.drafts if draft.reviewer == name)
    return next(mine, Draft(reviewer=name))


def is_second_look(work: Work) -> bool:
    """Whether others' opinions are there but not shown."""
    return bool(work.opinions) and work.stage is Stage.SECOND

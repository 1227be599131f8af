"""What people may do to a task, and what it leads to: a pure state machine, the same in every store.

    open -take-> taken -release, skip, hand over, ask a specialist-> open
                 taken -snooze-> snoozed -time, resume-> open
                 taken -decide-> done      when enough reviewers found the same, or an adjudicator has
                              -> open      for the second reviewer, or for the adjudicator
    done -reopen-> open

Review is blind: nobody who has given an opinion takes the task again in its round, and whoever takes it is
not shown the others' opinions before the adjudication (`seen_by`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.ports.work import (
    IDLE,
    Action,
    Actor,
    AskSpecialist,
    Decide,
    Draft,
    HandOver,
    Opinion,
    Release,
    Renew,
    Reopen,
    Resume,
    Save,
    Skip,
    Skipped,
    Snooze,
    Stage,
    State,
    Take,
    Work,
)
from services.runtime.errors import UserError

LONGEST_SNOOZE = timedelta(days=366 * 5)
"""A promise may fall due years from now; what sleeps longer was mistyped."""


class Refused(Exception):
    """The action is not possible as the task stands; the message says why, for a person."""


class Forbidden(Exception):
    """The action is possible, but not for this person."""


def act(work: Work, action: Action, actor: Actor, now: datetime) -> Work:
    """Where the task is after `action`. Raises Refused, Forbidden, UserError for what makes no sense."""
    return _RULES[type(action)](work, action, actor, now)


def offered(work: Work, actor: Actor, now: datetime) -> bool:
    """Whether it is offered to them when they ask for the next task."""
    work = work.at(now)
    passed_over = any(skip.reviewer == actor.name for skip in work.skipped)
    return work.state is State.OPEN and not passed_over and _barred(work, actor) is None


def decided(work: Work) -> Opinion | None:
    """The opinion that a done task's verdict follows: the adjudicator's, or the first of those that agree."""
    if work.state is not State.DONE:
        return None
    last = work.opinions[-1]
    return last if last.stage is Stage.ADJUDICATION else work.opinions[0]


def seen_by(work: Work, actor: Actor) -> Work:
    """What they may know of it: others' drafts never, others' opinions from the adjudication on."""
    blind = work.state is not State.DONE and work.stage is not Stage.ADJUDICATION
    opinions = [one for one in work.opinions if not blind or one.reviewer == actor.name]
    drafts = [one for one in work.drafts if one.reviewer == actor.name]
    return work.model_copy(update={"opinions": tuple(opinions), "drafts": tuple(drafts)})


def _take(work: Work, action: Take, actor: Actor, now: datetime) -> Work:
    work = work.at(now)
    if work.state is State.DONE:
        raise Refused("it is decided")
    if work.state is State.SNOOZED:
        raise Refused(f"it sleeps until {work.snoozed_until:%Y-%m-%d %H:%M} UTC")
    if work.state is State.TAKEN and work.holder != actor.name and not actor.editor:
        raise Refused(f"{work.holder} holds it under lease {work.lease}")
    if why := _barred(work, actor):
        raise Forbidden(why)
    return _with(
        work,
        state=State.TAKEN,
        holder=actor.name,
        lease=work.lease + 1,
        lease_until=now + timedelta(seconds=action.seconds),
        snoozed_until=None,
    )


def _barred(work: Work, actor: Actor) -> str | None:
    """Why they may not take it, whoever holds it."""
    if any(opinion.reviewer == actor.name for opinion in work.opinions):
        return "you have given your opinion; another person must look at it"
    if work.reserved_for not in {None, actor.name} and not actor.editor:
        return f"it is handed over to {work.reserved_for}"
    if work.skill is not None and work.skill not in actor.skills and not actor.editor:
        return f"it needs somebody who knows about {work.skill}"
    return None


def _renew(work: Work, action: Renew, actor: Actor, now: datetime) -> Work:
    work = _held(work, action.lease, actor)
    return _with(work, lease_until=now + timedelta(seconds=action.seconds))


def _release(work: Work, action: Release, actor: Actor, _now: datetime) -> Work:
    return _free(_held(work, action.lease, actor))


def _save(work: Work, action: Save, actor: Actor, _now: datetime) -> Work:
    draft = Draft(
        reviewer=actor.name,
        rating=action.rating,
        rationale=action.rationale,
        evidence_ids=action.evidence_ids,
    )
    work = _held(work, action.lease, actor)
    return _with(work, drafts=(*_drafts_of_others(work, actor), draft))


def _skip(work: Work, action: Skip, actor: Actor, _now: datetime) -> Work:
    work = _free(_held(work, action.lease, actor))
    others = [skip for skip in work.skipped if skip.reviewer != actor.name]
    skip = Skipped(reviewer=actor.name, reason=action.reason)
    return _with(work, skipped=(*others, skip), reserved_for=None)


def _snooze(work: Work, action: Snooze, actor: Actor, now: datetime) -> Work:
    work = _free(_held(work, action.lease, actor))
    if not now < action.until <= now + LONGEST_SNOOZE:
        raise UserError(
            f"it cannot sleep until {action.until:%Y-%m-%d %H:%M} UTC: give a time from now on, and within "
            f"{LONGEST_SNOOZE.days // 366} years"
        )
    return _with(work, state=State.SNOOZED, snoozed_until=action.until)


def _hand_over(work: Work, action: HandOver, actor: Actor, _now: datetime) -> Work:
    work = _free(_held(work, action.lease, actor))
    if action.to == actor.name:
        raise UserError("it is yours already; hand it over to somebody else")
    if any(opinion.reviewer == action.to for opinion in work.opinions):
        raise UserError(f"{action.to} has given an opinion; another person must look at it")
    return _with(work, reserved_for=action.to)


def _ask_specialist(work: Work, action: AskSpecialist, actor: Actor, _now: datetime) -> Work:
    return _with(_free(_held(work, action.lease, actor)), skill=action.skill, reserved_for=None)


def _decide(work: Work, action: Decide, actor: Actor, now: datetime) -> Work:
    if any(_same(opinion, action, actor) for opinion in work.opinions):
        return work  # sent twice
    work = _held(work, action.lease, actor)
    opinion = Opinion(
        reviewer=actor.name,
        stage=work.stage,
        rating=action.rating,
        rationale=action.rationale,
        evidence_ids=action.evidence_ids,
        lease=action.lease,
        at=now,
    )
    work = _free(_with(work, opinions=(*work.opinions, opinion), reserved_for=None))
    work = _with(work, drafts=_drafts_of_others(work, actor))
    return _with(work, state=State.DONE, drafts=()) if _settled(work) else work


def _same(opinion: Opinion, action: Decide, actor: Actor) -> bool:
    said = (
        opinion.reviewer,
        opinion.lease,
        opinion.rating,
        opinion.rationale,
        opinion.evidence_ids,
    )
    again = (actor.name, action.lease, action.rating, action.rationale, action.evidence_ids)
    return said == again


def _settled(work: Work) -> bool:
    if work.opinions[-1].stage is Stage.ADJUDICATION:
        return True
    agree = len({opinion.rating for opinion in work.opinions}) == 1
    return agree and len(work.opinions) >= work.needs


def _resume(work: Work, _action: Resume, _actor: Actor, now: datetime) -> Work:
    work = work.at(now)
    waits = work.state is State.SNOOZED or work.reserved_for or work.skill
    if work.state is State.DONE or not waits:
        raise Refused("it neither sleeps nor waits for anybody")
    state = State.OPEN if work.state is State.SNOOZED else work.state
    return _with(work, state=state, snoozed_until=None, reserved_for=None, skill=None)


def _reopen(work: Work, _action: Reopen, actor: Actor, _now: datetime) -> Work:
    if work.state is not State.DONE:
        raise Refused("it is not decided")
    if not actor.editor and all(opinion.reviewer != actor.name for opinion in work.opinions):
        raise Forbidden("only those who decided it, or an editor, can open it again")
    return _with(work, state=State.OPEN, opinions=(), skipped=(), round=work.round + 1, **IDLE)


def _held(work: Work, lease: int, actor: Actor) -> Work:
    """The task, if they hold it under that number; a lease that ran out while nobody else came is good."""
    if work.state is State.DONE:
        raise Refused("it is decided")
    if work.state is not State.TAKEN:
        raise Refused("your lease was given back; take it anew")
    if work.holder != actor.name or work.lease != lease:
        raise Refused(f"{work.holder} holds it under lease {work.lease}")
    return work


def _free(work: Work) -> Work:
    return _with(work, state=State.OPEN, **IDLE)


def _drafts_of_others(work: Work, actor: Actor) -> tuple[Draft, ...]:
    return tuple(draft for draft in work.drafts if draft.reviewer != actor.name)


def _with(work: Work, **changes: Any) -> Work:
    return work.model_copy(update=changes)


_RULES: dict[type, Callable[[Work, Any, Actor, datetime], Work]] = {
    Take: _take,
    Renew: _renew,
    Release: _release,
    Save: _save,
    Skip: _skip,
    Snooze: _snooze,
    HandOver: _hand_over,
    AskSpecialist: _ask_specialist,
    Decide: _decide,
    Resume: _resume,
    Reopen: _reopen,
}

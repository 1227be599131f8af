"""What people may do to a task, and what it leads to: a pure state machine, the same in every store.

    open -take-> taken -release, skip, hand over, ask a specialist-> open
                 taken -snooze-> snoozed -time, resume-> open
                 taken -decide-> done      when enough reviewers found the same, or an adjudicator has
                              -> open      for the second reviewer, or for the adjudicator
    done -reopen, undo-> open

An editor assigns desk, deadline and person at any time before it is done. Review is blind: nobody who has given an opinion takes the task again in its round, and whoever takes it is
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
    Assign,
    Decide,
    Draft,
    Forbidden,
    HandOver,
    Opinion,
    Policy,
    Refused,
    Release,
    Renew,
    Reopen,
    Resume,
    Save,
    Seed,
    Skip,
    Skipped,
    Snooze,
    Stage,
    State,
    Take,
    Undo,
    Work,
)
from services.runtime.errors import UserError

LONGEST_SNOOZE = timedelta(days=366 * 5)
"""A promise may fall due years from now; what sleeps longer was mistyped."""


def act(work: Work, action: Action, actor: Actor, now: datetime) -> Work:
    """Where the task is after `action`. Raises Refused, Forbidden, UserError for what makes no sense."""
    return _RULES[type(action)](work, action, actor, now)


def offered(work: Work, actor: Actor, now: datetime) -> bool:
    """Whether it is offered to them when they ask for the next task."""
    work = work.at(now)
    passed_over = any(skip.reviewer == actor.name for skip in work.skipped)
    free = work.state is State.OPEN and not passed_over and _barred(work, actor) is None
    return free and _is_theirs(work, actor)


def _is_theirs(work: Work, actor: Actor) -> bool:
    """Whether their desk and their languages fit. Those who choose it by hand may take it all the same."""
    other_desk = actor.desk is not None and work.desk not in {None, actor.desk}
    known = {main_language(tag) for tag in actor.languages}
    foreign = (
        bool(known) and work.language is not None and main_language(work.language) not in known
    )
    return not other_desk and not foreign


def main_language(tag: str) -> str:
    """A language without its region or script: "pt" of "pt-BR"."""
    return tag.partition("-")[0].casefold()


def with_needs(work: Work, priority: float, policy: Policy) -> Work:
    """How many must find the same, by the task's priority; settled once somebody has given an opinion."""
    if work.opinions or work.state is State.DONE or work.known is not None:
        return work
    two = policy.double_review_at is not None and priority >= policy.double_review_at
    return _with(work, needs=2 if two else 1)


def rescued(work: Work, action: Action, actor: Actor) -> Work:
    """With what a refused action wrote kept as its author's draft, if its lease was ever given."""
    written = isinstance(action, Decide | Save) and (action.rationale or action.rating)
    if not isinstance(action, Decide | Save) or not written or action.lease > work.lease:
        return work
    return _with(work, drafts=(*_drafts_of_others(work, actor), _draft(action, actor)))


def decided(work: Work) -> Opinion | None:
    """The opinion that a done task's verdict follows: the adjudicator's, or the first of those that agree."""
    if work.state is not State.DONE:
        return None
    last = work.opinions[-1]
    return last if last.stage is Stage.ADJUDICATION else work.opinions[0]


def seen_by(work: Work, actor: Actor | None) -> Work:
    """What they may know of it: others' drafts never, others' opinions from the adjudication on.

    That a task is seeded is for editors only.
    """
    blind = work.state is not State.DONE and work.stage is not Stage.ADJUDICATION
    name = actor.name if actor else None
    opinions = [one for one in work.opinions if not blind or one.reviewer == name]
    drafts = [one for one in work.drafts if one.reviewer == name]
    known = work.known if actor and actor.editor else None
    return _with(work, opinions=tuple(opinions), drafts=tuple(drafts), known=known)


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
    work = _held(work, action.lease, actor)
    return _with(work, drafts=(*_drafts_of_others(work, actor), _draft(action, actor)))


def _draft(written: Save | Decide | Opinion, actor: Actor) -> Draft:
    return Draft(
        reviewer=actor.name,
        rating=written.rating,
        rationale=written.rationale,
        evidence_ids=written.evidence_ids,
    )


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
    if work.known is not None:
        return False
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
    return _with(work, state=state, snoozed_until=None, reserved_for=None, skill=None, woken=True)


def _reopen(work: Work, _action: Reopen, actor: Actor, _now: datetime) -> Work:
    if work.state is not State.DONE:
        raise Refused("it is not decided")
    if not actor.editor and all(opinion.reviewer != actor.name for opinion in work.opinions):
        raise Forbidden("only those who decided it, or an editor, can open it again")
    anew = {"opinions": (), "skipped": (), "round": work.round + 1, "lease": work.lease + 1}
    return _with(work, state=State.OPEN, **anew, **IDLE)


def _undo(work: Work, _action: Undo, actor: Actor, now: datetime) -> Work:
    mine = next((one for one in work.opinions if one.reviewer == actor.name), None)
    if mine is None:
        raise Refused("you have given no opinion that could be taken back")
    if work.known is None and work.opinions[-1] is not mine:
        raise Refused("another opinion follows yours; an editor can open it again")
    work = work.at(now)
    if work.state is State.TAKEN:
        raise Refused(f"{work.holder} holds it under lease {work.lease}")
    return _with(
        work,
        state=State.OPEN if work.state is State.DONE else work.state,
        opinions=tuple(one for one in work.opinions if one is not mine),
        drafts=(*_drafts_of_others(work, actor), _draft(mine, actor)),
        lease=work.lease + 1,
    )


def _assign(work: Work, action: Assign, actor: Actor, _now: datetime) -> Work:
    if not actor.editor:
        raise Forbidden("only an editor assigns tasks")
    if work.state is State.DONE:
        raise Refused("it is decided")
    if any(opinion.reviewer == action.to for opinion in work.opinions):
        raise UserError(f"{action.to} has given an opinion; another person must look at it")
    names = {"desk": "desk", "deadline": "deadline", "to": "reserved_for"}
    given = {names[name]: getattr(action, name) for name in action.model_fields_set & names.keys()}
    return _with(work, **given)


def _seed(work: Work, action: Seed, actor: Actor, _now: datetime) -> Work:
    if not actor.editor:
        raise Forbidden("only an editor seeds known tasks")
    if work.state is State.DONE or work.round > 1 or (work.opinions and work.known is None):
        raise Refused("somebody has given an opinion on it: only an untouched task can be seeded")
    opinions = work.opinions if action.rating is not None else ()
    return _with(work, known=action.rating, opinions=opinions, needs=1)


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
    Undo: _undo,
    Assign: _assign,
    Seed: _seed,
}

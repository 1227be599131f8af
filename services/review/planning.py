"""What a task's content says about the work: its language, and when there is something to check."""

from datetime import UTC, datetime, timedelta

from services.ports.work import IDLE, State, Work

PROMISE_TIME = timedelta(days=7)
"""How long after its day a promise should be looked at."""


def planned(work: Work, *, language: str | None, due: str | None, sleeps: bool) -> Work:
    """The work as the content has it.

    `due` is the day on which a promise falls due, ISO 8601. With `sleeps` there is nothing to check before
    that day: nobody is offered the task until then, unless somebody has touched it.
    """
    day = _day(due)
    changes: dict[str, object] = {"language": language}
    untouched = work.lease == 0 and not work.woken and work.state is not State.DONE
    if untouched:
        asleep = {"state": State.SNOOZED, "snoozed_until": day}
        changes |= asleep if sleeps and day else {"state": State.OPEN} | IDLE
    if untouched and day and work.deadline is None:
        changes["deadline"] = day + PROMISE_TIME
    return work.model_copy(update=changes)


def _day(due: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(due or "").replace(tzinfo=UTC)
    except ValueError:
        return None

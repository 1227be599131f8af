"""What is done to accounts, and who signs in, for the audit trail. No secret is in it, and no address.

The trail can never be cut, so what it says of a person is only what somebody must answer for later; the
address of a failed attempt goes to the log of the process, which has an end.
"""

from typing import Any

import structlog

from services.ports.accounts import Account
from services.ports.audit_log import AuditLog, Event
from services.review.limits import Limiter, TooMany
from services.runtime.clock import Clock

log = structlog.get_logger(__name__)

COMMAND_LINE, DESK = "command line", "desk"
"""Who does what no account asked for: whoever may run commands, and the desk by itself."""

_NOBODY = "-"
"""Who has not proved to be anybody."""


_MOST_TRIED = 100


def subject_of(account: Account) -> str:
    """What the audit trail calls an account."""
    return f"account:{account.name}"


class Trail:
    """Notes each event in a transaction of its own, right after what it tells of. Raises NotReady.

    `operator` does everything here that has no other actor; without one, people act for themselves.
    """

    def __init__(self, audit: AuditLog, clock: Clock, operator: str | None = None) -> None:
        self._audit, self._clock, self._operator = audit, clock, operator
        # Whoever guesses passwords must not be able to fill a trail that nobody may cut.
        self._of_name = Limiter(clock, most=3, seconds=300)
        self._of_all = Limiter(clock, most=100, seconds=300)

    def note(
        self,
        action: str,
        account: Account,
        details: dict[str, Any] | None = None,
        *,
        actor: str | None = None,
    ) -> None:
        """`action` was done to `account`."""
        who = actor or self._operator or account.name
        self._append(action, who, subject_of(account), details or {})

    def failed(self, by: str, tried: str, account: Account | None, address: str) -> None:
        """Somebody failed to sign in with the name or link `tried`, which is `account`'s or nobody's.

        Within five minutes at most three are kept of what was tried, and a hundred in all: no less and no
        more where there is an account, or the time that an answer takes would tell. What was tried is not
        kept, because people type passwords in its place.
        """
        subject = subject_of(account) if account else "account"
        log.warning("sign-in failed", by=by, subject=subject, address=address)
        limits = ((self._of_name, tried.casefold()[:_MOST_TRIED]), (self._of_all, ""))
        try:
            for limiter, key in limits:
                limiter.check(key)
        except TooMany:
            return
        for limiter, key in limits:
            limiter.note(key)
        self._append("sign-in failed", _NOBODY, subject, {"by": by})

    def _append(self, action: str, actor: str, subject: str, details: dict[str, Any]) -> None:
        event = Event(
            at=self._clock.now(), actor=actor, action=action, subject=subject, details=details
        )
        self._audit.append([event])

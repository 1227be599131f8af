"""Two kinds of failure that must never be confused: a bad message and a bad day."""


class BadMessage(Exception):
    """This message can never be handled: it goes to the dead letters and the flow goes on.

    `reason` is a short code that scripts can test; the message says what is wrong, where, and what
    to do about it.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class NotReady(Exception):
    """Something that a step depends on is away: wait and try the same message again, however long.

    `dependency` names what is away, for readiness and logs.
    """

    def __init__(self, dependency: str, message: str) -> None:
        super().__init__(f"{dependency} is not ready: {message}")
        self.dependency = dependency


class TooManyBadMessages(Exception):
    """So many messages in a row were bad that the fault is likely ours: the step stops."""


class UserError(Exception):
    """Bad input or configuration, told to a person: what, where, and the remedy."""


class BrokenStore(UserError):
    """A database file that no waiting mends: it is damaged, or not this user's to write."""

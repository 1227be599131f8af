"""Sending e-mail, and what can go wrong with it."""

from email.message import EmailMessage
from typing import Protocol


class MailError(Exception):
    """The message was not taken. `away`: the server is, for everybody; `final`: it never will be."""

    def __init__(self, message: str, *, away: bool = False, final: bool = False) -> None:
        super().__init__(message)
        self.away, self.final = away, final


class Mailer(Protocol):
    """Hands messages to the server that the settings name."""

    @property
    def sender(self) -> str | None:
        """The address that mails come from; none when no server is set."""
        ...

    def send(self, message: EmailMessage) -> None:
        """Hand over one message, within 20 seconds or so. Raises MailError."""
        ...

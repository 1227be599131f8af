"""Telling people in a chat service."""

from typing import Protocol


class ChatError(Exception):
    """The service did not take it, or the address is none that may be used. It never carries the address."""


class Chat(Protocol):
    """Reaches known chat services only."""

    def check(self, url: str) -> None:
        """Raise ChatError when `url` is no complete address of a service that may be used."""
        ...

    def send(self, url: str, title: str, text: str) -> None:
        """Tell it there. Raises ChatError."""
        ...

"""The web, as far as a service may reach it: a guarded GET for feeds, a guarded POST for webhooks and for sign-ins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Failure = Literal[
    "bad_url",
    "forbidden_address",
    "unresolvable",
    "connection",
    "timeout",
    "too_large",
    "too_many_redirects",
    "bad_encoding",
]
"""Why nothing usable came back."""


class WebError(Exception):
    """The other side, or the address given, is at fault. Never a reason to stop: note it and go on.

    `reason` is a short code that scripts can test.
    """

    def __init__(self, reason: Failure, message: str) -> None:
        super().__init__(message)
        self.reason: Failure = reason


@dataclass(frozen=True)
class Response:
    """What a server answered. `url` is where the last redirect led, header names are lower-case.

    `moved_to` is the new address if the server said that it moved for good (301, 308), from the first
    redirect on; a temporary redirect after that does not count.
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    moved_to: str | None = None


class Web(Protocol):
    """Reaches only http and https, and only addresses that the settings allow."""

    def check(self, url: str) -> None:
        """Raise WebError (`bad_url`, `forbidden_address`) when `url` can be refused without connecting."""
        ...

    def get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        """Fetch `url`, following redirects, with at most `limit` bytes of body, compressed or not.

        The body is read for status 200 only. Raises WebError.
        """
        ...

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Send `body`; redirects are not followed and the answer's body is not read. Raises WebError."""
        ...

    def exchange(self, url: str, headers: Mapping[str, str], body: bytes, limit: int) -> Response:
        """Send `body` and read the answer's, at most `limit` bytes, for status 200; no redirects. Raises WebError."""
        ...

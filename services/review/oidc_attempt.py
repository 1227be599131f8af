"""One attempt to sign in by another service: what binds its answer to the browser that asked.

The browser keeps a random cookie for ten minutes. State, nonce and PKCE's verifier (RFC 7636) are made of
it with a key that only the desk has, so whoever knows the cookie alone knows none of them, a changed cookie
fits no state, and every process of a desk understands it without storing anything.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from services.runtime.clock import Clock

LASTS = 600
"""Seconds that somebody has to sign in over there."""

_MOST_FOLLOWING = 1_500
"""Bytes of the page to go on to, so that the cookie stays below what browsers keep (4 kB)."""


@dataclass(frozen=True)
class Attempt:
    """What goes to the provider is derived from `cookie`; `following` is the page to go on to."""

    cookie: str
    key: bytes
    following: str

    @property
    def state(self) -> str:
        """Comes back with the answer."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Comes back inside the ID token."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Proves, when the code is exchanged, that the same side asked for it."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """What is told of the verifier before, by the method S256."""
        return _base64(hashlib.sha256(self.verifier.encode()).digest())

    def _derived(self, purpose: str) -> str:
        return hmac.new(self.key, f"{purpose}:{self.cookie}".encode(), hashlib.sha256).hexdigest()


class Attempts:
    """Begins them, and knows them again."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._key = hmac.new(secret.encode(), b"claimdesk oidc attempt", hashlib.sha256).digest()
        self._clock = clock

    def begin(self, following: str) -> Attempt:
        """A new one, for a browser that is to go on to `following`."""
        path = following.encode()
        place = _base64(path if len(path) <= _MOST_FOLLOWING else b"/")
        ends = int(self._clock.now().timestamp()) + LASTS
        cookie = f"{secrets.token_urlsafe(32)}.{ends}.{place}"
        return Attempt(cookie, self._key, following)

    def resume(self, cookie: str, state: str) -> Attempt | None:
        """The one that `cookie` is of, if `state` is its own and it has not expired."""
        attempt = Attempt(cookie, self._key, "/")
        given = state.encode("utf-8", "surrogatepass")
        if not cookie.isascii() or not hmac.compare_digest(attempt.state.encode(), given):
            return None
        # The state vouches for the cookie: it is one that `begin` made.
        _, ends, place = cookie.split(".")
        if self._clock.now().timestamp() >= int(ends):
            return None
        return Attempt(cookie, self._key, base64.urlsafe_b64decode(f"{place}==").decode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

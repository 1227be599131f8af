"""Signing in: passwords by argon2id, and random tokens of which only a hash is kept.

A token is 32 random bytes, so its hash needs no salt and no slowness; a password does.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.ports.accounts import Account, Accounts, Credential, Kind, Role
from services.review.limits import Limiter
from services.runtime.clock import Clock
from services.runtime.errors import UserError

SESSION = timedelta(hours=12)
LINK = timedelta(minutes=15)
LEAST_PASSWORD = 12
MOST_PASSWORD = 1_000
"""Characters of a password; a longer one would let anybody keep the hash function busy."""

FIRST = "admin"
"""The account that a desk of one begins with."""

_MOST_NAME = 100
_PREFIX = {Kind.SESSION: "cds_", Kind.TOKEN: "cdt_", Kind.LINK: "cdl_"}
"""What a secret begins with, so that scanners of code and logs know it for one."""


@dataclass(frozen=True)
class Person:
    """Who asks: an account, and the most that what they came with allows."""

    account: Account
    scope: Role
    proof: str | None = None
    """The session's secret, which its form tokens are made of; none for a script."""

    def may(self, role: Role) -> bool:
        """Whether both the account and the credential allow what `role` may do."""
        return self.account.role.includes(role) and self.scope.includes(role)


class Door:
    """Lets people in. Every failure looks the same from outside and takes the same time."""

    def __init__(
        self, accounts: Accounts, clock: Clock, hasher: PasswordHasher | None = None
    ) -> None:
        self._accounts, self._clock = accounts, clock
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        self._limiter = Limiter(clock, most=10, seconds=300)

    def sign_in(self, name: str, password: str, address: str) -> str | None:
        """A new session's secret; none when name or password is wrong.

        Raises TooMany after ten failures for that name, or from that address, within five minutes.
        """
        attempts = (f"name {name.casefold()[:_MOST_NAME]}", f"address {address}")
        for key in attempts:
            self._limiter.check(key)
        account = self._accounts.get(name) if len(name) <= _MOST_NAME else None
        stored = self._accounts.password(name) if account and account.active else None
        right = self._verify(stored or self._nobody, password[:MOST_PASSWORD])
        if account is None or stored is None or not right:
            for key in attempts:
                self._limiter.note(key)
            return None
        if self._hasher.check_needs_rehash(stored):
            self._accounts.set_password(account.name, self._hasher.hash(password))
        return self.open_session(account)

    def open_session(self, account: Account) -> str:
        """A new session's secret, for somebody who has proved themselves."""
        return self._issue(account, Kind.SESSION, account.role, "", SESSION)

    def sign_out(self, secret: str) -> None:
        """End a session."""
        self._accounts.revoke(digest(secret))

    def by_session(self, secret: str) -> Person | None:
        """Whose session it is."""
        found = self._accounts.find(digest(secret), Kind.SESSION, self._clock.now())
        return Person(found[0], found[1].scope, secret) if found else None

    def by_token(self, secret: str) -> Person | None:
        """Whose token it is."""
        now = self._clock.now()
        found = self._accounts.find(digest(secret), Kind.TOKEN, now)
        if found is None:
            return None
        used = found[1].used_at
        if used is None or now - used > timedelta(minutes=1):
            self._accounts.use(digest(secret), now)
        return Person(found[0], found[1].scope)

    def first_link(self) -> str | None:
        """A link for the account that a desk of one begins with; none once it has a password or others are there.

        The account is made when there is none at all.
        """
        first = self._accounts.get(FIRST)
        if first is None and not self._accounts.all():
            first = Account(name=FIRST, role=Role.ADMIN, created_at=self._clock.now())
            self._accounts.add(first)
        wanted = first is not None and first.active and not first.has_password
        return self.make_link(first) if first and wanted else None

    def make_link(self, account: Account) -> str:
        """The secret of a link that signs in once, within a quarter of an hour."""
        return self._issue(account, Kind.LINK, account.role, "", LINK)

    def redeem(self, secret: str) -> str | None:
        """A new session's secret for a link's; none when it was used or has expired."""
        account = self._accounts.redeem(digest(secret), self._clock.now())
        return self.open_session(account) if account else None

    def make_token(
        self, account: Account, scope: Role, label: str, lasts: timedelta | None = None
    ) -> str:
        """A token for scripts, shown once. Raises UserError when it would allow more than the account."""
        if not account.role.includes(scope):
            raise UserError(
                f"{account.name} is {account.role.value}: a token of theirs cannot be {scope.value}"
            )
        return self._issue(account, Kind.TOKEN, scope, label, lasts)

    def set_password(self, account: Account, password: str) -> None:
        """Store a password; ends the account's sessions. Raises UserError for a weak one."""
        if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
            raise UserError(
                f"a password needs at least {LEAST_PASSWORD} characters, and at most {MOST_PASSWORD:,}"
            )
        if account.name.casefold() in password.casefold():
            raise UserError("the password contains the name; choose another")
        self._accounts.set_password(account.name, self._hasher.hash(password))

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _issue(
        self, account: Account, kind: Kind, scope: Role, label: str, lasts: timedelta | None
    ) -> str:
        secret, now = _PREFIX[kind] + secrets.token_urlsafe(32), self._clock.now()
        self._accounts.issue(
            Credential(
                hash=digest(secret),
                kind=kind,
                account=account.name,
                scope=scope,
                label=label,
                created_at=now,
                expires_at=now + lasts if lasts else None,
            )
        )
        return secret


def digest(secret: str) -> str:
    """What is stored of a random secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(session: str) -> str:
    """What the forms of a session carry, so that no other site can post them (CSRF)."""
    return hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(session: str, given: str) -> bool:
    """Whether a form was made for this session."""
    return hmac.compare_digest(form_token(session).encode(), given.encode("utf-8", "surrogatepass"))

"""Signing in: passwords by argon2id, and random tokens of which only a hash is kept.

A token is 32 random bytes, so its hash needs no salt and no slowness; a password does.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.ports.accounts import Account, Accounts, Credential, Kind, Role
from services.review.limits import Limiter
from services.review.trail import Trail
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
    """Lets people in. Every failure looks the same from outside and takes the same time.

    What changes an account or proves one is noted in the audit trail.
    """

    def __init__(
        self, accounts: Accounts, trail: Trail, clock: Clock, hasher: PasswordHasher | None = None
    ) -> None:
        self._accounts, self._trail, self._clock = accounts, trail, clock
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        self._limiter = Limiter(clock, most=10, seconds=300)

    def sign_in(self, name: str, password: str, address: str) -> str | None:
        """A new session's secret; none when name or password is wrong. Raises TooMany."""
        account = self.check_password(name, password, address)
        return self.enter(account, by="password") if account else None

    def check_password(self, name: str, password: str, address: str) -> Account | None:
        """Whose name and password these are.

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
            self._trail.failed("password", name, account, address)
            return None
        if self._hasher.check_needs_rehash(stored):
            self._accounts.set_password(account.name, self._hasher.hash(password))
        return account

    def enter(self, account: Account, *, by: str, **details: str) -> str:
        """A new session's secret, for somebody who signs in."""
        secret = self.open_session(account)
        self._trail.note("sign-in", account, {"by": by, **details}, actor=account.name)
        return secret

    def open_session(self, account: Account) -> str:
        """A new session's secret, for somebody who has proved themselves."""
        return self._issue(account, Kind.SESSION, account.role, "", SESSION)

    def sign_out(self, secret: str) -> None:
        """End a session."""
        person = self.by_session(secret)
        if self._accounts.revoke(digest(secret)) and person:
            self._trail.note("sign-out", person.account, actor=person.account.name)

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
            self.add(first)
        wanted = first is not None and first.active and not first.has_password
        return self.make_link(first) if first and wanted else None

    def make_link(self, account: Account) -> str:
        """The secret of a link that signs in once, within a quarter of an hour."""
        secret = self._issue(account, Kind.LINK, account.role, "", LINK)
        self._trail.note("link made", account, {"hash": shown(digest(secret))})
        return secret

    def redeem(self, secret: str, address: str) -> str | None:
        """A new session's secret for a link's; none when it was used or has expired."""
        account = self._accounts.redeem(digest(secret), self._clock.now())
        if account is None:
            self._trail.failed("link", secret, None, address)
            return None
        return self.enter(account, by="link", hash=shown(digest(secret)))

    def make_token(
        self, account: Account, scope: Role, label: str, lasts: timedelta | None = None
    ) -> str:
        """A token for scripts, shown once. Raises UserError when it would allow more than the account."""
        if not account.role.includes(scope):
            raise UserError(
                f"{account.name} is {account.role.value}: a token of theirs cannot be {scope.value}"
            )
        secret = self._issue(account, Kind.TOKEN, scope, label, lasts)
        told = {"scope": scope.value, "label": label, "days": lasts.days if lasts else None}
        self._trail.note("token made", account, told | {"hash": shown(digest(secret))})
        return secret

    def set_password(self, account: Account, password: str) -> None:
        """Store a password; ends the account's sessions. Raises UserError for a weak one."""
        if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
            raise UserError(
                f"a password needs at least {LEAST_PASSWORD} characters, and at most {MOST_PASSWORD:,}"
            )
        if account.name.casefold() in password.casefold():
            raise UserError("the password contains the name; choose another")
        self._accounts.set_password(account.name, self._hasher.hash(password))
        self._trail.note("password set", account)

    def add(self, account: Account) -> bool:
        """Store a new account; false if the name is taken. Raises UserError for a name that is none."""
        name = account.name
        if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > 100:
            raise UserError(f"{name!r} is no name: give 1 to 100 printable characters")
        if not self._accounts.add(account):
            return False
        self._trail.note("account added", account, _told(account))
        return True

    def change(self, before: Account, after: Account) -> None:
        """Replace what is known of an account; whoever becomes inactive loses all that they had."""
        self._accounts.update(after)
        old, new = _told(before), _told(after)
        changed = {name: [old[name], new[name]] for name in new if old[name] != new[name]}
        if changed:
            self._trail.note("account changed", after, changed)
        if not after.active:
            self.revoke_all(after)

    def revoke(self, account: Account, credential: Credential) -> bool:
        """End a session, token or link of an account; false if it had ended."""
        ended = self._accounts.revoke(credential.hash)
        if ended:
            told = {"kind": credential.kind.value, "hash": shown(credential.hash)}
            self._trail.note("revoked", account, told)
        return ended

    def revoke_all(self, account: Account) -> int:
        """End every session, token and link of an account; how many there were."""
        ended = self._accounts.revoke_all(account.name)
        if ended:
            self._trail.note("revoked", account, {"kind": "all", "count": ended})
        return ended

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


_HASH_SHOWN = 12


def shown(credential_hash: str) -> str:
    """As much of a credential's hash as tells an account's few apart."""
    return credential_hash[:_HASH_SHOWN]


def _told(account: Account) -> dict[str, Any]:
    """What the audit trail says of an account."""
    fields = account.model_dump(mode="json", include={"role", "desk", "active"})
    return fields | {"skills": sorted(account.skills), "languages": sorted(account.languages)}


def digest(secret: str) -> str:
    """What is stored of a random secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(session: str) -> str:
    """What the forms of a session carry, so that no other site can post them (CSRF)."""
    return hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(session: str, given: str) -> bool:
    """Whether a form was made for this session."""
    return hmac.compare_digest(form_token(session).encode(), given.encode("utf-8", "surrogatepass"))

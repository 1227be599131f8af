"""Who may use the desk: accounts, and what they prove themselves with."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime


class Role(StrEnum):
    """What an account may do; each may do what those before it may."""

    READER = "reader"
    REVIEWER = "reviewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do all that `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Kind(StrEnum):
    """What a credential is for: a browser's session, a script's token, signing in once."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a word, no secret
    LINK = "link"


class Account(Model):
    """Somebody. `name` is what verdicts and the audit trail call them, and never changes its owner."""

    name: Identifier
    role: Role = Role.REVIEWER
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = Field(default=frozenset(), description="BCP 47; empty: all")
    desk: str | None = None
    active: bool = True
    has_password: bool = False
    created_at: UtcDatetime


class Credential(Model):
    """What proves an account, known by its hash only. `scope` is the most that it allows."""

    hash: str
    kind: Kind
    account: Identifier
    scope: Role
    label: str = ""
    created_at: UtcDatetime
    expires_at: UtcDatetime | None = None
    used_at: UtcDatetime | None = None


class Accounts(Protocol):
    """Raises NotReady from every method when the database is away."""

    def setup(self) -> None:
        """Create the tables that are missing."""
        ...

    def add(self, account: Account) -> bool:
        """Store a new account; false, and nothing changed, if the name is taken in any spelling."""
        ...

    def update(self, account: Account) -> bool:
        """Replace what is known of an account but its password; false if there is none of that name."""
        ...

    def get(self, name: str) -> Account | None:
        """One account, active or not, by its name in any case."""
        ...

    def all(self) -> list[Account]:
        """Every account, by name."""
        ...

    def password(self, name: str) -> str | None:
        """The hash of an account's password."""
        ...

    def set_password(self, name: str, password_hash: str | None) -> bool:
        """Store it, or with none take it away; ends the account's sessions. False if there is no account."""
        ...

    def issue(self, credential: Credential) -> None:
        """Store a credential."""
        ...

    def find(
        self, credential_hash: str, kind: Kind, now: datetime
    ) -> tuple[Account, Credential] | None:
        """Whose it is, if it is of that kind, not expired, and the account is active."""
        ...

    def use(self, credential_hash: str, now: datetime) -> None:
        """Note that it was used."""
        ...

    def redeem(self, credential_hash: str, now: datetime) -> Account | None:
        """Whose link it is, once: of several who come with it at the same time, one gets an answer."""
        ...

    def revoke(self, credential_hash: str) -> bool:
        """End a credential; false if there was none."""
        ...

    def revoke_all(self, name: str, kinds: Sequence[Kind] = tuple(Kind)) -> int:
        """End an account's credentials of these kinds; how many there were."""
        ...

    def credentials(self, name: str) -> list[Credential]:
        """An account's credentials, newest first."""
        ...

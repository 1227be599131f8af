"""Accounts and credentials in SQL: SQLite and PostgreSQL through one code."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    ForeignKey,
    Index,
    MetaData,
    Row,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    insert,
    or_,
    select,
    update,
)

from services.adapters.sql import Migration, UtcDateTime, migrate, reading, upsert_into, writing
from services.ports.accounts import Account, Credential, Kind

_meta = MetaData()
_accounts = Table(
    "accounts",
    _meta,
    Column("key", String(512), primary_key=True),  # the name, folded: no two spellings of one
    Column("name", String(512), nullable=False),
    Column("role", String(16), nullable=False),
    Column("skills", Text, nullable=False),
    Column("languages", Text, nullable=False),
    Column("desk", String(512)),
    Column("active", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("created_at", UtcDateTime, nullable=False),
)
_credentials = Table(
    "credentials",
    _meta,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("account_key", ForeignKey("accounts.key"), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("used_at", UtcDateTime),
)
Index("credentials_of", _credentials.c.account_key)

_MIGRATIONS: tuple[Migration, ...] = (_meta.create_all,)


class SqlAccounts:
    """`services.ports.accounts.Accounts` over SQLAlchemy Core."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def setup(self) -> None:
        """Create the tables that are missing."""
        migrate(self._engine, "accounts", _MIGRATIONS)

    def add(self, account: Account) -> bool:
        """One insert; the name's folded form is the key."""
        values = _values(account) | {"key": _key(account.name), "created_at": account.created_at}
        statement = upsert_into(self._engine, _accounts).values(values)
        with writing(self._engine) as connection:
            added = connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
            return added.rowcount == 1

    def update(self, account: Account) -> bool:
        """All but the password and when it was made."""
        statement = update(_accounts).where(_accounts.c.key == _key(account.name))
        with writing(self._engine) as connection:
            return connection.execute(statement.values(_values(account))).rowcount == 1

    def get(self, name: str) -> Account | None:
        """One row."""
        query = select(_accounts).where(_accounts.c.key == _key(name))
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return _account(row) if row else None

    def all(self) -> list[Account]:
        """Every row."""
        with reading(self._engine) as connection:
            return [_account(row) for row in connection.execute(select(_accounts).order_by("key"))]

    def password(self, name: str) -> str | None:
        """The stored hash."""
        query = select(_accounts.c.password_hash).where(_accounts.c.key == _key(name))
        with reading(self._engine) as connection:
            found: str | None = connection.scalar(query)
        return found

    def set_password(self, name: str, password_hash: str | None) -> bool:
        """Whoever had the old one is signed out in the same transaction."""
        key = _key(name)
        change = update(_accounts).where(_accounts.c.key == key).values(password_hash=password_hash)
        with writing(self._engine) as connection:
            changed = connection.execute(change).rowcount == 1
            connection.execute(
                delete(_credentials).where(
                    _credentials.c.account_key == key,
                    _credentials.c.kind.in_([Kind.SESSION.value, Kind.LINK.value]),
                )
            )
            return changed

    def issue(self, credential: Credential) -> None:
        """One insert."""
        values = credential.model_dump(exclude={"account"})
        values |= {"account_key": _key(credential.account)}
        with writing(self._engine) as connection:
            connection.execute(insert(_credentials).values(values))

    def find(
        self, credential_hash: str, kind: Kind, now: datetime
    ) -> tuple[Account, Credential] | None:
        """One row of both tables."""
        query = (
            select(*_accounts.c, *(column.label(f"of_{column.name}") for column in _credentials.c))
            .join_from(_credentials, _accounts)
            .where(
                _credentials.c.hash == credential_hash,
                _credentials.c.kind == kind.value,
                or_(_credentials.c.expires_at.is_(None), _credentials.c.expires_at > now),
                _accounts.c.active,
            )
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return (_account(row), _credential(row._mapping, "of_")) if row else None  # noqa: SLF001

    def use(self, credential_hash: str, now: datetime) -> None:
        """One update."""
        change = update(_credentials).where(_credentials.c.hash == credential_hash)
        with writing(self._engine) as connection:
            connection.execute(change.values(used_at=now))

    def redeem(self, credential_hash: str, now: datetime) -> Account | None:
        """Whoever deletes the row has it."""
        found = self.find(credential_hash, Kind.LINK, now)
        return found[0] if found and self.revoke(credential_hash) else None

    def revoke(self, credential_hash: str) -> bool:
        """One row less."""
        gone = delete(_credentials).where(_credentials.c.hash == credential_hash)
        with writing(self._engine) as connection:
            return connection.execute(gone).rowcount == 1

    def revoke_all(self, name: str, kinds: Sequence[Kind] = tuple(Kind)) -> int:
        """Rows of one account."""
        gone = delete(_credentials).where(
            _credentials.c.account_key == _key(name),
            _credentials.c.kind.in_([kind.value for kind in kinds]),
        )
        with writing(self._engine) as connection:
            return connection.execute(gone).rowcount

    def credentials(self, name: str) -> list[Credential]:
        """Rows of one account."""
        query = (
            select(*_credentials.c, _accounts.c.name)
            .join_from(_credentials, _accounts)
            .where(_credentials.c.account_key == _key(name))
            .order_by(_credentials.c.created_at.desc(), _credentials.c.hash)
        )
        with reading(self._engine) as connection:
            return [_credential(row) for row in connection.execute(query).mappings()]


def _key(name: str) -> str:
    return name.casefold()


def _values(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role.value,
        "skills": json.dumps(sorted(account.skills)),
        "languages": json.dumps(sorted(account.languages)),
        "desk": account.desk,
        "active": account.active,
    }


def _account(row: Row[Any]) -> Account:
    return Account(
        name=row.name,
        role=row.role,
        skills=frozenset(json.loads(row.skills)),
        languages=frozenset(json.loads(row.languages)),
        desk=row.desk,
        active=row.active,
        has_password=row.password_hash is not None,
        created_at=row.created_at,
    )


def _credential(row: RowMapping, prefix: str = "") -> Credential:
    names = ("hash", "kind", "scope", "label", "created_at", "expires_at", "used_at")
    return Credential(account=row["name"], **{name: row[f"{prefix}{name}"] for name in names})

"""Accounts and credentials, on every database."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.adapters.sql import make_engine
from services.adapters.sql_accounts import SqlAccounts
from services.ports.accounts import Account, Accounts, Credential, Kind, Role

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def accounts(url: str) -> Iterator[Accounts]:
    engine = make_engine(url)
    store = SqlAccounts(engine)
    store.setup()
    store.setup()
    store.add(account("ana"))
    yield store
    engine.dispose()


def account(name: str, role: Role = Role.REVIEWER) -> Account:
    return Account(
        name=name,
        role=role,
        skills=frozenset({"law", "health"}),
        languages=frozenset({"en"}),
        desk="politics",
        created_at=NOW,
    )


def credential(name: str = "h1", kind: Kind = Kind.TOKEN, lasts: int | None = None) -> Credential:
    ends = NOW + timedelta(seconds=lasts) if lasts else None
    return Credential(
        hash=name,
        kind=kind,
        account="ANA",
        scope=Role.READER,
        label="x",
        created_at=NOW,
        expires_at=ends,
    )


def test_an_account_comes_back_as_it_went_in(accounts: Accounts) -> None:
    assert accounts.get("ana") == account("ana")
    assert accounts.get("nobody") is None
    assert [one.name for one in accounts.all()] == ["ana"]


@pytest.mark.parametrize("spelling", ["ana", "ANA", "Ana"])
def test_no_two_spellings_of_a_name(accounts: Accounts, spelling: str) -> None:
    assert not accounts.add(account(spelling, Role.ADMIN))
    assert (found := accounts.get(spelling)) is not None
    assert (found.name, found.role) == ("ana", Role.REVIEWER)


def test_a_change_keeps_the_password(accounts: Accounts) -> None:
    accounts.set_password("ana", "hash")
    assert accounts.update(account("ana", Role.EDITOR))
    assert (found := accounts.get("ana")) is not None
    assert (found.role, found.has_password) == (Role.EDITOR, True)
    assert accounts.password("Ana") == "hash"
    assert not accounts.update(account("nobody"))


def test_a_new_password_ends_sessions_and_links_and_keeps_tokens(accounts: Accounts) -> None:
    for name, kind in (("s", Kind.SESSION), ("l", Kind.LINK), ("t", Kind.TOKEN)):
        accounts.issue(credential(name, kind))
    assert accounts.set_password("ana", "other")
    assert [one.hash for one in accounts.credentials("ana")] == ["t"]
    assert not accounts.set_password("nobody", "hash")


def test_a_credential_proves_an_account_until_it_ends(accounts: Accounts) -> None:
    accounts.issue(credential(lasts=60))
    found = accounts.find("h1", Kind.TOKEN, NOW)
    assert found is not None
    assert (found[0].name, found[1].scope, found[1].account) == ("ana", Role.READER, "ana")
    assert accounts.find("h1", Kind.SESSION, NOW) is None
    assert accounts.find("h2", Kind.TOKEN, NOW) is None
    assert accounts.find("h1", Kind.TOKEN, NOW + timedelta(seconds=60)) is None


def test_an_inactive_account_proves_nothing(accounts: Accounts) -> None:
    accounts.issue(credential())
    accounts.update(account("ana").model_copy(update={"active": False}))
    assert accounts.find("h1", Kind.TOKEN, NOW) is None


def test_use_is_noted(accounts: Accounts) -> None:
    accounts.issue(credential())
    accounts.use("h1", NOW + timedelta(hours=1))
    assert accounts.credentials("ana")[0].used_at == NOW + timedelta(hours=1)


def test_what_is_revoked_is_gone(accounts: Accounts) -> None:
    accounts.issue(credential())
    assert accounts.revoke("h1")
    assert not accounts.revoke("h1")
    accounts.issue(credential("a"))
    accounts.issue(credential("b", Kind.SESSION))
    assert accounts.revoke_all("ana", [Kind.SESSION]) == 1
    assert accounts.revoke_all("Ana") == 1
    assert accounts.credentials("ana") == []


def test_a_link_is_redeemed_once_whoever_comes_at_the_same_time(accounts: Accounts) -> None:
    accounts.issue(credential("link", Kind.LINK, lasts=60))
    accounts.issue(credential("late", Kind.LINK, lasts=60))
    accounts.issue(credential("token", Kind.TOKEN))
    together, answers = threading.Barrier(4), []

    def come() -> None:
        together.wait()
        answers.append(accounts.redeem("link", NOW))

    people = [threading.Thread(target=come) for _ in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert [one.name for one in answers if one is not None] == ["ana"]
    assert accounts.redeem("late", NOW + timedelta(minutes=2)) is None
    assert accounts.redeem("token", NOW) is None

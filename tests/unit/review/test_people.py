"""Signing in, and what it proves."""

from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from services.adapters.sql import make_engine
from services.adapters.sql_accounts import SqlAccounts
from services.adapters.sql_audit import SqlAuditLog
from services.ports.accounts import Account, Role
from services.ports.audit_log import verify
from services.review.limits import Limiter, TooMany
from services.review.people import Door, form_token, is_form_token
from services.review.trail import Trail
from services.runtime.clock import FakeClock
from services.runtime.errors import UserError
from tests.support.desk import sqlite_url

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def accounts(tmp_path: Path) -> SqlAccounts:
    store = SqlAccounts(make_engine(sqlite_url(tmp_path)))
    store.setup()
    return store


@pytest.fixture
def audit(tmp_path: Path) -> SqlAuditLog:
    log = SqlAuditLog(make_engine(sqlite_url(tmp_path)))
    log.setup()
    return log


@pytest.fixture
def door(accounts: SqlAccounts, audit: SqlAuditLog, clock: FakeClock) -> Door:
    return Door(accounts, Trail(audit, clock), clock, QUICK)


@pytest.fixture
def ana(accounts: SqlAccounts, clock: FakeClock, door: Door) -> Account:
    account = Account(name="Ana", role=Role.EDITOR, created_at=clock.now())
    accounts.add(account)
    door.set_password(account, PASSWORD)
    return account


def test_the_right_password_opens_a_session_that_ends(
    door: Door, ana: Account, clock: FakeClock
) -> None:
    session = door.sign_in("ana", PASSWORD, "10.0.0.1")
    assert session is not None
    assert (person := door.by_session(session)) is not None
    assert (person.account.name, person.proof) == ("Ana", session)
    assert door.by_token(session) is None
    clock.advance(12 * 3_600)
    assert door.by_session(session) is None


def test_signing_out_ends_it(door: Door, ana: Account) -> None:
    session = door.sign_in("Ana", PASSWORD, "10.0.0.1")
    assert session is not None
    door.sign_out(session)
    assert door.by_session(session) is None


@pytest.mark.parametrize(
    ("name", "password"),
    [("ana", "wrong"), ("ana", ""), ("nobody", PASSWORD), ("", ""), ("a" * 5_000, PASSWORD)],
)
def test_what_is_wrong_opens_nothing(door: Door, ana: Account, name: str, password: str) -> None:
    assert door.sign_in(name, password, "10.0.0.1") is None


def test_an_inactive_account_opens_nothing(door: Door, ana: Account, accounts: SqlAccounts) -> None:
    accounts.update(ana.model_copy(update={"active": False}))
    assert door.sign_in("ana", PASSWORD, "10.0.0.1") is None


def test_guessing_is_slowed_by_name_and_by_address(
    door: Door, ana: Account, clock: FakeClock
) -> None:
    for number in range(10):
        assert door.sign_in("ana", "wrong", f"10.0.0.{number}") is None
    with pytest.raises(TooMany, match="5 minutes"):
        door.sign_in("ANA", PASSWORD, "10.0.1.1")
    for number in range(10):
        assert door.sign_in(f"name{number}", "wrong", "10.9.9.9") is None
    with pytest.raises(TooMany):
        door.sign_in("somebody", "x", "10.9.9.9")
    clock.advance(301)
    assert door.sign_in("ana", PASSWORD, "10.9.9.9") is not None


def test_a_link_signs_in_once_and_soon(door: Door, ana: Account, clock: FakeClock) -> None:
    link = door.make_link(ana)
    session = door.redeem(link, "10.0.0.1")
    assert session is not None
    assert door.by_session(session) is not None
    assert door.redeem(link, "10.0.0.1") is None
    late = door.make_link(ana)
    clock.advance(15 * 60)
    assert door.redeem(late, "10.0.0.1") is None


def test_a_token_allows_what_its_scope_and_the_role_do(
    door: Door, ana: Account, accounts: SqlAccounts
) -> None:
    token = door.make_token(ana, Role.REVIEWER, "script")
    person = door.by_token(token)
    assert person is not None
    assert [role for role in Role if person.may(role)] == [Role.READER, Role.REVIEWER]
    accounts.update(ana.model_copy(update={"role": Role.READER}))
    assert (person := door.by_token(token)) is not None
    assert not person.may(Role.REVIEWER)
    with pytest.raises(UserError, match="cannot be admin"):
        door.make_token(ana, Role.ADMIN, "more")


def test_a_token_ends_when_it_was_said(door: Door, ana: Account, clock: FakeClock) -> None:
    token = door.make_token(ana, Role.READER, "short", timedelta(days=1))
    clock.advance(24 * 3_600)
    assert door.by_token(token) is None


def test_no_secret_is_stored(door: Door, ana: Account, tmp_path: Path) -> None:
    secrets = [door.make_link(ana), door.make_token(ana, Role.READER, ""), door.open_session(ana)]
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Ana" in stored
    for secret in (*secrets, PASSWORD):
        assert secret.encode() not in stored


@pytest.mark.parametrize(
    ("password", "told"),
    [("short", "at least 12"), ("x" * 1_001, "at most"), ("I am ana, yes", "the name")],
)
def test_a_weak_password_is_refused(door: Door, ana: Account, password: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        door.set_password(ana, password)


def test_a_form_belongs_to_its_session() -> None:
    assert is_form_token("one", form_token("one"))
    for wrong in (form_token("two"), "", "é", "\ud800"):
        assert not is_form_token("one", wrong)


def test_a_limit_forgets_what_is_long_ago_and_holds_few_keys(clock: FakeClock) -> None:
    limiter = Limiter(clock, most=2, seconds=60)
    limiter.note("a")
    clock.advance(59)
    limiter.note("a")
    with pytest.raises(TooMany) as told:
        limiter.check("a")
    assert told.value.seconds == 1
    clock.advance(1)
    limiter.check("a")
    for number in range(20_000):
        limiter.note(str(number))
    assert len(limiter._times) == 10_000


def told(audit: SqlAuditLog) -> list[tuple[str, str, str]]:
    return [(entry.actor, entry.action, entry.subject) for entry in audit.entries()]


def test_who_signs_in_and_what_is_done_to_accounts_is_on_record(
    door: Door, ana: Account, audit: SqlAuditLog
) -> None:
    door.change(ana, ana.model_copy(update={"role": Role.READER, "desk": "north"}))
    door.sign_out(str(door.sign_in("ANA", PASSWORD, "10.0.0.1")))
    door.redeem(door.make_link(ana), "10.0.0.1")
    door.make_token(ana, Role.READER, "wall", timedelta(days=3))
    door.revoke_all(ana)
    entries = list(audit.entries(subject="account:Ana"))
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("password set", "Ana"),
        ("account changed", "Ana"),
        ("sign-in", "Ana"),
        ("sign-out", "Ana"),
        ("link made", "Ana"),
        ("sign-in", "Ana"),
        ("token made", "Ana"),
        ("revoked", "Ana"),
    ]
    assert entries[1].details == {"role": ["editor", "reader"], "desk": [None, "north"]}
    assert [entries[at].details["by"] for at in (2, 5)] == ["password", "link"]
    assert entries[4].details["hash"] == entries[5].details["hash"]
    assert entries[6].details.items() >= {"scope": "reader", "label": "wall", "days": 3}.items()
    assert verify(audit.entries()).problem is None


def test_no_secret_and_no_address_is_on_record(
    door: Door, ana: Account, audit: SqlAuditLog
) -> None:
    link, token = door.make_link(ana), door.make_token(ana, Role.READER, "")
    session = door.sign_in("ana", PASSWORD, "10.0.0.1")
    door.sign_in("a password typed as a name", "and another", "10.0.0.1")
    door.redeem("cdl_forged", "10.0.0.1")
    trail = "".join(entry.model_dump_json() for entry in audit.entries())
    unsaid = (
        PASSWORD,
        link,
        token,
        str(session),
        "typed",
        "another",
        "forged",
        "10.0.0.1",
        "argon",
    )
    assert [word for word in unsaid if word in trail] == []


def test_failures_are_on_record_as_far_as_nobody_can_fill_the_trail(
    door: Door, ana: Account, audit: SqlAuditLog, clock: FakeClock
) -> None:
    for number in range(5):
        door.sign_in("ana", "wrong", f"10.0.0.{number}")
        door.sign_in("nobody", "wrong", f"10.0.1.{number}")
    failed = ("-", "sign-in failed")
    assert told(audit)[1:] == [(*failed, "account:Ana"), (*failed, "account")] * 3
    for number in range(200):
        door.redeem(f"cdl_{number}", "10.0.0.1")
    assert len(told(audit)) == 1 + 100
    clock.advance(301)
    door.sign_in("ana", "wrong", "10.0.0.1")
    assert len(told(audit)) == 102


def test_who_becomes_inactive_loses_everything(door: Door, ana: Account) -> None:
    token = door.make_token(ana, Role.READER, "")
    door.change(ana, ana.model_copy(update={"active": False}))
    door.change(ana, ana)
    assert door.by_token(token) is None

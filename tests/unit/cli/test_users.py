"""`claimdesk users` and `claimdesk audit` as a person and a script see them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli.common import make_app
from services.cli.main import build_app
from services.ports.accounts import Role
from services.ports.audit_log import Event
from services.review.people import Door
from services.review.trail import Trail
from services.runtime.errors import UserError

AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path))
    return tmp_path


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(build_app(words[0]), words, input=given)


def answer(*words: str) -> dict[str, object]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_account_from_its_making_to_its_end() -> None:
    made = answer("users", "add", "Rita", "--role", "editor", "--skill", "law", "--language", "en")
    assert (made["name"], made["role"], made["skills"]) == ("Rita", "editor", ["law"])
    assert run("users", "password", "rita", given="a long enough secret\n").exit_code == 0
    app = make_app()
    door = Door(app.accounts, Trail(app.audit_log, app.clock), app.clock)
    session = door.sign_in("rita", "a long enough secret", "127.0.0.1")
    assert session is not None
    answer("users", "change", "rita", "--role", "reader", "--inactive")
    assert door.by_session(session) is None
    changed = app.accounts.get("rita")
    assert changed is not None
    assert (changed.role, changed.active) == (Role.READER, False)
    assert "Rita" in run("users", "list").output


def test_a_link_and_a_token_work_and_are_shown_once() -> None:
    run("users", "add", "rita")
    url = str(answer("users", "link", "rita")["url"])
    assert url.startswith("http://127.0.0.1:8080/sign-in/cdl_")
    token = str(answer("users", "token", "rita", "--scope", "reader", "--label", "wall")["token"])
    app = make_app()
    door = Door(app.accounts, Trail(app.audit_log, app.clock), app.clock)
    assert door.redeem(url.rpartition("/")[2], "127.0.0.1") is not None
    assert (person := door.by_token(token)) is not None
    assert not person.may(Role.REVIEWER)
    listed = run("users", "tokens", "rita").output
    assert "wall" in listed
    assert token not in listed
    beginning = app.accounts.credentials("rita")[0].hash[:12]
    assert run("users", "revoke", "rita", beginning).exit_code == 0
    assert answer("users", "revoke", "rita", "--all")["ended"] == 1
    assert door.by_token(token) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "rita"), "already"),
        (("add", "RITA"), "already"),
        (("add", " "), "no name"),
        (("add", "a\u202eb"), "no name"),
        (("token", "rita", "--scope", "admin"), "cannot be admin"),
        (("link", "nobody"), "no account 'nobody'"),
        (("revoke", "rita"), "--all"),
        (("revoke", "rita", "ffff"), "0 of rita"),
        (("password", "rita"), "at least 12"),
    ],
)
def test_what_is_wrong_is_told(words: tuple[str, ...], told: str) -> None:
    run("users", "add", "rita")
    result = run("users", *words, given="short\n")
    assert isinstance(result.exception, UserError)
    assert told in str(result.exception)


def test_a_trail_is_exported_verified_and_found_altered(tmp_path: Path) -> None:
    log = make_app().audit_log
    log.append(
        [Event(at=AT, actor="rita", action="take", subject="t1", details={"n": n}) for n in (1, 2)]
    )
    assert answer("audit", "verify")["entries"] == 2
    exported = run("audit", "export")
    file = tmp_path / "trail.jsonl"
    file.write_text(exported.stdout)
    assert run("audit", "verify", str(file)).exit_code == 0
    file.write_text(exported.stdout.replace('"n":1', '"n":7'))
    result = run("audit", "verify", str(file))
    assert result.exit_code == 1
    assert "entry 1 was altered: take by rita" in result.output
    assert "rita" in run("audit", "show", "t1").output
    file.write_text("no json\n")
    assert "line 1" in str(run("audit", "verify", str(file)).exception)


def test_what_is_done_by_command_is_on_record() -> None:
    run("users", "add", "Rita")
    run("users", "change", "rita", "--role", "editor")
    run("users", "password", "rita", given="a long enough secret\n")
    token = str(answer("users", "token", "rita")["token"])
    run("users", "link", "rita")
    run("users", "revoke", "rita", make_app().accounts.credentials("rita")[0].hash[:12])
    run("users", "revoke", "rita", "--all")
    entries = list(make_app().audit_log.entries(subject="account:Rita"))
    assert {entry.actor for entry in entries} == {"command line"}
    assert [entry.action for entry in entries] == [
        "account added",
        "account changed",
        "password set",
        "token made",
        "link made",
        "revoked",
        "revoked",
    ]
    exported = run("audit", "export").stdout
    assert "account changed" in exported
    assert token not in exported
    assert "a long enough secret" not in exported

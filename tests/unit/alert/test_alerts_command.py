"""`claimdesk alerts` as a person and a script meet it."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from standardwebhooks import Webhook
from typer.testing import CliRunner

from services.cli import alerts, ingest
from services.cli.common import make_app
from services.runtime.errors import UserError
from tests.support.alerts import NOW, make_notification
from tests.support.receiver import Answer, receiving


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLAIMDESK_ALLOW_PRIVATE_ADDRESSES", "true")


def run(*arguments: str) -> Result:
    app = typer.Typer()
    ingest.register(app)
    alerts.register(app)
    return CliRunner().invoke(app, ["alerts", *arguments])


def answer(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_secret_is_shown_once_and_never_again() -> None:
    made = answer("add", "bridge cost", "--webhook", "https://hooks.example/x", "--owner", "ana")
    assert made["owner"] == "ana"
    Webhook(made["secret"])
    (listed,) = answer("list")
    assert listed["id"] == made["id"]
    assert "secret" not in listed
    for command in ("list", "deliveries"):
        assert made["secret"] not in run(command).output
        assert made["secret"] not in run(command, "--json").output
    assert run("add", "bridge", "--webhook", "https://hooks.example/x").output.count("whsec_") == 1


def test_without_a_webhook_there_is_no_secret() -> None:
    assert answer("add", "bridge")["secret"] is None
    assert "alerts.log" in run("add", "bridge").output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", 'bridge "twelve'), "position 8"),
        (("add", "bridge OR tunnel road"), "position 8"),
        (("add", "bridge", "--webhook", "ftp://hooks.example"), "http or https"),
        (("add", "bridge", "--webhook", "not an address"), "--webhook"),
        (("add", "bridge", "--webhook", "https://user:pass@hooks.example/"), "user name"),
        (("remove", "sub_none"), "sub_none"),
        (("test", "sub_none"), "sub_none"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_saved(arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, UserError)
    assert told in str(result.exception)
    assert answer("list") == []


def test_a_private_webhook_needs_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMDESK_ALLOW_PRIVATE_ADDRESSES", "false")
    result = run("add", "bridge", "--webhook", "http://169.254.169.254/latest")
    assert isinstance(result.exception, UserError)
    assert "public" in str(result.exception)


def test_remove() -> None:
    made = answer("add", "bridge")
    assert answer("remove", made["id"]) == {"removed": made["id"]}
    assert answer("list") == []


def test_deliveries_with_attempts_and_errors() -> None:
    store = make_app().alert_store
    from services.ports.alert_store import DeliveryState

    store.owe(make_notification("n1"), NOW)
    store.owe(make_notification("n2"), NOW)
    store.record("n1", DeliveryState.OWED, NOW, "http_500: the endpoint refused")
    rows = answer("deliveries")
    assert [(row["id"], row["attempts"], row["last_error"]) for row in rows] == [
        ("n2", 0, None),
        ("n1", 1, "http_500: the endpoint refused"),
    ]
    assert answer("deliveries", "--state", "delivered") == []
    assert "http_500" in run("deliveries").output


def test_a_test_event_is_sent_and_signed() -> None:
    with receiving() as receiver:
        made = answer("add", "bridge", "--webhook", receiver.url)
        assert answer("test", made["id"])["delivered"]
    (asked,) = receiver.requests
    assert (
        Webhook(made["secret"]).verify(asked.body, asked.headers)["type"] == "claimdesk.alert.test"
    )


def test_a_test_event_that_is_refused_fails_the_command() -> None:
    with receiving(lambda _: Answer(500)) as receiver:
        made = answer("add", "bridge", "--webhook", receiver.url)
        result = run("test", made["id"], "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"].startswith("http_500")


def test_a_test_of_what_has_no_webhook_is_told() -> None:
    made = answer("add", "bridge")
    assert "log file" in str(run("test", made["id"]).exception)

"""Every command and every line of code in docs/alerts.md works."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from services.cli import alerts, ingest
from services.cli.common import make_app
from tests.support.alerts import NOW, make_notification
from tests.support.receiver import receiving

pytestmark = pytest.mark.docs

PAGE = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text("utf-8")
BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(claimdesk alerts [^`]+)`")


def lines() -> list[str]:
    """Commands and exports, in the order of the page."""
    found = [
        line
        for kind, block in BLOCKS.findall(PAGE)
        if kind == "bash"
        for line in block.splitlines()
    ]
    assert len(found) > 20
    return found


def run(*arguments: str) -> Any:
    app = typer.Typer()
    ingest.register(app)
    alerts.register(app)
    return CliRunner().invoke(app, ["alerts", *arguments])


def test_every_command_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CLAIMDESK_ALLOW_PRIVATE_ADDRESSES", "true")
    with receiving() as receiver:
        assert run("add", "bridge", "--webhook", receiver.url).exit_code == 0
        store = make_app().alert_store
        (subscription,) = store.subscriptions()
        store.owe(make_notification("n1", subscription.id), NOW)
        ids = {"SUBSCRIPTION": subscription.id, "ALERT": "n1"}
        # What ends the subscription goes last.
        commands = sorted([*lines(), *INLINE.findall(PAGE)], key=lambda line: " remove " in line)
        for line in commands:
            words = [ids.get(word, word) for word in shlex.split(line)]
            if words[0] == "export":
                monkeypatch.setenv(*words[1].split("=", 1))
                continue
            assert words[:2] == ["claimdesk", "alerts"], line
            result = run(*words[2:])
            assert result.exit_code == 0, (line, result.output, result.exception)
        assert len(receiver.requests) == 1, "the test alert"
    kept = store.subscriptions()
    assert len(kept) == sum(" add " in line for line in commands)


def test_the_receiver_of_the_page_takes_what_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CLAIMDESK_ALLOW_PRIVATE_ADDRESSES", "true")
    (code,) = [block for kind, block in BLOCKS.findall(PAGE) if kind == "python"]
    names: dict[str, Any] = {}
    exec(code, names)
    with receiving() as receiver:
        made = run("add", "bridge", "--webhook", receiver.url, "--json")
        (subscription,) = make_app().alert_store.subscriptions()
        run("test", subscription.id)
    (asked,) = receiver.requests
    assert subscription.secret is not None
    secret = subscription.secret.get_secret_value()
    assert secret in made.stdout
    assert names["received"](secret, asked.headers, asked.body) == [
        "A test of this alert, sent by hand."
    ]
    assert names["received"](secret, asked.headers, asked.body) == []

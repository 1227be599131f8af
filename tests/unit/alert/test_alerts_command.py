"""`claimdesk alerts` as a person and a script meet it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from standardwebhooks import Webhook, WebhookVerificationError
from typer.testing import CliRunner

from services.alert.links import feed_hash
from services.cli import alerts, ingest
from services.cli.common import make_app
from services.ports.alert_store import DeliveryState
from services.runtime.errors import UserError
from tests.support.alerts import NOW, make_notification
from tests.support.desk import decide, make_article, make_claim, make_task, take
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


# Channels and secrets

MAIL = {
    "CLAIMDESK_SMTP_HOST": "127.0.0.1",
    "CLAIMDESK_MAIL_FROM": "desk@claimdesk.example",
    "CLAIMDESK_SMTP_SECURITY": "none",
}
SITE = {"CLAIMDESK_ALERTS_URL": "https://alerts.example", "CLAIMDESK_ALERTS_PORT": "0"}
CHAT = "discord://1234567890/abcdefghijklmnop"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--email", "ana@news.example"), "CLAIMDESK_SMTP_HOST"),
        (("--feed",), "CLAIMDESK_ALERTS_URL"),
        (("--chat", "json://127.0.0.1"), "only these services"),
        (("--chat", CHAT, "--webhook", "https://hooks.example"), "give one"),
        (("--quiet", "22:00"), "22:00-07:00"),
        (("--quiet", "22:00-22:00"), "when they begin"),
        (("--quiet", "25:00-07:00"), "'25:00'"),
        (("--daily-at", "8 o'clock"), "--daily-at"),
        (("--time-zone", "Mars/Olympus"), "Mars/Olympus"),
        (("--time-zone", "../../etc/passwd"), "no zone"),
        (("--like", "long " * 500), "like"),
        (("--owner", ""), "owner"),
    ],
)
def test_what_does_not_fit_is_told_with_its_option(arguments: tuple[str, ...], told: str) -> None:
    result = run("add", "bridge", *arguments)
    assert isinstance(result.exception, UserError)
    assert told in str(result.exception)
    assert answer("list") == []


@pytest.mark.parametrize(
    "mailbox", ["", "ana", "ana@", "@example.org", "a b@example.org", "ana@example.org\nBcc: x@y.z"]
)
def test_a_mailbox_that_is_none_is_told(mailbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (MAIL | SITE).items():
        monkeypatch.setenv(name, value)
    result = run("add", "bridge", "--email", mailbox)
    assert isinstance(result.exception, UserError)
    assert "--email" in str(result.exception)


def test_nothing_to_look_for_is_told() -> None:
    assert "--like" in str(run("add").exception)
    assert "--like" in str(run("dry-run").exception)


def test_every_setting_is_saved_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (MAIL | SITE).items():
        monkeypatch.setenv(name, value)
    made = answer(
        *("add", "bridge", "--email", "ana@news.example", "--feed", "--digest", "daily"),
        *("--daily-at", "07:30", "--quiet", "22:00-06:15", "--time-zone", "Europe/Berlin"),
        *("--hourly-cap", "3", "--once-per", "story", "--no-follow-up", "--on", "claim"),
        *("--like", "The bridge was dear", "--like-threshold", "0.8"),
    )
    (listed,) = answer("list")
    expected = {
        "email": "ana@news.example",
        "to": "ana@news.example",
        "digest": "daily",
        "daily_at": "07:30:00",
        "quiet_from": "22:00:00",
        "quiet_to": "06:15:00",
        "time_zone": "Europe/Berlin",
        "hourly_cap": 3,
        "once_per": "story",
        "follow_up": False,
        "types": ["claim"],
        "like": "The bridge was dear",
        "like_threshold": 0.8,
    }
    assert {name: listed[name] for name in expected} == expected
    secret = made["feed"]["atom"].split("/")[-2]
    assert made["feed"]["atom"].startswith("https://alerts.example/feeds/")
    assert secret not in json.dumps(listed)


def test_a_chats_address_is_never_shown_again() -> None:
    made = answer("add", "bridge", "--chat", CHAT)
    assert made["to"] == "chat:discord"
    for command in ("list", "deliveries", "log"):
        assert "abcdefghijklmnop" not in run(command).output
        assert "abcdefghijklmnop" not in run(command, "--json").output


def test_a_feeds_address_can_be_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made = answer("add", "bridge")
    assert "CLAIMDESK_ALERTS_URL" in str(run("feed", made["id"]).exception)
    for name, value in SITE.items():
        monkeypatch.setenv(name, value)
    first, second = (answer("feed", made["id"])["json"] for _ in range(2))
    assert first != second
    store = make_app().alert_store
    known = [store.by_feed(feed_hash(url.split("/")[-2])) is not None for url in (first, second)]
    assert known == [False, True]


def test_a_rotated_secret_signs_beside_the_old_one_for_a_while() -> None:
    with receiving() as receiver:
        made = answer("add", "bridge", "--webhook", receiver.url)
        renewed = answer("rotate", made["id"])
        answer("test", made["id"])
        answer("rotate", made["id"], "--overlap-hours", "0")
        answer("test", made["id"])
    both, last = receiver.requests
    for secret in (made["secret"], renewed["secret"]):
        Webhook(secret).verify(both.body, both.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(last.body, last.headers)
    assert len(last.headers["webhook-signature"].split()) == 1
    log = answer("add", "tunnel")
    assert "no webhook" in str(run("rotate", log["id"]).exception)


def test_secrets_get_a_new_key_and_deliveries_go_on(tmp_path: Path) -> None:
    with receiving() as receiver:
        made = answer("add", "bridge", "--webhook", receiver.url)
        keys = tmp_path / "data" / "alert.key"
        assert keys.stat().st_mode & 0o077 == 0
        old = keys.read_text()
        assert answer("rekey", "--new") == {"subscriptions": 1}
        new, *rest = keys.read_text().split()
        assert rest == old.split()
        keys.write_text(new)
        assert answer("test", made["id"])["delivered"]
        keys.write_text(old)
        assert "CLAIMDESK_ALERT_KEYS" in str(run("test", made["id"]).exception)


def test_keys_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMDESK_ALERT_KEYS", "too-short")
    result = run("add", "bridge", "--webhook", "https://hooks.example")
    assert "new-key" in str(result.exception)
    monkeypatch.setenv("CLAIMDESK_ALERT_KEYS", run("new-key").stdout.strip())
    assert answer("add", "bridge", "--webhook", "https://hooks.example")["secret"]
    assert "CLAIMDESK_ALERT_KEYS" in str(run("rekey", "--new").exception)


def test_a_shared_database_needs_keys_by_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMDESK_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.db'}")
    assert answer("add", "bridge")["id"]
    result = run("add", "bridge", "--webhook", "https://hooks.example")
    assert isinstance(result.exception, UserError)
    assert "CLAIMDESK_ALERT_KEYS" in str(result.exception)


def test_the_log_of_attempts_and_a_replay() -> None:
    store = make_app().alert_store
    store.owe(make_notification("n1"), NOW)
    store.record("n1", DeliveryState.GIVEN_UP, NOW, "http_500: the endpoint refused")
    (row,) = answer("log", "n1")
    assert (row["id"], row["state"]) == ("n1", "given_up")
    assert answer("log", "other") == []
    assert "http_500" in run("log").output
    assert answer("replay", "n1") == {"replayed": "n1"}
    assert [one["state"] for one in answer("deliveries")] == ["owed"]
    assert "n9" in str(run("replay", "n9").exception)


# Dry run


def test_a_dry_run_counts_by_day_and_saves_nothing() -> None:
    app = make_app()
    now = app.clock.now()
    for number, days in enumerate((1, 1, 3, 40)):
        article = make_article(f"a{number}", published_at=now - timedelta(days=days))
        app.task_store.upsert(make_task(make_claim(f"Bridge number {number} fell"), article))
    app.task_store.upsert(
        make_task(make_claim("A tunnel was dug"), make_article("a9", published_at=now))
    )
    run_ = answer("dry-run", "bridge fell")
    days = [(now - timedelta(days=days)).date().isoformat() for days in (3, 1)]
    assert run_["days"] == {days[0]: 1, days[1]: 2}
    assert (run_["found"], run_["looked_at"]) == (3, 4)
    assert {row["summary"] for row in run_["examples"][:2]} == {
        f"To verify: Bridge number {number} fell (Maria Lind)" for number in (0, 1)
    }
    assert run_["examples"][0]["matched"] == ["bridge", "fell"]
    assert answer("dry-run", "bridge", "--days", "60")["found"] == 4
    assert answer("dry-run", "bridge", "--on", "verdict")["found"] == 0
    assert len(answer("dry-run", "bridge", "--examples", "1")["examples"]) == 1
    assert days[1] in run("dry-run", "bridge").output
    assert answer("list") == answer("deliveries") == []


def test_a_dry_run_finds_verdicts_and_reads_every_page() -> None:
    app = make_app()
    now = app.clock.now()
    for number in range(450):
        claim = make_claim(f"Statement number {number} was made")
        app.task_store.upsert(make_task(claim, make_article(published_at=now)))
    taken = take(app.task_store, now=now)
    decide(app.task_store, taken, "PRIVATE words", now=now)
    assert answer("dry-run", "statement")["found"] == 451
    verdicts = run("dry-run", "type:verdict statement", "--json").stdout
    assert json.loads(verdicts)["found"] == 1
    assert "PRIVATE" not in verdicts


def test_a_dry_run_of_a_bad_query_says_where() -> None:
    assert "position 8" in str(run("dry-run", 'bridge "twelve').exception)

"""Alerts by e-mail, at a real SMTP server."""

import random
import re
import smtplib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from schemas.subscription import Digest
from services.adapters.http import HttpWeb
from services.adapters.smtp import SmtpMailer
from services.alert.attempt import Attempt
from services.alert.handle import owe
from services.alert.mail import MailChannel, compose
from services.alert.message import Message
from services.alert.service import Deliverer
from services.ports.alert_store import DeliveryState
from services.runtime.clock import FakeClock
from services.runtime.settings import Settings
from tests.support.alerts import (
    NOW,
    VAULT,
    alert_store,
    channels,
    make_notification,
    make_subscription,
)
from tests.support.mailbox import certificate, mail_server

BASE = "https://alerts.example"
ANA = "ana@news.example"


def settings(port: int, **fields: Any) -> Settings:
    given: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "mail_from": "Claimdesk <desk@claimdesk.example>",
        "alerts_url": BASE,
    }
    return Settings(**(given | fields))


def tell(port: int, message: Message | None = None, **fields: Any) -> Attempt:
    channel = MailChannel(SmtpMailer(settings(port, **fields)), VAULT, BASE)
    one = message or Message.of(make_notification(), NOW)
    return channel.send(make_subscription(email=ANA), one, NOW)


def test_a_mail_says_what_a_person_needs_and_how_to_end_it() -> None:
    alert = make_notification(
        article_title="A <b>costly</b> crossing",
        article_url="https://news.example/?a=1&b=2",
        remarks=["The source has corrected the article: “It was 9.”"],
        evidence_claim="It cost 9",
        url="https://desk.example/tasks/t1",
    )
    with mail_server() as box:
        assert tell(box.port, Message.of(alert, NOW)) == Attempt()
    (mail,) = box.mails
    assert box.recipients == [mail["To"]] == [ANA]
    assert mail["From"] == "Claimdesk <desk@claimdesk.example>"
    assert mail["Subject"] == alert.summary
    assert mail["Message-ID"] == "<n1@claimdesk.example>"
    link = mail["List-Unsubscribe"].strip("<>")
    assert link.startswith(f"{BASE}/unsubscribe/s1/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = (part.get_content() for part in mail.iter_parts())
    for told in (alert.summary, "A <b>costly</b> crossing", "It was 9.", alert.url, link):
        assert str(told) in plain
    assert "<b>" not in html
    assert "A &lt;b&gt;costly&lt;/b&gt; crossing" in html
    assert '<a href="https://news.example/?a=1&amp;b=2">' in html


def test_what_comes_from_articles_cannot_write_headers_or_links() -> None:
    alert = make_notification(
        summary="To verify: x\x00\r\nBcc: all@example.org\n\n<script>",
        article_title="javascript:alert(1)",
        article_url="javascript:alert(2)",
        evidence_claim='"><img src=https://evil.example/pixel>',
    )
    mail = compose(make_subscription(email=ANA), Message.of(alert, NOW), "d@c.example", "L", NOW)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "To verify: x Bcc: all@example.org <script>"
    html = mail.get_body(("html",))
    assert html is not None
    assert re.findall(r"<(?:script|img)|href=\"javascript", html.get_content()) == []


def test_a_digest_is_one_mail_with_every_alert(tmp_path: Path) -> None:
    store, clock = alert_store(tmp_path), FakeClock(NOW)
    with mail_server() as box:
        given = settings(box.port, data_dir=tmp_path)
        mailer = SmtpMailer(given)
        deliverer = Deliverer(
            given,
            store,
            clock,
            channels(HttpWeb("test"), mailer=mailer, base=BASE),
            random.Random(1),
        )
        store.add(make_subscription(email=ANA, digest=Digest.HOURLY))
        for number in range(3):
            clock.advance(60)
            owe(make_notification(f"n{number}"), alerts=store, clock=clock)
        for seconds in (0, 3_600):
            clock.advance(seconds)
            with ThreadPoolExecutor(1) as pool:
                deliverer.start_due(pool, threading.Event())
            deliverer.finish()
            assert len(box.mails) == (1 if seconds else 0)
    (mail,) = box.mails
    assert mail["Subject"] == "3 alerts: bridge"
    plain = next(mail.iter_parts()).get_content()
    assert [f"«n{number}»" in plain for number in range(3)] == [True] * 3
    assert {row.state for row in store.deliveries()} == {DeliveryState.DELIVERED}
    logged = (tmp_path / "alerts.log").read_text().splitlines()
    assert len(logged) == 3


@pytest.mark.parametrize(
    ("rcpt", "data", "expected"),
    [
        ("550 no such user", "250 OK", Attempt("mail: 550 no such user", final=True)),
        ("450 try later", "250 OK", Attempt("mail: 450 try later")),
        ("250 OK", "554 spam", Attempt("mail: 554 spam", final=True)),
        ("250 OK", "451 try later", Attempt("mail: 451 try later")),
    ],
)
def test_what_the_server_says_is_kept_and_for_good_is_for_good(
    rcpt: str, data: str, expected: Attempt
) -> None:
    with mail_server() as box:
        box.rcpt, box.data = lambda _: rcpt, lambda: data
        assert tell(box.port) == expected
    assert box.mails == []


def test_a_mailbox_that_is_none_is_given_up_at_once_and_delays_no_other(tmp_path: Path) -> None:
    store, clock = alert_store(tmp_path), FakeClock(NOW)
    store.add(make_subscription("s0", email="nobody@news.example"))
    store.add(make_subscription(email=ANA))
    store.owe(make_notification("n0", "s0"), NOW)
    store.owe(make_notification("n1"), NOW)
    with mail_server() as box:
        box.rcpt = lambda address: "550 no such user" if "nobody" in address else "250 OK"
        given = settings(box.port, data_dir=tmp_path)
        sender = channels(HttpWeb("test"), mailer=SmtpMailer(given), base=BASE)
        deliverer = Deliverer(given, store, clock, sender, random.Random(1))
        with ThreadPoolExecutor(1) as pool:
            deliverer.start_due(pool, threading.Event())
        deliverer.finish()
    assert box.recipients == [ANA]
    states = {row.notification.id: (row.state.value, row.last_error) for row in store.deliveries()}
    assert states == {"n0": ("given_up", "mail: 550 no such user"), "n1": ("delivered", None)}


def test_a_server_that_is_away_is_away_for_everybody() -> None:
    with mail_server() as box:
        port = box.port
    attempt = tell(port)
    assert attempt.away
    assert "ConnectionRefusedError" in str(attempt.error)


def test_without_a_server_the_settings_are_named() -> None:
    attempt = MailChannel(SmtpMailer(Settings()), VAULT, None).send(
        make_subscription(email=ANA), Message.of(make_notification(), NOW), NOW
    )
    assert attempt.away
    assert "CLAIMDESK_SMTP_HOST" in str(attempt.error)


def test_starttls_and_a_password(tmp_path: Path) -> None:
    tls, trusted = certificate(tmp_path)
    safe = {"smtp_security": "starttls", "smtp_ca_file": trusted, "smtp_user": "desk"}
    with mail_server(tls=tls, login=("desk", "right")) as box:
        assert tell(box.port, smtp_password=SecretStr("right"), **safe) == Attempt()
        wrong = tell(box.port, smtp_password=SecretStr("wrong"), **safe)
        assert wrong.away
        assert "refused user or password" in str(wrong.error)
        assert "wrong" not in str(wrong.error)
        unknown = tell(box.port, **(safe | {"smtp_ca_file": None}))
        assert "CERTIFICATE_VERIFY_FAILED" in str(unknown.error)
    assert len(box.mails) == 1


def test_a_server_without_starttls_gets_nothing_in_the_clear() -> None:
    with mail_server() as box:
        attempt = tell(box.port, smtp_security="starttls")
    assert attempt.away
    assert box.mails == []


def test_a_server_that_breaks_off_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr(smtplib.SMTP, "send_message", gone)
    with mail_server() as box:
        assert tell(box.port).away


def test_the_password_is_in_no_repr(tmp_path: Path) -> None:
    shown = repr(settings(25, smtp_password=SecretStr("hush"), data_dir=tmp_path))
    assert "hush" not in shown

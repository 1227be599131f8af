"""Chat services: which may be used, and what is said there."""

import json
from typing import Any

import apprise
import pytest
from pydantic import SecretStr

from services.adapters.apprise_chat import SERVICES, AppriseChat
from services.alert.attempt import Attempt
from services.alert.chat import ChatChannel
from services.alert.message import Message
from services.ports.chat import ChatError
from tests.support.alerts import NOW, make_notification, make_subscription
from tests.support.receiver import Answer, receiving

DISCORD = "discord://1234567890/abcdefghijklmnop"


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1/x",
        "jsons://hooks.example/x",
        "xml://10.0.0.1",
        "ntfy://169.254.169.254/topic",
        "mailto://user:pass@example.org",
        "syslog://",
        "file:///etc/passwd",
        "https://discord.com/api/webhooks/1/2",
        "http://127.0.0.1/",
        f"{DISCORD}?rto=100000",
        f"{DISCORD}?redirect=yes",
        "discord://",
        "discord://only-one",
        "slack://x",
        "",
    ],
)
def test_only_whole_addresses_of_known_services_may_be_used(url: str) -> None:
    with pytest.raises(ChatError) as told:
        AppriseChat().check(url)
    assert "abcdefghijklmnop" not in str(told.value)


EXAMPLES = {
    "discord": DISCORD,
    "gchat": "gchat://workspace/key/token",
    "pbul": "pbul://o.abcdefghijklmnopqrstuvwxyz",
    "pover": f"pover://{'u' * 30}@{'t' * 30}",
    "slack": "slack://TAAAAAAAA/B12345678/abcdefghijABCDEFGHIJ1234/#general",
    "tgram": "tgram://123456789:ABCdefghijklmnopqrstuvwxyzABCDEFGHI/12345",
    "wxteams": f"wxteams://{'a' * 80}",
}


@pytest.mark.parametrize("scheme", sorted(SERVICES))
def test_every_service_goes_to_a_host_of_its_own(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import requests

    asked: list[tuple[str, Any]] = []

    def send(self: Any, method: str, url: str, **options: Any) -> requests.Response:
        asked.append((url, options.get("allow_redirects")))
        answer = requests.Response()
        answer.status_code = 200
        answer._content = b"ok" if "hooks.slack.com" in url else b'{"ok": true}'
        return answer

    monkeypatch.setattr(requests.Session, "request", send)
    AppriseChat().check(EXAMPLES[scheme])
    AppriseChat().send(EXAMPLES[scheme], "Title", "Text")
    hosts = {
        "discord.com",
        "chat.googleapis.com",
        "api.pushbullet.com",
        "api.pushover.net",
        "hooks.slack.com",
        "api.telegram.org",
        "api.ciscospark.com",
        "webexapis.com",
    }
    assert asked
    for url, redirects in asked:
        assert url.split("/")[2] in hosts
        assert redirects is False


def test_an_address_of_a_known_service_cannot_name_a_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import requests

    asked: list[str] = []

    def send(self: Any, method: str, url: str, **_: Any) -> requests.Response:
        asked.append(url)
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "request", send)
    for url in ("discord://127.0.0.1/token1234567890", "discord://user@10.0.0.1:8080/a/token12345"):
        try:
            AppriseChat().send(url, "Title", "Text")
        except ChatError:
            continue
        pytest.fail("it was told nowhere and said so to nobody")
    assert asked
    assert {url.split("/")[2] for url in asked} == {"discord.com"}


def test_what_is_told_and_what_a_refusal_looks_like(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([204, 500])
    plugin = type(apprise.Apprise.instantiate(DISCORD))
    subscription = make_subscription(chat_url=SecretStr(DISCORD))
    message = Message.of(make_notification(article_title="A costly crossing"), NOW)
    channel = ChatChannel(AppriseChat())
    with receiving(lambda _: Answer(next(answers))) as receiver:
        monkeypatch.setattr(plugin, "notify_url", receiver.url)
        assert channel.send(subscription, message, NOW) == Attempt()
        refused = channel.send(subscription, message, NOW)
    assert refused.error == "chat: Discord did not take it"
    said = json.dumps(json.loads(receiver.requests[0].body), ensure_ascii=False)
    assert "A costly crossing" in said
    assert "“a quotation”" in said


def test_a_digest_is_short_and_long_messages_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = type(apprise.Apprise.instantiate(DISCORD))
    alerts = [
        make_notification(f"n{number}", url=f"https://desk.example/{number} {'long ' * 40}")
        for number in range(25)
    ]
    message = Message("d.1", tuple(alerts), NOW, digest=True)
    with receiving(lambda _: Answer(204)) as receiver:
        monkeypatch.setattr(plugin, "notify_url", receiver.url)
        subscription = make_subscription(chat_url=SecretStr(DISCORD))
        assert ChatChannel(AppriseChat()).send(subscription, message, NOW) == Attempt()
    assert len(receiver.requests) > 1
    said = "".join(asked.body.decode() for asked in receiver.requests)
    found = [f"desk.example/{number} " in said for number in range(25)]
    assert found == [True] * 20 + [False] * 5
    assert "25 alerts: bridge" in said
    assert "and 5 more" in said

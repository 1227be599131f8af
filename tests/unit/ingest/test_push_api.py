"""Ingest over HTTP: what a pusher and an operator's program meet."""

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.adapters.http import HttpWeb
from services.adapters.sql import make_engine
from services.adapters.sql_feeds import SqlFeedRegistry
from services.adapters.sql_push_keys import SqlPushKeys
from services.ingest.documents import MAX_BYTES
from services.ingest.intake import Intake
from services.ingest.server import IngestServer
from services.runtime.clock import FakeClock
from services.runtime.errors import UserError
from services.runtime.executor import Message
from services.runtime.settings import Settings
from tests.support.intake import MemoryProducer, ledger_in
from tests.support.receiver import Answer, receiving

TOKEN = "a-token-that-is-long-enough"
ARTICLE = {"guid": "1", "source": "agency", "title": "Bridge opens", "text": "It opened on Monday."}
NINJS = {"uri": "urn:a:1", "headline": "Bridge opens", "body_text": "It opened on Monday."}
FEED = (
    b"<rss version='2.0'><channel><title>F</title><item><title>One</title></item></channel></rss>"
)


class Desk:
    def __init__(self, folder: Path) -> None:
        engine = make_engine(f"sqlite:///{folder / 'desk.db'}")
        self.registry, keys = SqlFeedRegistry(engine), SqlPushKeys(engine)
        self.registry.setup()
        keys.setup()
        self.clock, self.producer = FakeClock(), MemoryProducer()
        self.server = IngestServer(
            Settings(data_dir=folder, ingest_port=0, ingest_token=TOKEN),
            Intake(self.producer, ledger_in(folder), self.clock),
            self.registry,
            keys,
            self.clock,
            HttpWeb("test", allow_private=True),
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made, stop = Desk(tmp_path), threading.Event()
    thread = threading.Thread(target=made.server.run, args=(stop,))
    thread.start()
    try:
        assert made.server.listening.wait(30)
        yield made
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def client(desk: Desk) -> Iterator[httpx.Client]:
    bearer = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=str(desk.server.url), headers=bearer, timeout=60) as client:
        yield client


def push(client: httpx.Client, body: Any = ARTICLE, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.post("/api/v1/articles", content=content, headers=sent)


def is_problem(answer: httpx.Response, status: int, reason: str | None = None) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["title"]
    if reason:
        assert told["reason"] == reason
    return str(told["detail"])


@pytest.mark.parametrize("body", [ARTICLE, NINJS])
def test_an_article_is_in_the_log_when_the_answer_comes(
    desk: Desk, client: httpx.Client, body: dict[str, str]
) -> None:
    answer = push(client, body)
    assert answer.status_code == 202
    [event] = desk.producer.events
    assert answer.json()["article_id"] == event.data.id
    assert (answer.json()["revision"], answer.json()["state"]) == (1, "new")
    assert event.data.title == "Bridge opens"


def test_an_edit_is_the_next_revision_and_the_same_again_is_none(
    desk: Desk, client: httpx.Client
) -> None:
    first = push(client).json()
    second = push(client, ARTICLE | {"text": "It opened on Tuesday."}).json()
    third = push(client, ARTICLE | {"text": "It opened on Tuesday."}).json()
    assert [row["revision"] for row in (first, second, third)] == [1, 2, 2]
    assert [row["state"] for row in (first, second, third)] == ["new", "revised", "unchanged"]
    assert len({row["article_id"] for row in (first, second, third)}) == 1
    assert len(desk.producer.events) == 2


def test_a_key_gets_the_same_answer_and_is_not_for_two_bodies(
    desk: Desk, client: httpx.Client
) -> None:
    first = push(client, idempotency_key="k1")
    push(client, ARTICLE | {"text": "It opened on Tuesday."}, idempotency_key="k2")
    again = push(client, idempotency_key="k1")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    is_problem(push(client, NINJS, idempotency_key="k1"), 422, "key_reused")
    assert len(desk.producer.events) == 2


def test_a_key_is_forgotten_after_a_week(desk: Desk, client: httpx.Client) -> None:
    push(client, idempotency_key="k1")
    desk.clock.advance(8 * 86_400)
    push(client, idempotency_key="k2")
    assert push(client, idempotency_key="k1").json()["state"] == "unchanged"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not_json"),
        (b"", "not_one"),
        (b"[]", "not_one"),
        ([ARTICLE], "not_one"),
        ([ARTICLE, ARTICLE], "not_one"),
        ({"title": "no text"}, "invalid"),
        (ARTICLE | {"text": " "}, "empty"),
        (ARTICLE | {"title": "x" * 3_000}, "field_too_long"),
        (NINJS | {"pubstatus": "canceled"}, "unknown_article"),
        (NINJS | {"embargoed": "2030-01-01T00:00:00Z"}, "embargoed"),
        (b'{"text": "\xff"}', "not_utf8"),
    ],
)
def test_what_is_no_article_is_refused_with_its_reason(
    desk: Desk, client: httpx.Client, body: Any, reason: str
) -> None:
    assert is_problem(push(client, body), 422, reason)
    assert desk.producer.events == []


def test_a_withdrawal_reaches_the_article(desk: Desk, client: httpx.Client) -> None:
    push(client, NINJS)
    answer = push(client, NINJS | {"pubstatus": "canceled"})
    assert answer.json()["state"] == "revised"
    assert desk.producer.events[-1].data.status == "withdrawn"


def test_nothing_without_the_token(desk: Desk, client: httpx.Client) -> None:
    for method, path in (
        ("POST", "/api/v1/articles"),
        ("GET", "/api/v1/feeds"),
        ("POST", "/api/v1/feeds"),
        ("GET", "/api/v1/feeds.opml"),
        ("POST", "/api/v1/feeds/check"),
        ("DELETE", "/api/v1/feeds/feed_x"),
        ("GET", "/metrics"),
    ):
        for bearer in ("", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
            answer = client.request(method, path, headers={"authorization": bearer})
            is_problem(answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer"
    assert desk.producer.events == []


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(MAX_BYTES // 1_000_000 + 3):
            yield b" " * 1_000_000

    headers = {"content-type": "application/json"}
    is_problem(client.post("/api/v1/articles", content=endless(), headers=headers), 413)


def test_a_form_is_not_taken_for_json(client: httpx.Client) -> None:
    is_problem(client.post("/api/v1/articles", data={"text": "x"}), 415)


def test_a_log_that_is_away_is_told_and_the_push_can_come_again(
    desk: Desk, client: httpx.Client
) -> None:
    desk.producer.away = 1
    answer = push(client, idempotency_key="k")
    is_problem(answer, 503)
    assert answer.headers["retry-after"] == "5"
    again = push(client, idempotency_key="k")
    assert (again.status_code, again.json()["state"]) == (202, "new")


def test_feeds_are_added_listed_woken_and_removed(desk: Desk, client: httpx.Client) -> None:
    added = client.post("/api/v1/feeds", json={"address": "https://one.example/feed", "title": "O"})
    assert added.status_code == 201
    feed = added.json()
    assert (feed["state"], feed["title"], feed["added_by"]) == ("new", "O", "api")
    client.post("/api/v1/feeds", json={"address": "https://two.example/feed"})
    first = client.get("/api/v1/feeds", params={"limit": 1}).json()
    second = client.get("/api/v1/feeds", params={"limit": 1, "cursor": first["next"]}).json()
    addresses = [row["address"] for page in (first, second) for row in page["feeds"]]
    assert sorted(addresses) == ["https://one.example/feed", "https://two.example/feed"]
    assert client.get(f"/api/v1/feeds/{feed['id']}").json() == feed
    assert client.post(f"/api/v1/feeds/{feed['id']}/poll").status_code == 202
    assert client.delete(f"/api/v1/feeds/{feed['id']}").status_code == 204
    assert client.get(f"/api/v1/feeds/{feed['id']}").json()["state"] == "removed"
    assert len(client.get("/api/v1/feeds").json()["feeds"]) == 1
    metrics = client.get("/metrics").text
    assert "claimdesk_feeds_active 1" in metrics
    assert "claimdesk_feeds_stopped 1" in metrics


def test_what_is_no_feed_is_refused(client: httpx.Client) -> None:
    is_problem(client.post("/api/v1/feeds", json={"address": "file:///etc/passwd"}), 422)
    is_problem(client.post("/api/v1/feeds", json={"address": "/etc/passwd"}), 422)
    is_problem(client.post("/api/v1/feeds", json={}), 422)
    for path in ("/api/v1/feeds/feed_x", "/api/v1/feeds/..%2fx", "/nothing"):
        is_problem(client.get(path), 404)


def test_opml_over_http(client: httpx.Client) -> None:
    outline = b"<opml><body><outline xmlUrl='https://one.example/a&b'/><outline xmlUrl='x'/></body></opml>"
    done = client.post("/api/v1/feeds/import", content=outline).json()
    assert done["feeds"] == 1
    assert [row["address"] for row in done["refused"]] == ["x"]
    assert "https://one.example/a&amp;b" in client.get("/api/v1/feeds.opml").text
    is_problem(client.post("/api/v1/feeds/import", content=b"<x/>"), 422, "not_opml")


def test_a_feed_is_checked(desk: Desk, client: httpx.Client) -> None:
    with receiving(lambda _: Answer(200, {"content-type": "text/xml"}, FEED)) as server:
        report = client.post("/api/v1/feeds/check", json={"address": f"{server.url}/f"}).json()
    assert (report["usable"], report["items"]) == (True, 1)
    assert desk.registry.feeds() == []


def test_the_description_names_every_route(client: httpx.Client) -> None:
    told = httpx.get(f"{client.base_url}/api/v1/openapi.json").json()
    assert set(told["paths"]) == {
        "/api/v1/articles",
        "/api/v1/feeds",
        "/api/v1/feeds.opml",
        "/api/v1/feeds/import",
        "/api/v1/feeds/check",
        "/api/v1/feeds/{feed_id}",
        "/api/v1/feeds/{feed_id}/poll",
        "/metrics",
    }
    schema = told["paths"]["/api/v1/articles"]["post"]["requestBody"]["content"]
    assert "text" in schema["application/json"]["schema"]["anyOf"][0]["properties"]
    assert httpx.get(f"{client.base_url}/livez").status_code == 200


@pytest.mark.parametrize("token", [None, "short"])
def test_no_server_without_a_token_worth_the_name(tmp_path: Path, token: str | None) -> None:
    settings = Settings(data_dir=tmp_path, ingest_port=0, ingest_token=token)
    with pytest.raises(UserError, match="CLAIMDESK_INGEST_TOKEN"):
        IngestServer(settings, *[None] * 5)  # type: ignore[arg-type]


def test_pushes_at_once_with_one_key_get_one_answer(desk: Desk, client: httpx.Client) -> None:
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(push(client, idempotency_key="k").json()))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len({json.dumps(answer, sort_keys=True) for answer in answers}) == 1
    published: Sequence[Message] = desk.producer.messages
    assert len(published) == 1

"""Articles in, tasks out: what a newsroom sees, on embedded adapters and on the real servers alike."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from schemas.article import Article
from schemas.dead_letter import DeadLetter
from schemas.subscription import Subscription
from schemas.topics import ARTICLES, CLAIMS
from services.ports.dead_letters import list_letters
from services.ports.task_store import StoredTask
from services.runtime.events import decode
from services.runtime.executor import Message
from tests.support.desk import decide, take

DEMO = Path(__file__).parents[2] / "demo"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def letters(desk: Any) -> list[DeadLetter]:
    found = list_letters(desk.app.admin)
    assert [letter.problem for letter in found if letter.content is None] == []
    return [letter.content for letter in found if letter.content]


def all_tasks(desk: Any) -> list[StoredTask]:
    tasks: list[StoredTask] = []
    after = None
    while True:
        page, after = desk.app.task_store.page(limit=100, after=after)
        tasks += page
        if after is None:
            return tasks


def article(tmp_path: Path, name: str, text: str, **fields: Any) -> Path:
    path = tmp_path / f"{name}.json"
    row = {"source": "test-wire", "guid": name, "title": name, "text": text, "language": "en"}
    row |= {"published_at": "2024-05-06T09:00:00Z"} | fields
    path.write_text(json.dumps(row), "utf-8")
    return path


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook endpoint that verifies each signature with the reference library."""
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            payload = Webhook(SECRET).verify(body, headers)
            received.append({"id": headers["webhook-id"], "payload": payload})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", received
        server.shutdown()


def test_the_demonstration_corpus_becomes_tasks_with_the_expected_evidence(desk: Any) -> None:
    desk.load_evidence()
    states = [result.state for result in desk.ingest(*sorted(DEMO.glob("articles/*.json")))]
    assert states.count("new") == 19
    assert states.count("revised") == 1
    desk.run_until_done()
    assert letters(desk) == []

    found = all_tasks(desk)
    evidence: dict[str, set[str]] = {}
    for stored in found:
        for sighting in stored.task.sightings:
            names = {match.evidence.id for match in stored.task.evidence}
            evidence.setdefault(sighting.claim.text, set()).update(names)
    expected = json.loads((DEMO / "expected.json").read_text("utf-8"))
    hits = sum(
        any(
            pair["evidence_id"] in names
            and (pair["claim_text"] in text or text in pair["claim_text"])
            for text, names in evidence.items()
        )
        for pair in expected
    )
    assert hits / len(expected) >= 0.7

    # The two syndicated copies add sightings, not tasks.
    copied = [stored for stored in found if len(stored.task.sightings) > 1]
    assert copied
    ids = [stored.task.id for stored in found]
    assert len(ids) == len(set(ids))

    # Reading everything again adds nothing.
    again = desk.ingest(*sorted(DEMO.glob("articles/0[1-3]*.json")))
    assert {result.state for result in again} == {"unchanged"}


def test_a_verdict_is_evidence_for_the_next_sighting_and_an_alert_reaches_its_subscriber(
    desk: Any, tmp_path: Path, receiver: tuple[str, list[dict[str, Any]]]
) -> None:
    url, received = receiver
    desk.app.alert_store.add(
        Subscription(
            id="sub_bridge",
            owner="editor",
            query="bridge vehicles",
            webhook_url=url,
            secret=SecretStr(SECRET),
            created_at=datetime(2024, 1, 1, tzinfo=UTC),
        )
    )
    claim = "The Lakeport bridge carried 40,000 vehicles a day in 2023"
    desk.ingest(
        article(tmp_path, "first", f'LAKEPORT, May 6 - "{claim}," Mayor Ada Hallam said on Monday.')
    )
    with desk.running() as settle:
        settle()
        stored = next(row for row in all_tasks(desk) if "40,000" in row.task.claim.text)
        assert stored.task.claim.speaker == "Ada Hallam"
        now = desk.app.clock.now()
        taken = take(desk.app.task_store, "rita", stored.task.id, now)
        decide(desk.app.task_store, taken, "The office counted 31,000.", now=now)
        settle()
        desk.ingest(
            article(
                tmp_path,
                "second",
                "HARBOUR CITY, May 8 - The Lakeport bridge carried 40,000 vehicles a day in 2023, "
                "Councillor Ben Okuda said on Wednesday.",
                published_at="2024-05-08T09:00:00Z",
            )
        )
        settle()

    shown = desk.app.published.get(stored.task.id)
    assert (shown.rating, shown.speaker) == ("false", "Ada Hallam")
    second = next(row for row in all_tasks(desk) if row.task.claim.speaker == "Ben Okuda")
    kinds = {match.evidence.kind.value for match in second.task.evidence}
    assert "verdict" in kinds
    about = {item["payload"]["data"]["event_type"] for item in received}
    assert about == {"task", "verdict"}
    assert len({item["id"] for item in received}) == len(received) == 3


BAD = {
    "not UTF-8": (b'\xff\xfe{"id"', "not_utf8"),
    "not JSON": (b"hello", "not_json"),
    "an unknown version": (b'{"type": "claimdesk.article.v99", "id": "x"}', "unknown_version"),
    "another topic's event": (b'{"type": "claimdesk.task.v1", "id": "x"}', "wrong_topic"),
    "no text": (b'{"type": "claimdesk.article.v1", "id": "x", "data": {"id": "a"}}', "invalid"),
}


def test_bad_messages_become_dead_letters_and_the_next_article_goes_through(
    desk: Any, tmp_path: Path
) -> None:
    desk.app.admin.ensure([ARTICLES, CLAIMS])
    desk.app.producer.publish(
        [Message(ARTICLES.name, "same-key", value) for value, _reason in BAD.values()]
        + [Message(CLAIMS.name, "same-key", b'{"type": "claimdesk.claims.v1", "data": {}}')]
    )
    german = (
        "Der Minister sagte am Montag, die Arbeitslosigkeit sei auf vier Prozent gesunken. " * 5
    )
    desk.ingest(article(tmp_path, "german", german, language="de"))
    desk.ingest(
        article(tmp_path, "good", 'OSLO, May 6 - "Unemployment fell to 4.2 per cent," she said.')
    )
    desk.run_until_done()
    found = letters(desk)
    reasons = sorted(letter.reason for letter in found)
    assert reasons == sorted([*(reason for _, reason in BAD.values()), "invalid", "not_handled"])
    values = {letter.value for letter in found}
    assert {value for value, _ in BAD.values()} <= values
    assert any("4.2 per cent" in row.task.claim.text for row in all_tasks(desk))


def test_replaying_the_log_from_the_beginning_changes_nothing(desk: Any, tmp_path: Path) -> None:
    desk.ingest(
        article(tmp_path, "a", "The tunnel cost 12 million euros, Minister Jan Weber said."),
        article(tmp_path, "b", "Exports rose by 7 per cent in 2023, the statistics office said."),
    )
    desk.run_until_done()
    before = {row.task.id: row.task.model_dump_json() for row in all_tasks(desk)}
    events = {decode(CLAIMS, record.value).id for record in desk.app.admin.read(CLAIMS)}
    desk.app.admin.seek("extract", ARTICLES, 0)
    desk.run_until_done()
    assert {row.task.id: row.task.model_dump_json() for row in all_tasks(desk)} == before
    records = list(desk.app.admin.read(CLAIMS))
    assert len(records) == 2 * len(events)
    assert {decode(CLAIMS, record.value).id for record in records} == events


def test_a_very_long_article_and_one_in_another_language_hold_up_nobody(
    desk: Any, tmp_path: Path
) -> None:
    long = " ".join(
        f"Number {number} of the bridges was closed in 2019." for number in range(1_000)
    )
    desk.ingest(
        article(tmp_path, "long", long),
        article(tmp_path, "rtl", "قال الوزير إن البطالة انخفضت. " * 20, language="ar"),
        article(tmp_path, "after", "The port handled 90,000 containers in 2022, the mayor said."),
    )
    desk.run_until_done(("extract", "match", "triage", "review"))
    read = [decode(ARTICLES, record.value).data for record in desk.app.admin.read(ARTICLES)]
    assert {a.guid for a in read if isinstance(a, Article)} == {"long", "rtl", "after"}
    assert [letter.reason for letter in letters(desk)] == ["not_handled"]
    assert any("90,000" in row.task.claim.text for row in all_tasks(desk))

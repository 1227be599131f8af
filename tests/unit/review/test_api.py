"""The HTTP API on a real server: reading, leases, verdicts, and errors as problem documents."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from services import review
from services.adapters.sql import make_engine
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.work import Policy
from services.runtime.clock import FakeClock
from tests.support.desk import (
    NOW,
    People,
    make_claim,
    make_match,
    make_task,
    make_tasks,
    running_desk,
    sqlite_url,
    store_at,
)

STRANGER = {"Authorization": "Bearer nobody"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path)) as made:
        yield SqlTaskStore(made._engine, Policy(public_url="https://desk.example/"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def people(store: SqlTaskStore, clock: FakeClock) -> People:
    return People(store, clock)


@pytest.fixture
def api(store: SqlTaskStore, clock: FakeClock, people: People) -> Iterator[httpx.Client]:
    with (
        running_desk(store, clock, lease_seconds=60, public_url="https://desk.example/") as url,
        httpx.Client(base_url=url, headers=people.bearer("ann"), timeout=30) as client,
    ):
        yield client


def take(api: httpx.Client, task_id: str, headers: dict[str, str] | None = None) -> httpx.Response:
    body = {"action": "take", "seconds": 60}
    return api.post(f"/api/v1/tasks/{task_id}/actions", json=body, headers=headers)


def decide(api: httpx.Client, task_id: str, **given: object) -> httpx.Response:
    body = {"lease": 1, "rating": "false", "rationale": "Nine, says the audit."} | given
    return api.post(f"/api/v1/tasks/{task_id}/actions", json={"action": "decide"} | body)


def assert_problem(response: httpx.Response, status: int, says: str = "") -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    assert says in body["detail"]
    return dict(body)


def test_a_task_from_the_queue_to_its_verdict(api: httpx.Client, store: SqlTaskStore) -> None:
    task = make_task(evidence=[make_match()])
    store.upsert(task)
    listed = api.get("/api/v1/tasks").json()
    assert listed["counts"] == {"open": 1, "taken": 0, "snoozed": 0, "done": 0}
    assert listed["next"] is None
    shown = listed["tasks"][0]
    assert (shown["id"], shown["state"], shown["speaker"]) == (task.id, "open", "Maria Lind")
    assert shown["evidence"][0]["relation"] == "contradicts"
    assert {part["name"] for part in shown["priority"]["parts"]} >= {"evidence", "kind"}
    assert api.get(f"/api/v1/tasks/{task.id}").json() == shown

    taken = take(api, task.id).json()
    assert (taken["state"], taken["reviewer"], taken["lease"]) == ("taken", "ann", 1)
    done = decide(api, task.id, evidence_ids=["e1"])
    assert done.status_code == 200
    verdict = done.json()["verdict"]
    assert (verdict["rating"], verdict["reviewer"]) == ("false", "ann")
    assert verdict["url"] == f"https://desk.example/tasks/{task.id}"
    assert [row.id for row in store.unpublished()] == [verdict["id"]]
    again = decide(api, task.id, evidence_ids=["e1"])
    assert again.status_code == 200
    assert again.json() == done.json()


def test_take_next_follows_priority_until_nothing_is_left(
    api: httpx.Client, store: SqlTaskStore
) -> None:
    for task in (make_task(make_claim("Low", check_worthiness=0.1)), make_task()):
        store.upsert(task)
    taken = [api.post("/api/v1/tasks/take") for _ in range(3)]
    assert [answer.json().get("claim", {}).get("text") for answer in taken[:2]] == [
        make_claim().text,
        "Low",
    ]
    assert_problem(taken[2], 404, "no task is open")


def test_a_damaged_database_is_no_fault_of_the_reader(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"this is no database, but it is long enough" * 100)
    broken = SqlTaskStore(make_engine(sqlite_url(tmp_path)))
    with running_desk(broken) as url:
        answer = httpx.get(f"{url}/api/v1/tasks", headers=STRANGER)
        assert_problem(answer, 500, "damaged")
        assert str(tmp_path) not in answer.text
        assert httpx.get(f"{url}/readyz").status_code == 500


def test_release_puts_it_back(api: httpx.Client, store: SqlTaskStore) -> None:
    task = make_task()
    store.upsert(task)
    take(api, task.id)
    body = {"action": "release", "lease": 1}
    released = api.post(f"/api/v1/tasks/{task.id}/actions", json=body)
    assert released.json()["state"] == "open"
    assert_problem(api.post(f"/api/v1/tasks/{task.id}/actions", json=body), 409)


def test_a_conflict_shows_the_task_as_it_stands(
    api: httpx.Client, store: SqlTaskStore, clock: FakeClock, people: People
) -> None:
    task = make_task()
    store.upsert(task)
    take(api, task.id)
    bob = people.bearer("bob")
    told = assert_problem(take(api, task.id, bob), 409, "ann holds it")
    assert told["task"] == api.get(f"/api/v1/tasks/{task.id}").json()
    clock.advance(61)
    assert api.get(f"/api/v1/tasks/{task.id}").json()["state"] == "open"
    assert take(api, task.id, bob).json()["lease"] == 2
    stale = assert_problem(decide(api, task.id), 409, "bob holds it under lease 2")
    assert stale["task"]["reviewer"] == "bob"  # type: ignore[index]


def test_pages_and_filters(api: httpx.Client, store: SqlTaskStore) -> None:
    for task in make_tasks(5):
        store.upsert(task)
    take(api, make_tasks(1)[0].id)
    seen, cursor = [], None
    while True:
        query = {"limit": 2, "state": "open"} | ({"cursor": cursor} if cursor else {})
        page = api.get("/api/v1/tasks", params=query).json()
        seen += [row["id"] for row in page["tasks"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(task.id for task in make_tasks(5)[1:])
    both = api.get("/api/v1/tasks", params={"state": ["open", "taken"]}).json()
    assert len(both["tasks"]) == 5


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"state": "lost"}, "state"),
        ({"cursor": "nonsense"}, "cursor"),
    ],
)
def test_wrong_queries_are_told(api: httpx.Client, query: dict[str, str], says: str) -> None:
    assert_problem(api.get("/api/v1/tasks", params=query), 422, says)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rating": "great"}, "rating"),
        ({"lease": 0}, "lease"),
        ({"lease": 2**40}, "lease"),
        ({"rationale": ""}, "rationale"),
        ({"rationale": "x" * 20_001}, "rationale"),
        ({"reviewer": "bob"}, "reviewer"),
        ({"evidence_ids": ["not-the-tasks"]}, "not-the-tasks"),
        ({"state": "done"}, "state"),
        ({"decided_at": "2020-01-01T00:00:00Z"}, "decided_at"),
    ],
)
def test_wrong_verdicts_are_told_and_change_nothing(
    api: httpx.Client, store: SqlTaskStore, given: dict[str, object], says: str
) -> None:
    task = make_task()
    store.upsert(task)
    before = take(api, task.id).json()
    assert_problem(decide(api, task.id, **given), 422, says)
    assert api.get(f"/api/v1/tasks/{task.id}").json() == before


def test_the_longest_rationale_of_the_widest_characters_fits(
    api: httpx.Client, store: SqlTaskStore
) -> None:
    task = make_task()
    store.upsert(task)
    take(api, task.id)
    assert decide(api, task.id, rationale="😀" * 20_000).status_code == 200


def test_not_json_is_told(api: httpx.Client) -> None:
    header = {"Content-Type": "application/json"}
    answer = api.post("/api/v1/tasks/t/actions", content=b"{", headers=header)
    assert_problem(answer, 422, "the body is not JSON: line 1, column 2")


def test_broken_json_is_told_with_its_place(api: httpx.Client) -> None:
    body = '{"other": "ann",\n  "lease": }'
    header = {"Content-Type": "application/json; charset=utf-8"}
    answer = api.post("/api/v1/tasks/t/actions", content=body, headers=header)
    assert_problem(answer, 422, "line 2, column 12: Expecting value")
    answer = api.post("/api/v1/tasks/t/actions", content="[]", headers=header)
    assert_problem(answer, 422, "body: ")


@pytest.mark.parametrize("given", [None, "text/plain", "application/x-www-form-urlencoded", "json"])
def test_a_request_that_does_not_say_json_is_told_the_header(
    api: httpx.Client, given: str | None
) -> None:
    headers = {"Content-Type": given} if given else {}
    answer = api.post(
        "/api/v1/tasks/t/actions", content=b'{"action": "release", "lease": 1}', headers=headers
    )
    assert_problem(answer, 415, "`Content-Type: application/json`")


def test_the_readmes_requests_work_as_they_stand(store: SqlTaskStore) -> None:
    task = make_task()
    store.upsert(task)
    readme = (Path(review.__file__).parent / "README.md").read_text("utf-8")
    commands = re.findall(r"^curl .*?(?<!\\)$", readme, re.MULTILINE | re.DOTALL)
    token, states = People(store).token("rita"), []
    with running_desk(store) as desk:
        for command in commands:
            line = command.replace("\\\n", " ").replace("$TOKEN", token)
            words = shlex.split(line.replace("-X POST ", "").replace("TASK", task.id))
            _, url, *options = words
            given = list(zip(options[::2], options[1::2], strict=True))
            headers = dict(value.split(": ", 1) for option, value in given if option == "-H")
            body = dict(given).get("-d")
            answer = httpx.post(desk + urlsplit(url).path, content=body, headers=headers)
            assert answer.status_code == 200, answer.text
            states.append(answer.json()["state"])
    assert states == ["taken", "done"]


def test_probes_and_the_description(api: httpx.Client) -> None:
    assert api.get("/livez").status_code == 200
    assert api.get("/readyz").status_code == 200
    paths = api.get("/api/v1/openapi.json").json()["paths"]
    assert {path for path in paths if path.startswith("/api/")} == {
        "/api/v1/choices/{choice_id}/undo",
        "/api/v1/subscriptions",
        "/api/v1/subscriptions/dry-run",
        "/api/v1/subscriptions/{subscription_id}",
        "/api/v1/tasks/{task_id}/merge",
        "/api/v1/tasks/{task_id}/split",
        "/api/v1/tasks",
        "/api/v1/tasks/take",
        "/api/v1/tasks/{task_id}",
        "/api/v1/tasks/{task_id}/actions",
    }


def test_a_database_that_is_away_is_503_and_not_ready_but_alive(tmp_path: Path) -> None:
    (tmp_path / "desk.db").mkdir()
    away = SqlTaskStore(make_engine(sqlite_url(tmp_path)))
    with running_desk(away) as url, httpx.Client(base_url=url, timeout=30) as client:
        assert client.get("/livez").status_code == 200
        for path in ("/readyz", "/api/v1/tasks"):
            answer = client.get(path, headers=STRANGER)
            assert_problem(answer, 503, "database")
            assert answer.headers["retry-after"] == "5"
            assert str(tmp_path) not in answer.text
        page = client.get("/", cookies={"claimdesk": "somebody"})
        assert page.status_code == 503
        assert "text/html" in page.headers["content-type"]


def test_tasks_are_merged_split_and_put_back(api: httpx.Client, store: SqlTaskStore) -> None:
    one, other = make_tasks(2)
    for task in (one, other):
        store.upsert(task)
    merged = api.post(f"/api/v1/tasks/{other.id}/merge", json={"into": one.id}).json()
    assert (merged["id"], merged["sighting_count"], merged["article_count"]) == (one.id, 2, 1)
    assert "ann merged task" in merged["changes"][0]["why"]
    assert api.get(f"/api/v1/tasks/{other.id}").json()["joined_to"] == one.id
    part = api.post(f"/api/v1/tasks/{one.id}/split", json={"claim_ids": [other.claim.id]}).json()
    assert part["claim"]["id"] == other.claim.id
    choice = store.choices()[-1].id
    header = {"Content-Type": "application/json"}
    back = api.post(f"/api/v1/choices/{choice}/undo", headers=header)
    assert (back.status_code, back.json()["sighting_count"]) == (200, 2)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("tasks/nobody/merge", {"into": "x"}, 404),
        ("tasks/{id}/merge", {"into": "{id}"}, 422),
        ("tasks/{id}/merge", {}, 422),
        ("tasks/{id}/split", {"claim_ids": []}, 422),
        ("tasks/{id}/split", {"claim_ids": ["nothing"]}, 422),
        ("choices/nothing/undo", {}, 422),
    ],
)
def test_a_choice_that_cannot_be_made_is_told(
    api: httpx.Client, store: SqlTaskStore, path: str, body: dict[str, object], status: int
) -> None:
    task = store.upsert(make_task()).task
    filled = {key: task.id if value == "{id}" else value for key, value in body.items()}
    answer = api.post(f"/api/v1/{path.replace('{id}', task.id)}", json=filled)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_merging_needs_the_token(api: httpx.Client, store: SqlTaskStore) -> None:
    task = store.upsert(make_task()).task
    path = f"{api.base_url}/api/v1/tasks/{task.id}/merge"
    assert httpx.post(path, json={"into": "x"}, timeout=30).status_code == 401

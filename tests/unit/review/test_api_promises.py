"""What the API promises to programs: done once under a key, only on what was seen, pages that end, plain errors."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.task import Task
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.accounts import Role
from services.ports.work import Policy
from services.review.guard import MAX_BODY
from services.runtime.clock import FakeClock
from tests.support.desk import (
    NOW,
    People,
    make_match,
    make_task,
    make_tasks,
    running_desk,
    sqlite_url,
    store_at,
)

TAKE = {"action": "take", "seconds": 60}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path)) as made:
        yield made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def api(store: SqlTaskStore, clock: FakeClock) -> Iterator[httpx.Client]:
    ann = People(store).bearer("ann")
    with (
        running_desk(store, clock) as url,
        httpx.Client(base_url=url, headers=ann, timeout=30) as client,
    ):
        yield client


@pytest.fixture
def task(store: SqlTaskStore) -> Task:
    made = make_task(evidence=[make_match()])
    store.upsert(made)
    return made


def act(api: httpx.Client, task: Task, action: dict[str, Any], **headers: str) -> httpx.Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.post(f"/api/v1/tasks/{task.id}/actions", json=action, headers=given)


def assert_problem(response: httpx.Response, status: int, says: str = "") -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = dict(response.json())
    assert (body["status"], bool(body["title"])) == (status, True)
    assert says in body["detail"]
    return body


# Idempotency-Key


def test_what_comes_twice_under_a_key_is_done_once(api: httpx.Client, store: SqlTaskStore) -> None:
    for made in make_tasks(3):
        store.upsert(made)
    headers = {"Idempotency-Key": "first"}
    first = api.post("/api/v1/tasks/take", headers=headers)
    again = api.post("/api/v1/tasks/take", headers=headers)
    other = api.post("/api/v1/tasks/take", headers={"Idempotency-Key": "second"})
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    assert "idempotency-replayed" not in first.headers
    assert other.json()["id"] != first.json()["id"]


def test_at_the_same_time_it_is_done_once_as_well(api: httpx.Client, task: Task) -> None:
    def send(_: int) -> httpx.Response:
        return act(api, task, TAKE, Idempotency_Key="k")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    done = [answer for answer in answers if answer.status_code == 200]
    assert {answer.json()["lease"] for answer in done} == {1}
    assert api.get(f"/api/v1/tasks/{task.id}").json()["lease"] == 1


def test_a_key_for_another_request_is_refused(api: httpx.Client, task: Task) -> None:
    act(api, task, TAKE, Idempotency_Key="k")
    renewed = {"action": "renew", "lease": 1, "seconds": 60}
    assert_problem(act(api, task, renewed, Idempotency_Key="k"), 422, "Idempotency-Key")


def test_what_was_refused_is_tried_again(api: httpx.Client, store: SqlTaskStore) -> None:
    headers = {"Idempotency-Key": "k"}
    assert_problem(api.post("/api/v1/tasks/take", headers=headers), 404)
    store.upsert(make_task())
    assert api.post("/api/v1/tasks/take", headers=headers).status_code == 200


def test_a_key_is_its_account_s_own(api: httpx.Client, store: SqlTaskStore, task: Task) -> None:
    act(api, task, TAKE, Idempotency_Key="k")
    sam = People(store).bearer("sam")
    answer = act(api, task, TAKE, Idempotency_Key="k", **sam)
    assert_problem(answer, 409, "ann")
    nobody = api.post(
        f"/api/v1/tasks/{task.id}/actions",
        json=TAKE,
        headers={"Idempotency-Key": "k", "Authorization": "Bearer forged"},
    )
    assert_problem(nobody, 401)


def test_a_key_is_forgotten_after_a_day(api: httpx.Client, task: Task, clock: FakeClock) -> None:
    act(api, task, TAKE, Idempotency_Key="k")
    clock.advance(timedelta(hours=24).total_seconds())
    assert act(api, task, TAKE, Idempotency_Key="k").json()["lease"] == 2


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_told(api: httpx.Client, task: Task, key: str) -> None:
    assert_problem(act(api, task, TAKE, Idempotency_Key=key), 422, "Idempotency-Key")


# ETag, If-None-Match, If-Match


def test_who_has_the_task_already_is_told_so_until_it_changes(
    api: httpx.Client, task: Task
) -> None:
    path = f"/api/v1/tasks/{task.id}"
    tag = api.get(path).headers["etag"]
    known = api.get(path, headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    act(api, task, TAKE)
    changed = api.get(path, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["state"]) == (200, "taken")


def test_an_action_is_done_on_what_was_seen_only(
    api: httpx.Client, store: SqlTaskStore, task: Task
) -> None:
    path = f"/api/v1/tasks/{task.id}"
    seen = api.get(path).headers["etag"]
    taken = act(api, task, TAKE, If_Match=seen)
    assert taken.status_code == 200
    assert taken.headers["etag"] == api.get(path).headers["etag"]
    release = {"action": "release", "lease": 1}
    assert_problem(act(api, task, release, If_Match=seen), 412, "changed")
    assert api.get(path).json()["state"] == "taken"
    weak = f'"other", W/{taken.headers["etag"]}'
    assert act(api, task, release, If_Match=weak).status_code == 200
    assert act(api, task, TAKE, If_Match="*").status_code == 200


def test_evidence_that_came_meanwhile_counts_as_a_change(
    api: httpx.Client, store: SqlTaskStore, task: Task
) -> None:
    seen = api.get(f"/api/v1/tasks/{task.id}").headers["etag"]
    store.upsert(make_task(evidence=[make_match("e2")]))
    assert_problem(act(api, task, TAKE, If_Match=seen), 412)


def test_what_is_not_there_has_no_tag(api: httpx.Client) -> None:
    missing = api.post("/api/v1/tasks/task_none/actions", json=TAKE, headers={"If-Match": "*"})
    assert_problem(missing, 404)
    assert_problem(api.get("/api/v1/tasks/task_none"), 404)


# Blind review


def test_a_refusal_does_not_tell_what_others_found(store: SqlTaskStore) -> None:
    """While review is blind, what ann found is hidden from sam until he has his own opinion."""
    double = SqlTaskStore(store._engine, Policy(double_review_at=0.0))
    made = make_task(evidence=[make_match()])
    double.upsert(made)
    with (
        running_desk(double, FakeClock(NOW)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        ann, sam = (People(double).bearer(name) for name in ("ann", "sam"))
        lease = act(client, made, TAKE, **ann).json()["lease"]
        found = {"action": "decide", "lease": lease, "rating": "false", "rationale": "ann's words"}
        assert act(client, made, found, **ann).status_code == 200
        refused = act(client, made, {"action": "release", "lease": 77}, **sam)
        assert_problem(refused, 409)
        assert "ann's words" not in refused.text


# Pages, errors, sizes


def test_pages_of_tasks_follow_each_other_and_end(api: httpx.Client, store: SqlTaskStore) -> None:
    made = make_tasks(7)
    for one in made:
        store.upsert(one)
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(5):
        asked = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = api.get("/api/v1/tasks", params=asked).json()
        seen += [one["id"] for one in page["tasks"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(one.id for one in made)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/tasks", 405),
        ("GET", "/api/v1/tasks?limit=0", 422),
        ("GET", "/api/v1/tasks?cursor=forged", 422),
        ("GET", "/api/v1/tasks?nothing=1", 422),
        ("GET", "/v1alpha1/nothing", 404),
    ],
)
def test_every_error_is_a_problem_document(
    api: httpx.Client, method: str, path: str, status: int
) -> None:
    assert_problem(api.request(method, path), status)


def test_a_body_that_is_too_large_or_no_json_is_told(api: httpx.Client, task: Task) -> None:
    path = f"/api/v1/tasks/{task.id}/actions"
    json = {"Content-Type": "application/json"}
    assert_problem(api.post(path, content=b" " * (MAX_BODY + 1), headers=json), 413)
    assert_problem(api.post(path, content=b"{", headers=json), 422, "line 1")
    assert_problem(api.post(path, content=b"{}"), 415)
    assert_problem(api.post(path, content=b"\xff", headers=json), 400)


def test_a_reader_reads_and_does_nothing(
    api: httpx.Client, store: SqlTaskStore, task: Task
) -> None:
    reader = People(store).bearer("rob", Role.READER)
    assert api.get(f"/api/v1/tasks/{task.id}", headers=reader).status_code == 200
    assert_problem(act(api, task, TAKE, **reader), 403)

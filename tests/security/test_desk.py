"""What the desk refuses."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from schemas.match import Match
from services.adapters.sql_tasks import SqlTaskStore
from tests.support.desk import (
    People,
    make_article,
    make_claim,
    make_match,
    make_task,
    running_desk,
    sqlite_url,
    store_at,
)

WRITES = ["/api/v1/tasks/take"] + [
    f"/api/v1/tasks/{make_task().id}/{verb}" for verb in ("actions",)
]
BODY = {"action": "decide", "lease": 1, "rating": "false", "rationale": "x"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path_factory.mktemp("desk"))) as made:
        made.upsert(make_task())
        yield made


@pytest.fixture(scope="module")
def people(store: SqlTaskStore) -> People:
    return People(store)


@pytest.fixture(scope="module")
def token(people: People) -> str:
    return people.token()


@pytest.fixture(scope="module")
def desk(store: SqlTaskStore) -> Iterator[str]:
    with running_desk(store, public_url="https://desk.example:8443/x") as url:
        yield url


def body_for(path: str) -> dict[str, object]:
    return BODY if path.endswith("/actions") else {}


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer {token}x"},
        {"Authorization": "Bearer {session}"},
        {"Authorization": "Basic {token}"},
        {"Authorization": "{token}"},
        {"Cookie": "claimdesk={token}"},
        {"Cookie": "claimdesk={session}"},
    ],
)
def test_no_token_or_a_forged_one_writes_nothing(
    desk: str, store: SqlTaskStore, people: People, token: str, path: str, given: dict[str, str]
) -> None:
    session = people.session()
    headers = {name: value.format(token=token, session=session) for name, value in given.items()}
    answer = httpx.post(desk + path, json=body_for(path), headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert token not in answer.text
    stored = store.get(make_task().id)
    assert stored is not None
    assert stored.lease == 0


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "["]
)
@pytest.mark.parametrize("path", ["/", "/api/v1/tasks", "/static/desk.css"])
def test_another_sites_name_for_our_address_is_refused(desk: str, host: str, path: str) -> None:
    answer = httpx.get(desk + path, headers={"Host": host})
    assert answer.status_code == 400
    assert "Maria" not in answer.text


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8080", "DESK.example:8443"])
def test_our_own_names_are_served(desk: str, host: str) -> None:
    assert httpx.get(desk + "/sign-in", headers={"Host": host}).status_code == 200


def test_probes_need_no_host(desk: str) -> None:
    assert httpx.get(desk + "/livez", headers={"Host": "10.1.2.3:8080"}).status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_rationale_of_10_mb_is_too_large(desk: str, token: str, chunked: bool) -> None:
    content = b'{"action":"decide","lease":1,"rating":"false","rationale":"' + b"x" * 10_000_000
    answer = httpx.post(
        desk + WRITES[1],
        content=iter([content, b'"}']) if chunked else content + b'"}',
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "task_id",
    ["no-such-task", "..%2f..%2fetc%2fpasswd", "%00", "a%20b", "x" * 600, "%E2%80%AE", "%27%3B--"],
)
@pytest.mark.parametrize("verb", ["", "actions"])
def test_ids_of_nothing_are_404(desk: str, token: str, task_id: str, verb: str) -> None:
    path = f"/api/v1/tasks/{task_id}" + (f"/{verb}" if verb else "")
    answer = httpx.request(
        "POST" if verb else "GET",
        desk + path,
        json=body_for(path) if verb else None,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_page_of_nothing_is_404_and_repeats_nothing(desk: str, people: People) -> None:
    cookies = {"__Host-claimdesk": people.session()}
    for path in ("/tasks/<script>alert(1)</script>", "/nothing", "/static/../api.py", "/tasks/x"):
        answer = httpx.get(desk + path, cookies=cookies)
        assert answer.status_code == 404
        assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/tasks", "/nothing", "/static/desk.css", "/livez", "/api/v1/openapi.json"]
)
def test_every_response_carries_the_safe_headers(desk: str, path: str) -> None:
    headers = httpx.get(desk + path, headers={"Origin": "https://evil.example"}).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert not [name for name in headers if name.startswith("access-control")]
    assert "server" not in headers


def test_no_documentation_page_from_another_host(desk: str) -> None:
    assert {httpx.get(desk + path).status_code for path in ("/docs", "/redoc")} == {404}


HOSTILE_URLS = ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "file:///etc/passwd"]


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_only_web_addresses_become_links(tmp_path: Path, url: str) -> None:
    match = make_match()
    item = match.evidence.model_copy(update={"url": url})
    hostile: Match = match.model_copy(update={"evidence": item})
    task = make_task(make_claim(), make_article(url=url), [hostile])
    with store_at(sqlite_url(tmp_path)) as store, running_desk(store) as desk:
        store.upsert(task)
        page = httpx.get(f"{desk}/tasks/{task.id}", cookies=People(store).cookie()).text
    assert item.title in page
    assert url not in page

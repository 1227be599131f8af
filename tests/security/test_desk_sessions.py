"""Who may do what on the desk's pages: sessions, forms, roles, and everything that is forged."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.adapters.sql_tasks import SqlTaskStore
from services.ports.accounts import Role
from services.review.people import form_token
from services.runtime.clock import FakeClock
from tests.support.desk import (
    NOW,
    PASSWORD,
    People,
    make_match,
    make_task,
    make_tasks,
    running_desk,
    sqlite_url,
    store_at,
    take,
)

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path)) as made:
        yield made


@pytest.fixture
def people(store: SqlTaskStore, clock: FakeClock) -> People:
    return People(store, clock)


@pytest.fixture
def desk(store: SqlTaskStore, clock: FakeClock) -> Iterator[str]:
    with running_desk(store, clock, lease_seconds=60) as url:
        yield url


class Browser:
    """Somebody's browser: a session, and forms that carry its token."""

    def __init__(
        self, desk: str, people: People, name: str = "ann", role: Role = Role.REVIEWER
    ) -> None:
        self.session = people.session(name, role)
        self.http = httpx.Client(base_url=desk, cookies={"claimdesk": self.session}, timeout=30)

    def post(
        self, path: str, headers: dict[str, str] | None = None, **fields: str | list[str]
    ) -> httpx.Response:
        data = {"form_token": form_token(self.session)} | fields
        return self.http.post(path, data=data, headers=headers)


@pytest.fixture
def ann(desk: str, people: People) -> Iterator[Browser]:
    browser = Browser(desk, people)
    with browser.http:
        yield browser


@pytest.fixture
def task_id(store: SqlTaskStore) -> str:
    return store.upsert(make_task(evidence=[make_match()])).task.id


def lease_of(store: SqlTaskStore, task_id: str) -> int:
    stored = store.get(task_id)
    assert stored is not None
    return stored.lease


def test_nothing_is_shown_to_whoever_has_not_signed_in(desk: str, task_id: str) -> None:
    for path in ("/", f"/tasks/{task_id}", "/progress", "/account", "/events", "/?kind=quantity"):
        answer = httpx.get(desk + path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
        assert "Maria" not in answer.text


@pytest.mark.parametrize("token", ["", "0" * 64, "x", "another session's"])
def test_a_form_that_is_not_of_this_session_changes_nothing(
    ann: Browser, people: People, store: SqlTaskStore, task_id: str, token: str
) -> None:
    forged = form_token(people.session("bob")) if token.startswith("another") else token
    answer = ann.post(f"/tasks/{task_id}/act", action="take", form_token=forged)
    assert answer.status_code == 403
    assert lease_of(store, task_id) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/tasks/take", "/sign-in", "/sign-out", "/views"])
def test_a_post_that_another_site_started_changes_nothing(
    ann: Browser, store: SqlTaskStore, task_id: str, headers: dict[str, str], path: str
) -> None:
    assert ann.post(path, headers=headers).status_code == 403
    assert lease_of(store, task_id) == 0
    assert ann.http.get("/account").status_code == 200


def test_our_own_forms_are_let_through(ann: Browser, store: SqlTaskStore, task_id: str) -> None:
    origin = str(ann.http.base_url).rstrip("/")
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert ann.post("/tasks/take", headers=headers).status_code == 303
    assert lease_of(store, task_id) == 1


def test_a_link_signs_in_once_and_not_by_looking_at_it(desk: str, people: People) -> None:
    link = people.link("ann")
    assert httpx.get(desk + link).status_code == 200
    first, second = (httpx.post(desk + link) for _ in range(2))
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert (second.status_code, "set-cookie" in second.headers) == (401, False)
    cookies = dict(first.cookies)
    assert httpx.get(f"{desk}/account", cookies=cookies).status_code == 200


def test_a_link_ends_after_a_quarter_of_an_hour(
    desk: str, people: People, clock: FakeClock
) -> None:
    link = people.link("ann")
    clock.advance(901)
    assert httpx.post(desk + link).status_code == 401


def test_the_cookie_is_out_of_reach(desk: str, people: People) -> None:
    cookie = httpx.post(desk + people.link("ann")).headers["set-cookie"]
    assert cookie.startswith("claimdesk=")
    for word in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert word in cookie
    assert "Domain" not in cookie


def test_behind_https_the_cookie_is_bound_to_the_host(
    store: SqlTaskStore, clock: FakeClock, people: People
) -> None:
    with running_desk(store, clock, public_url="https://desk.example") as url:
        cookie = httpx.post(url + people.link("ann")).headers["set-cookie"]
    assert cookie.startswith("__Host-claimdesk=")
    assert "Secure" in cookie


def test_a_session_ends_with_signing_out_and_cannot_be_replayed(ann: Browser) -> None:
    assert ann.post("/sign-out").status_code == 303
    again = httpx.get(f"{ann.http.base_url}/account", cookies={"claimdesk": ann.session})
    assert again.status_code == 303


def test_signing_in_makes_a_new_session_and_ends_the_old_one(ann: Browser, people: People) -> None:
    people.door.set_password(people.known("ann"), PASSWORD)
    planted = people.session("ann")
    fields = {"name": "ann", "password": PASSWORD, "next": "/progress"}
    answer = httpx.post(f"{ann.http.base_url}/sign-in", data=fields, cookies={"claimdesk": planted})
    assert (answer.status_code, answer.headers["location"]) == (303, "/progress")
    assert answer.cookies["claimdesk"] != planted
    assert people.door.by_session(planted) is None


def test_names_and_passwords_cannot_be_tried_without_end(desk: str, people: People) -> None:
    people.door.set_password(people.add("ann"), PASSWORD)
    fields = {"name": "ann", "password": "wrong"}
    tries = [httpx.post(f"{desk}/sign-in", data=fields, timeout=60) for _ in range(11)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429]
    assert int(tries[-1].headers["retry-after"]) > 0
    right = httpx.post(f"{desk}/sign-in", data=fields | {"password": PASSWORD})
    assert right.status_code == 429
    assert {"wrong" in answer.text for answer in tries[:10]} == {True}


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\n/x",
        "",
    ],
)
def test_signing_in_leads_nowhere_else(desk: str, people: People, where: str) -> None:
    people.door.set_password(people.add("ann"), PASSWORD)
    fields = {"name": "ann", "password": PASSWORD, "next": where}
    assert httpx.post(f"{desk}/sign-in", data=fields, timeout=60).headers["location"] == "/"


def test_a_reader_reads_and_changes_nothing(
    desk: str, people: People, store: SqlTaskStore, task_id: str
) -> None:
    max_ = Browser(desk, people, "max", Role.READER)
    page = max_.http.get(f"/tasks/{task_id}")
    assert page.status_code == 200
    assert 'action="/tasks/' not in re.sub(r'action="/tasks/take"', "", page.text)
    for path in ("/tasks/take", f"/tasks/{task_id}/act", f"/tasks/{task_id}/merge"):
        assert max_.post(path, action="take", into="x").status_code == 403
    assert max_.post("/choices/choice_x/undo").status_code == 403
    assert lease_of(store, task_id) == 0


def test_a_reviewer_does_nothing_that_is_an_editors(
    ann: Browser, store: SqlTaskStore, task_id: str
) -> None:
    take(store, "bob", task_id)
    for action in ("assign", "seed"):
        answer = ann.post(f"/tasks/{task_id}/act", action=action, desk="mine", rating="true")
        assert answer.status_code == 403
    assert ann.post(f"/tasks/{task_id}/act", action="take").status_code == 409
    stored = store.get(task_id)
    assert stored is not None
    assert (stored.work.desk, stored.work.known, stored.reviewer) == (None, None, "bob")


def test_fields_that_are_not_of_the_form_are_not_taken(
    ann: Browser, store: SqlTaskStore, task_id: str
) -> None:
    mass = {"seconds": "86400", "reviewer": "eve", "holder": "eve", "needs": "1", "editor": "true"}
    assert ann.post(f"/tasks/{task_id}/act", action="take", **mass).status_code == 303
    stored = store.get(task_id)
    assert stored is not None
    assert stored.lease_until is not None
    assert (stored.reviewer, (stored.lease_until - NOW).total_seconds()) == ("ann", 60)


def test_another_persons_lease_is_no_use(ann: Browser, store: SqlTaskStore, task_id: str) -> None:
    held = take(store, "bob", task_id)
    for action in ("decide", "release", "skip", "save", "renew"):
        fields = {"rating": "false", "rationale": "x", "reason": "x", "lease": str(held.lease)}
        answer = ann.post(f"/tasks/{task_id}/act", action=action, **fields)
        assert answer.status_code == 409
    stored = store.get(task_id)
    assert stored is not None
    assert (stored.reviewer, stored.work.opinions) == ("bob", ())


def test_ids_of_others_are_refused(ann: Browser, store: SqlTaskStore, task_id: str) -> None:
    other = store.upsert(make_tasks(1)[0]).task
    ann.post(f"/tasks/{task_id}/act", action="take")
    fields = {"rating": "false", "rationale": "x", "lease": "1", "evidence_ids": ["e1", "e9"]}
    answer = ann.post(f"/tasks/{task_id}/act", action="decide", **fields)
    assert answer.status_code == 422
    assert "e9" in answer.text
    assert 'rows="5"' in answer.text  # and the form is there again, with what was written
    split = ann.post(f"/tasks/{task_id}/split", claim_ids=[other.claim.id])
    assert split.status_code == 422
    assert ann.post(f"/tasks/{task_id}/merge", into="nothing").status_code in {404, 422}
    assert ann.post("/choices/choice_nothing/undo").status_code == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "decide", "rating": "great", "rationale": "x"},
        {"action": "decide", "rating": "false", "rationale": ""},
        {"action": "decide", "rating": "false", "rationale": "x" * 20_001},
        {"action": "snooze", "until": "tomorrow", "reason": "x"},
        {"action": "snooze", "until": "2024-01-01", "reason": "x"},
        {"action": "snooze", "until": "9999-12-31", "reason": "x"},
        {"action": "hand_over", "to": "a\u202eb"},
        {"action": "drop"},
        {"action": ""},
        {"action": "decide", "rating": "false", "rationale": "x", "lease": "9" * 40},
    ],
)
def test_wrong_forms_are_told_and_nothing_is_lost(
    ann: Browser, store: SqlTaskStore, task_id: str, fields: dict[str, str]
) -> None:
    take(store, "ann", task_id)
    answer = ann.post(f"/tasks/{task_id}/act", **({"lease": "1"} | fields))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert fields.get("rationale", "")[:20_000] in answer.text
    stored = store.get(task_id)
    assert stored is not None
    assert (stored.reviewer, stored.work.opinions) == ("ann", ())


def test_a_session_that_ended_loses_nothing_that_was_written(
    ann: Browser, store: SqlTaskStore, task_id: str, clock: FakeClock
) -> None:
    take(store, "ann", task_id)
    clock.advance(13 * 3_600)
    answer = ann.post(
        f"/tasks/{task_id}/act", action="decide", lease="1", rating="false", rationale="Long words"
    )
    assert answer.status_code == 401
    assert "Long words" in answer.text


def test_script_in_every_field_is_only_words(
    ann: Browser, people: People, store: SqlTaskStore, task_id: str
) -> None:
    people.add(SCRIPT[:60])
    ann.post(f"/tasks/{task_id}/act", action="take")
    act = f"/tasks/{task_id}/act"
    shown = [
        ann.post(act, action="save", lease="1", rationale=SCRIPT),
        ann.post(act, action="decide", lease="1", rating=SCRIPT, rationale=SCRIPT),
        ann.post(act, action="decide", lease="7", rating="false", rationale=SCRIPT),
        ann.post(f"/tasks/{task_id}/merge", into=SCRIPT),
        ann.post("/views?text=" + "x", name=SCRIPT[:60]),
        ann.post("/sign-in", name=SCRIPT, password="x", next=SCRIPT),
        ann.http.get("/", params={"text": SCRIPT, "speaker": SCRIPT, "kind": "quantity"}),
        ann.http.get("/", params={"kind": SCRIPT}),
        ann.http.get(f"/tasks/{task_id}", params={"did": SCRIPT}),
        ann.post(act, action="ask_specialist", lease="1", skill=SCRIPT, reason=SCRIPT),
        ann.http.get(f"/tasks/{task_id}"),
        ann.http.get("/"),
    ]
    for answer in shown:
        assert answer.status_code < 500
        assert "<script>" not in answer.text
        assert "<img" not in answer.text


def test_live_news_tell_nothing_but_who_holds_it(
    ann: Browser, store: SqlTaskStore, task_id: str
) -> None:
    take(store, "bob", task_id)
    with ann.http.stream("GET", "/events", params={"task": task_id}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = []
        for line in answer.iter_lines():
            lines.append(line)
            if line.startswith("data:") and len([one for one in lines if one[:5] == "data:"]) == 2:
                break
    assert 'data: {"state": "taken", "by": "bob", "lease": 1}' in lines

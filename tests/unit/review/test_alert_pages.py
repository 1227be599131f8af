"""Subscribing on the page and over the API: whose it is, what is wrong with it, and what is shown once."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from schemas.subscription import Digest
from services.adapters.sql_alerts import SqlAlertStore
from services.adapters.sql_tasks import SqlTaskStore
from services.alert.marks import marks
from services.alert.subscribing import OwnSubscriptions
from services.ports.accounts import Role
from services.ports.alert_store import DeliveryState
from services.ports.subscribing import Busy, Channel, Unfit, Wanted
from services.runtime.clock import FakeClock
from services.runtime.settings import Settings
from tests.support.alerts import VAULT, make_notification, make_subscription
from tests.support.desk import (
    NOW,
    People,
    decided,
    make_claim,
    make_task,
    running_desk,
    sqlite_url,
    store_at,
    subscribing_in,
)

PATH = "/api/v1/subscriptions"
HOOK = {"query": "bridge", "channel": "webhook", "address": "https://hooks.example/secret-path"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path)) as made:
        yield made


@pytest.fixture
def people(store: SqlTaskStore) -> People:
    return People(store)


@pytest.fixture
def alerts(store: SqlTaskStore) -> SqlAlertStore:
    made = SqlAlertStore(store._engine, VAULT)
    made.setup()
    return made


@pytest.fixture
def desk(store: SqlTaskStore) -> Iterator[httpx.Client]:
    with running_desk(store) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def page(desk: httpx.Client, people: People, path: str = "/alerts", name: str = "ann") -> str:
    return desk.get(path, headers=cookie(people, name)).text


def cookie(people: People, name: str = "ann", role: Role = Role.REVIEWER) -> dict[str, str]:
    ((key, value),) = people.cookie(name, role).items()
    return {"Cookie": f"{key}={value}"}


def send(
    desk: httpx.Client, headers: dict[str, str], path: str = "/alerts", **given: str
) -> httpx.Response:
    """A form with the token of its session."""
    shown = desk.get("/alerts", headers=headers).text
    (token, *_) = re.findall(r'name="form_token" value="(\w+)"', shown)
    return desk.post(path, data={"form_token": token} | given, headers=headers)


def test_a_subscription_belongs_to_who_signed_in(
    desk: httpx.Client, people: People, alerts: SqlAlertStore
) -> None:
    ann = cookie(people)
    saved = send(desk, ann, do="save", query="bridge", owner="bob", channel="log")
    assert (saved.status_code, saved.headers["location"]) == (303, "/alerts?did=save")
    by_api = desk.post(PATH, json={"query": "tunnel"}, headers=people.bearer("ann"))
    assert by_api.status_code == 201
    refused = desk.post(PATH, json={"query": "x", "owner": "bob"}, headers=people.bearer("ann"))
    assert refused.status_code == 422
    assert {row.owner for row in alerts.subscriptions()} == {"ann"}


def test_others_subscriptions_are_as_if_they_were_not_there(
    desk: httpx.Client, people: People, alerts: SqlAlertStore
) -> None:
    made = desk.post(PATH, json=HOOK, headers=people.bearer("ann")).json()
    bob, bobs = cookie(people, "bob"), people.bearer("bob")
    own = f"/alerts/{made['id']}"
    assert desk.get(PATH, headers=bobs).json() == {"subscriptions": []}
    assert made["id"] not in desk.get("/alerts", headers=bob).text
    assert desk.get(own, headers=bob).status_code == 404
    assert send(desk, bob, f"{own}/remove").status_code == 404
    assert desk.delete(f"{PATH}/{made['id']}", headers=bobs).status_code == 404
    assert alerts.get(made["id"]) is not None


def test_editors_see_and_remove_everybodys_but_no_secret_part_of_an_address(
    desk: httpx.Client, people: People
) -> None:
    made = desk.post(PATH, json=HOOK, headers=people.bearer("ann")).json()
    assert made["to"] == HOOK["address"]
    eve = people.bearer("eve", Role.EDITOR)
    (seen,) = desk.get(PATH, headers=eve).json()["subscriptions"]
    assert (seen["owner"], seen["to"]) == ("ann", "https://hooks.example")
    shown = desk.get("/alerts", headers=cookie(people, "eve", Role.EDITOR)).text
    assert made["id"] in shown
    assert "secret-path" not in shown
    assert desk.delete(f"{PATH}/{made['id']}", headers=eve).status_code == 204
    assert desk.delete(f"{PATH}/{made['id']}", headers=eve).status_code == 404


def test_an_editor_s_token_for_reviewing_sees_its_own_only(
    desk: httpx.Client, people: People
) -> None:
    desk.post(PATH, json=HOOK, headers=people.bearer("ann"))
    narrow = {"Authorization": f"Bearer {people.token('eve', Role.EDITOR, Role.REVIEWER)}"}
    assert desk.get(PATH, headers=narrow).json() == {"subscriptions": []}


def test_readers_and_strangers_subscribe_to_nothing(desk: httpx.Client, people: People) -> None:
    reader = people.bearer("rea", Role.READER)
    assert desk.get(PATH).status_code == 401
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/dry-run"), ("DELETE", "/sub_x")):
        answer = desk.request(method, PATH + path, headers=reader, json={"query": "bridge"})
        assert answer.status_code == 403, (method, path)
    readers = cookie(people, "rea", Role.READER)
    assert desk.get("/alerts", headers=readers).status_code == 403
    assert 'href="/alerts"' not in desk.get("/", headers=readers).text
    assert desk.get("/alerts").headers["location"].startswith("/sign-in")


def test_a_form_of_no_session_changes_nothing(
    desk: httpx.Client, people: People, alerts: SqlAlertStore
) -> None:
    alerts.add(make_subscription("s1", owner="ann"))
    ann = cookie(people)
    for path in ("/alerts", "/alerts/s1/remove"):
        for token in ("", "forged"):
            given = {"form_token": token, "do": "save", "query": "tunnel"}
            assert desk.post(path, data=given, headers=ann).status_code == 403
    strange = ann | {"Origin": "https://evil.example"}
    assert send(desk, ann | strange, do="save", query="tunnel").status_code == 403
    assert [row.query for row in alerts.subscriptions()] == ["bridge"]


@pytest.mark.parametrize("do", ["save", "try"])
def test_a_wrong_query_is_told_at_its_place_and_kept(
    desk: httpx.Client, people: People, alerts: SqlAlertStore, do: str
) -> None:
    told = send(desk, cookie(people), do=do, query='<b>x "twelve', days="30", quiet="22:00-07:00")
    assert told.status_code == 422
    assert '<code dir="ltr">&lt;b&gt;x <mark>&#34;</mark>twelve</code>' in told.text
    assert "This quotation mark is never closed" in told.text
    assert 'aria-invalid="true" aria-describedby="wrong-query"' in told.text
    assert 'value="22:00-07:00"' in told.text
    assert alerts.subscriptions() == []


@pytest.mark.parametrize(
    ("given", "field", "position"),
    [
        ({"query": 'bridge "twelve'}, "query", 8),
        ({"query": ""}, "query", 1),
        ({"query": "a\u0000b"}, "query", 2),
        ({"channel": "webhook"}, "address", None),
        ({"channel": "webhook", "address": "http://127.0.0.1/x"}, "address", None),
        ({"channel": "webhook", "address": "ftp://hooks.example"}, "address", None),
        ({"channel": "email", "address": "nobody"}, "address", None),
        ({"address": "https://hooks.example/x"}, "address", None),
        ({"quiet": "22:00"}, "quiet", None),
        ({"daily_at": "noon"}, "daily_at", None),
        ({"time_zone": "Mars/North"}, "time_zone", None),
    ],
)
def test_what_is_wrong_names_its_field_on_the_page_and_over_the_api(
    desk: httpx.Client,
    people: People,
    alerts: SqlAlertStore,
    given: dict[str, str],
    field: str,
    position: int | None,
) -> None:
    wish = {"query": "bridge"} | given
    told = desk.post(PATH, json=wish, headers=people.bearer("ann"))
    assert told.status_code == 422
    assert told.headers["content-type"] == "application/problem+json"
    assert (told.json()["field"], told.json()["position"]) == (field, position)
    shown = send(desk, cookie(people), do="save", **wish)
    assert shown.status_code == 422
    assert f'id="wrong-{field}"' in shown.text
    assert alerts.subscriptions() == []


def test_mail_that_can_be_sent_may_be_asked_for(store: SqlTaskStore, alerts: SqlAlertStore) -> None:
    settings = Settings(
        smtp_host="mail.example", mail_from="desk@example.org", alerts_url="https://a.example"
    )
    own = subscribing_in(store, FakeClock(NOW), settings)
    wanted = Wanted(
        query="bridge", channel=Channel.EMAIL, address=" ana@example.org ", digest=Digest.DAILY
    )
    made = own.create(wanted, "ana")
    assert (made.to, made.secret) == ("ana@example.org", None)
    with pytest.raises(Unfit, match="no address"):
        own.create(wanted.model_copy(update={"address": "ana"}), "ana")


def test_a_secret_is_shown_once(desk: httpx.Client, people: People, alerts: SqlAlertStore) -> None:
    shown = send(desk, cookie(people), do="save", **HOOK)
    assert shown.status_code == 201
    (secret,) = re.findall(r"whsec_[\w+/=]+", shown.text)
    Webhook(secret)
    (kept,) = alerts.subscriptions()
    assert kept.secret is not None
    assert kept.secret.get_secret_value() == secret
    by_api = desk.post(
        PATH, json=HOOK, headers=people.bearer("ann") | {"Idempotency-Key": "k1"}
    ).json()
    Webhook(by_api["secret"])
    for text in (
        page(desk, people),
        page(desk, people, f"/alerts/{kept.id}"),
        desk.get(PATH, headers=people.bearer("ann")).text,
    ):
        assert "whsec_" not in text


def test_it_is_removed_after_a_question(
    desk: httpx.Client, people: People, alerts: SqlAlertStore
) -> None:
    alerts.add(make_subscription("s1", owner="ann"))
    asked = page(desk, people, "/alerts/s1")
    assert "Yes, remove it" in asked
    done = send(desk, cookie(people), "/alerts/s1/remove")
    assert done.headers["location"] == "/alerts?did=remove"
    assert alerts.get("s1") is None


def test_its_page_shows_what_became_of_its_alerts_only(
    desk: httpx.Client, people: People, alerts: SqlAlertStore
) -> None:
    for name in ("s1", "s2"):
        alerts.add(make_subscription(name, owner="ann"))
    alerts.owe(make_notification("n1", subscription_id="s1", summary="<i>Ours</i>"), NOW)
    alerts.owe(make_notification("n2", subscription_id="s2", summary="Other"), NOW)
    alerts.record("n1", DeliveryState.OWED, NOW, "<b>refused</b>", at=NOW)
    shown = page(desk, people, "/alerts/s1")
    assert "&lt;i&gt;Ours&lt;/i&gt;" in shown
    assert "&lt;b&gt;refused&lt;/b&gt;" in shown
    assert "1 attempt<" in shown
    assert "Other" not in shown


def test_a_dry_run_counts_by_day_and_marks_what_it_found(
    desk: httpx.Client, people: People, store: SqlTaskStore, alerts: SqlAlertStore
) -> None:
    task = make_task(make_claim("The <old> bridge cost 12 million euros"))
    store.upsert(task)
    store.upsert(make_task(make_claim("Nothing to see")))
    decided(store, task.id)
    found = desk.post(
        f"{PATH}/dry-run", json={"query": 'bridge "12 million"'}, headers=people.bearer("ann")
    ).json()
    assert (found["looked_at"], found["found"]) == (3, 2)
    assert found["days"] == {"2024-05-01": 1, "2024-05-02": 1}
    for example in found["examples"]:
        marked = [example["summary"][start:end] for start, end in example["marks"]]
        assert marked == ["bridge", "12 million"]
        assert example["task_id"] == task.id
    shown = send(desk, cookie(people), do="try", query="bridge", days="30").text
    assert "2 alerts in the last 30 days" in shown
    assert "The &lt;old&gt; <mark>bridge</mark> cost" in shown
    assert (
        "1 alert in the last 1 day<"
        in send(desk, cookie(people), do="try", query="bridge", days="1").text
    )
    assert alerts.subscriptions() == []


@pytest.mark.parametrize("days", ["0", "366", "-1", "x", "", "٣", "9" * 99])
def test_days_that_are_none_are_told(desk: httpx.Client, people: People, days: str) -> None:
    told = send(desk, cookie(people), do="try", query="bridge", days=days)
    assert told.status_code == 422
    assert 'id="wrong-days"' in told.text


def test_one_dry_run_at_a_time(store: SqlTaskStore) -> None:
    class Asking:
        """Somebody else asks while the first one reads."""

        def page(self, **_: object) -> object:
            return own.dry_run("bridge", 30)

    own = subscribing_in(store, FakeClock(NOW))
    own._tasks = Asking()  # type: ignore[assignment]
    with pytest.raises(Busy, match="try again"):
        own.dry_run("bridge", 30)
    assert isinstance(own, OwnSubscriptions)
    own._tasks = store
    assert own.dry_run("bridge", 30).found == 0


@pytest.mark.parametrize(
    ("matched", "marked"),
    [
        (["bridge"], ["Bridge", "bridge"]),
        (["twelve million"], ["twelve  million"]),
        (["vaccin*"], ["Vaccinés"]),
        (["t?elve", "million"], ["twelve  million"]),
        (["priority:>0.7", "due:*", "million twelve"], []),
        ([], []),
    ],
)
def test_marks_are_where_the_words_stand(matched: list[str], marked: list[str]) -> None:
    text = "The Bridge, a bridge-like thing: twelve  million for Vaccinés"
    assert [text[start:end] for start, end in marks(text, matched)] == marked

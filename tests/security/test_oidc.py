"""Signing in by another service, and everything that is forged on the way."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from services.adapters.sql_audit import SqlAuditLog
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.accounts import Role
from services.runtime.clock import FakeClock
from tests.support.desk import NOW, PASSWORD, People, running_desk, sqlite_url, store_at
from tests.support.oidc_provider import CLIENT, SECRET, Provider, running_provider

EMAIL = {"email": "ann@desk.example", "email_verified": True}


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


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
def provider(clock: FakeClock, key: RSAKey) -> Iterator[Provider]:
    with running_provider(lambda: int(clock.now().timestamp()), key) as made:
        yield made


@pytest.fixture
def options() -> dict[str, Any]:
    return {}


@pytest.fixture
def browser(
    provider: Provider,
    store: SqlTaskStore,
    people: People,
    clock: FakeClock,
    options: dict[str, Any],
) -> Iterator[httpx.Client]:
    given = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    people.add("ann@desk.example")
    with (
        running_desk(store, clock, allow_private_addresses=True, **given, **options) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def leave(browser: httpx.Client, following: str = "/progress") -> str:
    """Begin; the address at the provider."""
    answer = browser.get("/sign-in/oidc", params={"next": following})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come(browser: httpx.Client, provider: Provider, **claims: Any) -> httpx.Response:
    return browser.get(provider.sign_in(leave(browser), **(EMAIL | claims)))


def refused(answer: httpx.Response, browser: httpx.Client) -> str:
    """That nobody was let in; what the page says."""
    assert answer.status_code == 401, answer.text
    assert "claimdesk" not in browser.cookies
    assert browser.get("/account").status_code == 303
    return answer.text


def trail(store: SqlTaskStore) -> list[tuple[str, str, str]]:
    entries = SqlAuditLog(store._engine).entries()
    return [(entry.actor, entry.action, entry.subject) for entry in entries]


@pytest.mark.parametrize("methods", [("client_secret_basic",), ("client_secret_post",)])
def test_whoever_the_provider_vouches_for_is_signed_in(
    browser: httpx.Client, provider: Provider, store: SqlTaskStore, methods: tuple[str, ...]
) -> None:
    provider.methods = methods
    assert 'href="/sign-in/oidc?next=/progress"' in browser.get("/sign-in?next=/progress").text
    answer = come(browser, provider, email="ANN@desk.example", aud=[CLIENT])
    assert (answer.status_code, answer.headers["location"]) == (303, "/progress")
    assert "ann@desk.example" in browser.get("/account").text
    assert "claimdesk-oidc" not in browser.cookies
    signed_in = ("ann@desk.example", "sign-in", "account:ann@desk.example")
    assert trail(store) == [signed_in]
    come(browser, provider)
    assert provider.asked.count("/keys") == 1
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_the_cookie_of_an_attempt_is_out_of_reach_and_short(browser: httpx.Client) -> None:
    cookie = browser.get("/sign-in/oidc").headers["set-cookie"]
    assert cookie.startswith("claimdesk-oidc=")
    assert all(word in cookie for word in ("HttpOnly", "Max-Age=600", "SameSite=lax"))


def test_a_new_key_of_the_provider_is_fetched(
    browser: httpx.Client, provider: Provider, clock: FakeClock
) -> None:
    come(browser, provider)
    provider.rotate()
    clock.advance(61)
    assert come(browser, provider).status_code == 303


@pytest.mark.parametrize("state", ["", "0" * 64, "ü", "another attempt's"])
def test_an_answer_to_no_attempt_of_this_browser_is_refused(
    browser: httpx.Client, provider: Provider, state: str
) -> None:
    forged = httpx.URL(provider.sign_in(leave(browser), **EMAIL))
    if state.startswith("another"):
        state = forged.params["state"]
        leave(browser)
    answer = browser.get(forged.copy_set_param("state", state))
    assert "not begun in this browser" in refused(answer, browser)
    assert "/token" not in provider.asked


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "x.99999999999.Lw"])
def test_a_forged_cookie_fits_no_state(
    browser: httpx.Client, provider: Provider, cookie: str
) -> None:
    back = provider.sign_in(leave(browser), **EMAIL)
    answer = httpx.get(back, cookies={"claimdesk-oidc": cookie})
    assert answer.status_code == 401
    assert "/token" not in provider.asked


def test_an_attempt_ends(browser: httpx.Client, provider: Provider, clock: FakeClock) -> None:
    back = provider.sign_in(leave(browser), **EMAIL)
    clock.advance(601)
    assert "too long ago" in refused(browser.get(back), browser)


def test_a_code_signs_in_once(browser: httpx.Client, provider: Provider) -> None:
    back = provider.sign_in(leave(browser), **EMAIL)
    cookies = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    assert httpx.get(back).status_code == 401
    again = httpx.get(back, cookies=cookies)
    assert (again.status_code, "set-cookie" in again.headers) == (401, True)
    assert 'claimdesk="' not in again.headers["set-cookie"]
    assert "used already" in again.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "0" * 64},
        {"nonce": None},
        {"aud": "another desk"},
        {"aud": None},
        {"aud": ["desk", "another"]},
        {"aud": ["desk", "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": int(NOW.timestamp()) - 61},
        {"exp": None},
        {"exp": "never"},
        {"iat": int(NOW.timestamp()) + 61},
        {"nbf": int(NOW.timestamp()) + 61},
        {"sub": None},
    ],
)
def test_a_token_that_says_another_thing_is_refused(
    browser: httpx.Client, provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    assert "Start again" in refused(come(browser, provider), browser)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def by_nobody(provider: Provider, claims: dict[str, Any]) -> str:
    return f"{part({'alg': 'none'})}.{part(claims)}."


def by_the_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    signed = f"{part({'alg': 'HS256', 'kid': provider.key.kid})}.{part(claims)}"
    mac = hmac.new(provider.key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def by_another_key(provider: Provider, claims: dict[str, Any]) -> str:
    other = RSAKey.generate_key(2048, {"kid": str(provider.key.kid)})
    return Provider("", other, int).signed(claims)


def by_a_key_of_its_own(provider: Provider, claims: dict[str, Any]) -> str:
    other = RSAKey.generate_key(2048, auto_kid=True)
    return Provider("", other, int).signed(claims)


def changed(provider: Provider, claims: dict[str, Any]) -> str:
    head, _, signature = provider.signed(claims).split(".")
    return f"{head}.{part(claims | {'sub': '8'})}.{signature}"


def odd(provider: Provider, claims: dict[str, Any]) -> str:
    return f"{part({'alg': ['RS256'], 'kid': {}})}.{part(claims)}.x"


FORGERS = (by_nobody, by_the_public_key, by_another_key, by_a_key_of_its_own, changed, odd)


@pytest.mark.parametrize("forge", FORGERS)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    browser: httpx.Client, provider: Provider, forge: Any
) -> None:
    provider.sign = lambda claims: forge(provider, claims)
    assert "not valid" in refused(come(browser, provider), browser)


@pytest.mark.parametrize("verified", [False, None, "false", 1.5, "yes"])
def test_an_address_that_is_not_verified_is_nobody_s(
    browser: httpx.Client, provider: Provider, verified: object
) -> None:
    assert "not verified" in refused(come(browser, provider, email_verified=verified), browser)


def test_who_has_no_account_or_none_that_is_active_stays_outside(
    browser: httpx.Client, provider: Provider, store: SqlTaskStore, people: People
) -> None:
    assert "no account" in refused(come(browser, provider, email="eve@desk.example"), browser)
    people.add("bob@desk.example", active=False)
    assert "not active" in refused(come(browser, provider, email="bob@desk.example"), browser)
    failed = ("-", "sign-in failed")
    assert trail(store) == [(*failed, "account"), (*failed, "account:bob@desk.example")]
    assert people.accounts.get("eve@desk.example") is None


@pytest.mark.parametrize(
    "options", [{"oidc_default_role": "reader", "oidc_name_claim": "preferred_username"}]
)
def test_a_newcomer_gets_an_account_where_the_setting_says_so(
    browser: httpx.Client, provider: Provider, store: SqlTaskStore, people: People
) -> None:
    assert come(browser, provider, preferred_username="eve", role="admin").status_code == 303
    assert people.known("eve").role is Role.READER
    assert trail(store)[0] == ("oidc", "account added", "account:eve")
    for name in ("x" * 101, " eve", "e\nve", 7, None):
        browser.cookies.clear()
        refused(come(browser, provider, preferred_username=name), browser)


@pytest.mark.parametrize("options", [{"oidc_role_claim": "groups"}])
def test_a_role_claim_gives_roles_and_takes_them(
    browser: httpx.Client, provider: Provider, store: SqlTaskStore, people: People
) -> None:
    come(browser, provider, groups=["staff", "reader", "editor"])
    assert people.known("ann@desk.example").role is Role.EDITOR
    assert trail(store)[0] == ("oidc", "account changed", "account:ann@desk.example")
    come(browser, provider, groups="reader")
    assert people.known("ann@desk.example").role is Role.READER
    browser.cookies.clear()
    for groups in ([], "boss", None, {"reader": 1}, [["reader"]]):
        assert "no role" in refused(come(browser, provider, groups=groups), browser)
    answer = come(browser, provider, email="eve@desk.example", groups=["admin"])
    assert "no account" in refused(answer, browser)


def test_a_provider_that_is_away_takes_nothing_else_with_it(
    browser: httpx.Client, provider: Provider, people: People
) -> None:
    back = provider.sign_in(leave(browser), **EMAIL)
    provider.away = True
    answer = browser.get(back)
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)
    people.door.set_password(people.known("ann@desk.example"), PASSWORD)
    form = {"name": "ann@desk.example", "password": PASSWORD, "next": "/"}
    assert browser.post("/sign-in", data=form).status_code == 303


@pytest.mark.parametrize("described_as", ["https://evil.example", ""])
def test_a_provider_that_is_away_or_another_is_told(
    browser: httpx.Client, provider: Provider, described_as: str
) -> None:
    provider.described_as, provider.away = described_as or None, not described_as
    answer = browser.get("/sign-in/oidc")
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)
    assert "claimdesk-oidc" not in browser.cookies


def test_who_turns_back_over_there_is_told(browser: httpx.Client, provider: Provider) -> None:
    back = httpx.URL(provider.sign_in(leave(browser)))
    answer = browser.get(back.copy_remove_param("code").copy_set_param("error", "access_denied"))
    assert "let nobody in" in refused(answer, browser)


@pytest.mark.parametrize("following", ["https://evil.example", "//evil.example", "/" + "ü" * 1_900])
def test_nobody_is_led_elsewhere(browser: httpx.Client, provider: Provider, following: str) -> None:
    answer = browser.get(provider.sign_in(leave(browser, following), **EMAIL))
    assert answer.headers["location"] == "/"


def test_without_the_setting_there_is_no_button(store: SqlTaskStore, people: People) -> None:
    with running_desk(store) as url:
        assert "oidc" not in httpx.get(f"{url}/sign-in").text
        assert httpx.get(f"{url}/sign-in/oidc/callback?code=x&state=y").status_code == 404

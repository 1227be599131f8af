"""What is asked of a provider, and how long anybody waits for it."""

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import ValidationError

from services.ports.web import Response, Web, WebError
from services.review.oidc_attempt import Attempts
from services.review.oidc_provider import Provider, ProviderAway
from services.runtime.clock import FakeClock
from services.runtime.settings import Settings

ISSUER = "https://login.example"
GIVEN = {"oidc_issuer": ISSUER, "oidc_client_id": "desk", "oidc_client_secret": "secret"}
DESCRIPTION = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize?tenant=7",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


class Hanging:
    """A web that answers when it may."""

    def __init__(self) -> None:
        self.entered, self.may = threading.Semaphore(0), threading.Event()
        self.body = json.dumps(DESCRIPTION).encode()

    def get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        self.entered.release()
        assert self.may.wait(30)
        return Response(url, 200, {}, self.body)


def provider(web: Any) -> Provider:
    checked: Web = web
    return Provider(Settings(**GIVEN), checked, FakeClock())


def ask(provider: Provider) -> str:
    return provider.address(Attempts("secret", FakeClock()).begin("/"), "https://desk.example/back")


def test_only_a_few_wait_for_a_provider_that_hangs() -> None:
    web = Hanging()
    asked = provider(web)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(ask, asked) for _ in range(4)]
        assert all(web.entered.acquire(timeout=30) for _ in waiting)
        with pytest.raises(ProviderAway, match="too many"):
            ask(asked)
        web.may.set()
        assert all(one.result().startswith(f"{ISSUER}/authorize?tenant=7&") for one in waiting)
    assert ask(asked)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps(DESCRIPTION | {"jwks_uri": "http://login.example/keys"}).encode(),
        json.dumps(DESCRIPTION | {"authorization_endpoint": "javascript:alert(1)"}).encode(),
        json.dumps(DESCRIPTION | {"token_endpoint": "http://["}).encode(),
        json.dumps(DESCRIPTION | {"issuer": f"{ISSUER}/"}).encode(),
    ],
)
def test_a_description_that_is_none_is_told(body: bytes) -> None:
    web = Hanging()
    web.body = body
    web.may.set()
    with pytest.raises(ProviderAway):
        ask(provider(web))


def test_an_address_that_may_not_be_reached_is_told() -> None:
    class Refusing:
        def get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
            raise WebError("forbidden_address", "10.0.0.1 is not a public address")

    with pytest.raises(ProviderAway, match="not a public address"):
        ask(provider(Refusing()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://login.example"},
        {"oidc_issuer": "login.example"},
        {"oidc_client_id": None},
        {"oidc_client_id": ""},
        {"oidc_client_secret": None},
        {"oidc_client_secret": ""},
        {"oidc_default_role": "boss"},
    ],
)
def test_half_a_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**(GIVEN | wrong))

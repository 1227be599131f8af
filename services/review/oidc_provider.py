"""The service that people sign in by (OpenID Connect Core 1.0, code flow): its addresses, its keys, whom it vouches for."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet
from pydantic import BaseModel, ValidationError

from services.ports.web import Response, Web, WebError
from services.review.oidc_attempt import Attempt
from services.runtime.clock import Clock
from services.runtime.settings import Settings

ALGORITHMS = ("RS256", "ES256")
"""Signatures by a private key. Neither `none` nor one by a shared secret is among them."""

MAX_ANSWER = 200_000
LEEWAY = 60
"""Seconds that the clocks of both sides may differ."""

_KEPT = timedelta(hours=1)
_KEYS_AGAIN = timedelta(minutes=1)
"""The shortest pause between two looks for a key that is not known."""

_AT_ONCE = 4
"""Requests that may wait for the provider: when it hangs, the desk has threads left for everybody else."""

_ACCEPT = {"accept": "application/json"}
_Shape = TypeVar("_Shape", bound=BaseModel)


class ProviderAway(Exception):
    """The provider does not answer, or not as the standard says; passwords and links work on."""


class Refused(Exception):
    """What came is not to be believed, or does not suffice; the text is for who signs in."""


class Discovery(BaseModel):
    """What is used of the provider's description (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class _Keys(BaseModel):
    keys: list[dict[str, Any]]


class _Tokens(BaseModel):
    id_token: str


class Provider:
    """Asked through the guarded web; description and keys are kept for an hour."""

    def __init__(self, settings: Settings, web: Web, clock: Clock) -> None:
        secret = settings.oidc_client_secret
        self._issuer, self._client = str(settings.oidc_issuer), str(settings.oidc_client_id)
        self._secret = secret.get_secret_value() if secret else ""
        self._web, self._clock = web, clock
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._described: tuple[datetime, Discovery] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def address(self, attempt: Attempt, back: str) -> str:
        """Where the browser signs in, to come `back` with a code. Raises ProviderAway."""
        with self._asking():
            endpoint = self._description().authorization_endpoint
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": back,
            "scope": "openid profile email",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def claims(self, code: str, attempt: Attempt, back: str) -> dict[str, Any]:
        """What the provider says of whom it gave `code` to. Raises ProviderAway, Refused."""
        with self._asking():
            return self._verified(self._exchanged(code, attempt, back), attempt)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if not self._turns.acquire(blocking=False):
            raise ProviderAway("too many wait for the provider already")
        try:
            yield
        except WebError as error:
            raise ProviderAway(str(error)) from error
        finally:
            self._turns.release()

    def _description(self) -> Discovery:
        kept = self._described
        if kept and self._clock.now() - kept[0] < _KEPT:
            return kept[1]
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _read(Discovery, self._web.get(url, _ACCEPT, MAX_ANSWER))
        if found.issuer != self._issuer:
            raise ProviderAway(
                f"{url} is of the issuer {found.issuer!r}, not {self._issuer!r}; set CLAIMDESK_OIDC_ISSUER to it"
            )
        scheme = urlsplit(self._issuer).scheme
        for endpoint in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            if not endpoint.startswith(("https://", f"{scheme}://")):
                raise ProviderAway(f"{url} names an address without TLS: {endpoint!r}")
        self._described = (self._clock.now(), found)
        return found

    def _exchanged(self, code: str, attempt: Attempt, back: str) -> str:
        """The ID token for a code."""
        description = self._description()
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
        }
        headers = _ACCEPT | {"content-type": "application/x-www-form-urlencoded"}
        if "client_secret_basic" in description.token_endpoint_auth_methods_supported:
            pair = f"{quote_plus(self._client)}:{quote_plus(self._secret)}"  # RFC 6749, 2.3.1
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields |= {"client_id": self._client, "client_secret": self._secret}
        body = urlencode(fields).encode()
        answer = self._web.exchange(description.token_endpoint, headers, body, MAX_ANSWER)
        if answer.status == 400:
            raise Refused("The sign-in was used already, or has expired. Start again.")
        return _read(_Tokens, answer).id_token

    def _verified(self, token: str, attempt: Attempt) -> dict[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._issuer},
            sub={"essential": True},
            aud={"essential": True, "value": self._client},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )
        try:
            claims = self._decoded(token)
            registry.validate(claims)
        # A header of odd types fails inside the library as one of the last three.
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise Refused("What the sign-in service sent is not valid. Start again.") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client) != self._client:
            raise Refused("What the sign-in service sent is for somebody else. Start again.")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(token, self._key_set(_KEPT), ALGORITHMS).claims
        except InvalidKeyIdError:  # maybe a new one
            return jwt.decode(token, self._key_set(_KEYS_AGAIN), ALGORITHMS).claims

    def _key_set(self, kept_for: timedelta) -> KeySet:
        if self._keys and self._clock.now() - self._keys[0] < kept_for:
            return self._keys[1]
        answer = self._web.get(self._description().jwks_uri, _ACCEPT, MAX_ANSWER)
        keys = KeySet([key for row in _read(_Keys, answer).keys for key in _imported(row)])
        self._keys = (self._clock.now(), keys)
        return keys


def _imported(row: dict[str, Any]) -> Iterator[Key]:
    """A key that may sign; none for others, and for those that this side cannot read."""
    if row.get("kty") not in {"RSA", "EC"} or row.get("use", "sig") != "sig":
        return
    try:
        yield JWKRegistry.import_key(row)
    except (JoseError, ValueError, TypeError, KeyError):
        return


def _read(shape: type[_Shape], answer: Response) -> _Shape:
    """The answer's body. Raises ProviderAway when it is no such thing."""
    if answer.status != 200:
        raise ProviderAway(f"{answer.url} answered {answer.status}")
    try:
        return shape.model_validate_json(answer.body)
    except ValidationError as error:
        # Not the error's own text: it quotes the body, where tokens are.
        raise ProviderAway(f"{answer.url} is no {shape.__name__.strip('_').lower()}") from error

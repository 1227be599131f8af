"""A small OpenID Connect provider on this machine: real keys, codes that work once, PKCE that is checked."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "desk", "a secret: of the desk&"

Sign = Callable[[dict[str, Any]], str]


@dataclass
class Provider:
    """`sign` makes an ID token of claims, where a test wants another than `signed`; `wrong` is added to them."""

    issuer: str
    key: RSAKey | ECKey
    clock: Callable[[], int]
    sign: Sign | None = None
    wrong: dict[str, Any] = field(default_factory=dict)
    described_as: str | None = None
    away: bool = False
    methods: tuple[str, ...] = ("client_secret_basic",)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    def rotate(self) -> None:
        """Sign with a new key, of the other kind, from now on."""
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    def signed(self, claims: dict[str, Any]) -> str:
        alg = {"RSA": "RS256", "EC": "ES256"}[self.key.key_type]
        return jwt.encode({"alg": alg, "kid": self.key.kid}, claims, self.key)

    def sign_in(self, address: str, **claims: Any) -> str:
        """What somebody does who follows `address` and proves to be `claims`: the address that they come back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = f"code{len(self.codes)}"
        self.codes[code], self.people[code] = asked, claims
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.described_as or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": self.methods,
        }

    def keys(self) -> dict[str, Any]:
        unknown = [{"kty": "future", "kid": "x"}, {"kty": "RSA", "kid": "broken", "n": "!"}]
        return {"keys": [*unknown, self.key.as_dict(private=False)]}

    def exchange(self, headers: Any, form: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code, once."""
        pair = f"{CLIENT}:a+secret%3A+of+the+desk%26"
        basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
        by_basic = headers["authorization"] == basic
        by_post = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if not (by_basic if "client_secret_basic" in self.methods else by_post):
            return None
        asked = self.codes.pop(form["code"], None)
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if not asked or (challenge, form["redirect_uri"]) != (
            asked["code_challenge"],
            asked["redirect_uri"],
        ):
            return None
        now = self.clock()
        claims = {"iss": self.issuer, "sub": "7", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"]} | self.people[form["code"]] | self.wrong
        return {
            "id_token": (self.sign or self.signed)(claims),
            "access_token": "x",
            "token_type": "Bearer",
        }


@contextmanager
def running_provider(clock: Callable[[], int], key: RSAKey) -> Iterator[Provider]:
    """One that listens on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            paths = {
                "/.well-known/openid-configuration": provider.described,
                "/keys": provider.keys,
            }
            self._answer(200, paths[self.path]())

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            found = provider.exchange(self.headers, form)
            self._answer(*((200, found) if found else (400, {"error": "invalid_grant"})))

        def _answer(self, status: int, value: object) -> None:
            body = json.dumps(value).encode()
            status = 503 if provider.away else status
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    provider = Provider(issuer, key, clock)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()

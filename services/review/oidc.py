"""Signing in by another service (OpenID Connect): the two pages, and whose account it is."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.ports.accounts import Account, Role
from services.review.access import Access
from services.review.oidc_attempt import LASTS, Attempts
from services.review.oidc_provider import Provider, ProviderAway, Refused
from services.review.parts import Parts
from services.review.people import Door
from services.review.signin import Next, address_of, entered, local
from services.review.templates import render
from services.review.trail import Trail
from services.runtime.errors import UserError
from services.runtime.settings import Settings

log = structlog.get_logger(__name__)

OIDC = "oidc"
"""What the audit trail calls this way, and who makes and changes accounts by it."""

CALLBACK = "/sign-in/oidc/callback"
Given = Annotated[str, Query(max_length=4_000)]


class Newcomers:
    """Finds the account of somebody that the provider vouches for; makes it where a setting says so."""

    def __init__(self, settings: Settings, parts: Parts, door: Door, trail: Trail) -> None:
        self._settings, self._accounts, self._clock = settings, parts.accounts, parts.clock
        self._door, self._trail = door, trail

    def enter(self, claims: dict[str, Any], address: str) -> str:
        """A new session's secret. Raises Refused."""
        name = ""
        try:
            name = self._name(claims)
            return self._door.enter(self._account(name, claims), by=OIDC)
        except Refused:
            self._trail.failed(OIDC, name, self._accounts.get(name) if name else None, address)
            raise

    def _name(self, claims: dict[str, Any]) -> str:
        claim = self._settings.oidc_name_claim
        name = claims.get(claim)
        if not isinstance(name, str) or not name:
            raise Refused(f"The sign-in service does not tell your {claim}.")
        # Some providers write the truth value as a word.
        if claim == "email" and claims.get("email_verified") not in (True, "true"):
            raise Refused("The sign-in service has not verified your e-mail address.")
        return name

    def _account(self, name: str, claims: dict[str, Any]) -> Account:
        found = self._accounts.get(name)
        if found and not found.active:
            raise Refused("Your account is not active.")
        role = self._role(claims, found)
        if found is None:
            return self._made(name, role)
        if found.role is not role:
            changed = found.model_copy(update={"role": role})
            self._door.change(found, changed)
            return changed
        return found

    def _made(self, name: str, role: Role) -> Account:
        if self._settings.oidc_default_role is None:
            raise Refused("There is no account of yours here. Ask whoever runs the desk.")
        account = Account(name=name, role=role, created_at=self._clock.now())
        try:
            made = self._door.add(account)
        except UserError as error:
            raise Refused("What the sign-in service calls you can be no name here.") from error
        if not made:
            raise Refused("Your account was made this moment. Start again.")
        return account

    def _role(self, claims: dict[str, Any], found: Account | None) -> Role:
        """Where a claim gives roles it alone does: who loses it over there loses it here."""
        default = self._settings.oidc_default_role
        claim = self._settings.oidc_role_claim
        if claim is None and found:
            return found.role
        named = _roles(claims.get(claim)) if claim else []
        if named:
            return max(named, key=list(Role).index)
        if default is None:
            raise Refused("You have no account or no role here. Ask whoever runs the desk.")
        return Role(default)


def _roles(value: object) -> list[Role]:
    values = value if isinstance(value, list) else [value]
    return [role for role in Role if role.value in values]


class OidcPages:
    """The two pages: to the provider, and back from it."""

    def __init__(self, settings: Settings, secret: str, parts: Parts, access: Access) -> None:
        trail = Trail(parts.audit, parts.clock, operator=OIDC)
        self._door, self._access = Door(parts.accounts, trail, parts.clock), access
        self._base = settings.public_url
        self._provider = Provider(settings, parts.web, parts.clock)
        self._attempts = Attempts(secret, parts.clock)
        self._newcomers = Newcomers(settings, parts, self._door, trail)
        self._cookie = f"{access.cookie}-oidc"

    def leave(self, request: Request, following: str) -> Response:
        """Send the browser to the provider, with a cookie that its answer must fit."""
        attempt = self._attempts.begin(following)
        try:
            response = RedirectResponse(self._provider.address(attempt, self._back(request)), 303)
        except ProviderAway as error:
            return _away(request, following, error)
        self._access.keep(response, self._cookie, attempt.cookie, LASTS)
        return response

    def enter(self, request: Request, code: str, state: str) -> Response:
        """Begin a session for whom the provider vouches for. An attempt ends here, however it ends."""
        response = self._entered(request, code, state)
        self._access.drop(response, self._cookie)
        return response

    def _entered(self, request: Request, code: str, state: str) -> Response:
        attempt = self._attempts.resume(request.cookies.get(self._cookie, ""), state)
        if attempt is None:
            wrong = "This sign-in was not begun in this browser, or too long ago. Start again."
            return _page(request, 401, "/", wrong)
        if not code:
            return _page(request, 401, attempt.following, "The sign-in service let nobody in.")
        try:
            claims = self._provider.claims(code, attempt, self._back(request))
            secret = self._newcomers.enter(claims, address_of(request))
        except ProviderAway as error:
            return _away(request, attempt.following, error)
        except Refused as error:
            return _page(request, 401, attempt.following, str(error))
        return entered(request, self._access, self._door, secret, attempt.following)

    def _back(self, request: Request) -> str:
        return f"{(self._base or str(request.base_url)).rstrip('/')}{CALLBACK}"


def _away(request: Request, following: str, error: ProviderAway) -> Response:
    log.warning("sign-in service away", error=str(error))
    wrong = "The sign-in service does not answer. Try again in a moment, or use your password."
    return _page(request, 503, following, wrong)


def _page(request: Request, status: int, following: str, wrong: str) -> Response:
    return render(request, "sign-in.html", status, next=following, name="", wrong=wrong)


def make_oidc(settings: Settings, parts: Parts, access: Access) -> APIRouter:
    """The routes; none unless a provider is set."""
    routes = APIRouter(include_in_schema=False)
    if settings.oidc_issuer is None or settings.oidc_client_secret is None:
        return routes
    pages = OidcPages(settings, settings.oidc_client_secret.get_secret_value(), parts, access)

    @routes.get("/sign-in/oidc")
    def leave(request: Request, next: Next = "/") -> Response:  # noqa: A002 - the address says so
        return pages.leave(request, local(next))

    @routes.get(CALLBACK)
    def enter(request: Request, code: Given = "", state: Given = "") -> Response:
        return pages.enter(request, code, state)

    return routes

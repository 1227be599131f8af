"""Who asks, and whether they may: sessions for pages, tokens for scripts, checked before every route.

A page's session comes in a cookie, which browsers also send when another site makes them; so whatever a
page changes must carry the form token of that session, and `guard.py` refuses requests that other sites
started. Scripts send a token in a header, which no other site can make a browser do; cookies mean nothing there.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import FormData
from starlette.responses import Response

from services.ports.accounts import Role
from services.review.people import SESSION, Door, Person, is_form_token
from services.runtime.settings import Settings

MOST_FIELDS = 300
_BEARER = HTTPBearer(auto_error=False, description="A token of `claimdesk users token`")


class SignInFirst(Exception):
    """A page that needs somebody; `written` is what they were about to send, so that it is not lost."""

    def __init__(self, written: str = "") -> None:
        super().__init__("sign in first")
        self.written = written


async def posted(request: Request) -> FormData:
    """The fields of a form; none for any other body."""
    return await request.form(max_files=0, max_fields=MOST_FIELDS)


Posted = Annotated[FormData, Depends(posted)]


def field(form: FormData, name: str) -> str:
    """A field's text, with the line ends of this side; empty when it is missing."""
    value = form.get(name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


class Access:
    """Makes the dependencies that routes are guarded with, and keeps the session's cookie."""

    def __init__(self, door: Door, settings: Settings) -> None:
        self._door = door
        self._secure = urlsplit(settings.public_url or "").scheme == "https"
        self.cookie = "__Host-claimdesk" if self._secure else "claimdesk"

    def script(self, role: Role) -> Callable[..., Person]:
        """Somebody with a token that allows what `role` may; 401 or 403 otherwise."""

        def check(
            given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
        ) -> Person:
            person = self._door.by_token(given.credentials) if given else None
            if person is None:
                raise HTTPException(
                    401,
                    "send `Authorization: Bearer TOKEN` with a token of `claimdesk users token NAME`",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            return _allowed(person, role)

        return check

    def page(self, role: Role = Role.READER) -> Callable[..., Person]:
        """Somebody who is signed in and has the role. Raises SignInFirst, or 403."""

        def check(request: Request) -> Person:
            person = self.session(request)
            if person is None:
                raise SignInFirst
            return _allowed(person, role)

        return check

    def form(self, role: Role = Role.READER) -> Callable[..., Person]:
        """The same for what a form changes; the form must be one of this session's."""

        def check(request: Request, form: Posted) -> Person:
            person = self.session(request)
            if person is None:
                raise SignInFirst(field(form, "rationale"))
            if not is_form_token(str(person.proof), field(form, "form_token")):
                raise HTTPException(403, "This form is not of your session. Load the page again.")
            return _allowed(person, role)

        return check

    def session(self, request: Request) -> Person | None:
        """Whose session the request's cookie is; remembered for the templates."""
        secret = request.cookies.get(self.cookie)
        person = self._door.by_session(secret) if secret else None
        request.state.person = person
        return person

    def open(self, response: Response, secret: str) -> None:
        """Let the browser keep a session's secret: out of reach of scripts and of other sites' posts."""
        self.keep(response, self.cookie, secret, int(SESSION.total_seconds()))

    def close(self, response: Response) -> None:
        """Let the browser forget it."""
        self.drop(response, self.cookie)

    def keep(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Let the browser keep a cookie of ours, for this desk alone."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )

    def drop(self, response: Response, name: str) -> None:
        """Let the browser forget one."""
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=self._secure)


def _allowed(person: Person, role: Role) -> Person:
    if not person.may(role):
        least = min((person.account.role, person.scope), key=list(Role).index)
        raise HTTPException(403, f"This needs the role {role.value}; yours is {least.value}.")
    return person

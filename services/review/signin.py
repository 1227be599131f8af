"""The pages of signing in and out, and of one's own account."""

from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.review.access import Access, Posted, field
from services.review.limits import TooMany
from services.review.people import LEAST_PASSWORD, Door, Person
from services.review.templates import render
from services.runtime.errors import UserError

Next = Annotated[str, Query(max_length=2_000)]
Link = Annotated[str, Path(max_length=200)]


def make_signin(access: Access, door: Door) -> APIRouter:
    """The routes. Whatever is wrong with a name, a password or a link looks the same from outside."""
    pages = APIRouter(include_in_schema=False)
    _passwords(pages, access, door)
    _links(pages, access, door)
    _account(pages, access, door)
    return pages


def sign_in_address(request: Request) -> str:
    """Where to sign in, and come back to the page that was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in" + (f"?next={quote(asked, safe='')}" if asked != "/" else "")


def _passwords(pages: APIRouter, access: Access, door: Door) -> None:
    @pages.get("/sign-in")
    def ask(request: Request, next: Next = "/") -> Response:  # noqa: A002 - the address says so
        if access.session(request):
            return RedirectResponse(local(next), 303)
        return render(request, "sign-in.html", next=local(next), name="", wrong="")

    @pages.post("/sign-in")
    def sign_in(request: Request, form: Posted) -> Response:
        name, following = field(form, "name"), local(field(form, "next"))
        secret, status, wrong, headers = None, 401, "Name or password is wrong.", {}
        try:
            secret = door.sign_in(name, field(form, "password"), address_of(request))
        except TooMany as error:
            status, wrong = 429, f"{str(error).capitalize()}."
            headers = {"Retry-After": str(round(error.seconds) + 1)}
        if secret:
            return entered(request, access, door, secret, following)
        values = {"next": following, "name": name[:100], "wrong": wrong}
        response = render(request, "sign-in.html", status, **values)
        response.headers.update(headers)
        return response

    @pages.post("/sign-out")
    def sign_out(person: Annotated[Person, Depends(access.form())]) -> Response:
        door.sign_out(str(person.proof))
        response = RedirectResponse("/sign-in", 303)
        access.close(response)
        return response


def _links(pages: APIRouter, access: Access, door: Door) -> None:
    @pages.get("/sign-in/{link}")
    def offer(request: Request, link: Link) -> Response:
        # Looking at a link must not use it up: mail scanners and previews do.
        return render(request, "sign-in-link.html", link=link)

    @pages.post("/sign-in/{link}")
    def redeem(request: Request, link: Link) -> Response:
        secret = door.redeem(link, address_of(request))
        if secret:
            return entered(request, access, door, secret, "/")
        wrong = "This link was used already, or has expired. Ask for another, or use your password."
        return render(request, "sign-in.html", 401, next="/", name="", wrong=wrong)


def _account(pages: APIRouter, access: Access, door: Door) -> None:
    @pages.get("/account")
    def account(request: Request, _: Annotated[Person, Depends(access.page())]) -> Response:
        return render(request, "account.html", wrong="", least=LEAST_PASSWORD)

    @pages.post("/account/password")
    def password(
        request: Request, form: Posted, person: Annotated[Person, Depends(access.form())]
    ) -> Response:
        try:
            wrong = _change_password(request, door, person, field(form, "old"), field(form, "new"))
        except (UserError, TooMany) as error:
            wrong = f"{str(error)[:1].upper()}{str(error)[1:]}."
        if wrong:
            return render(request, "account.html", 422, wrong=wrong, least=LEAST_PASSWORD)
        response = RedirectResponse("/account", 303)
        access.open(response, door.open_session(person.account))
        return response


def _change_password(request: Request, door: Door, person: Person, old: str, new: str) -> str:
    """Set it, which ends every session; what is wrong, if something is. Raises UserError, TooMany."""
    account = person.account
    if account.has_password and not door.check_password(account.name, old, address_of(request)):
        return "The present password is not the right one."
    door.set_password(account, new)
    return ""


def entered(request: Request, access: Access, door: Door, secret: str, following: str) -> Response:
    """Begin a session; the one that the browser had ends."""
    if former := request.cookies.get(access.cookie):
        door.sign_out(former)
    response = RedirectResponse(following, 303)
    access.open(response, secret)
    return response


def address_of(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client else ""


def local(path: str) -> str:
    """`path` if it leads to a page of this desk; the queue otherwise."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own and not parts.scheme and not parts.netloc and "\\" not in path else "/"

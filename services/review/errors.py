"""Every error of the desk, told in the reader's format: a problem document for programs, a page for people."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.ports.subscribing import Unfit
from services.ports.task_store import Conflict, UnknownTask
from services.ports.work import Actor, Forbidden
from services.review.accepting import preferred
from services.review.access import SignInFirst
from services.review.acting import blind
from services.review.problem import phrase, problem
from services.review.signin import sign_in_address
from services.review.templates import render
from services.review.views import TaskView
from services.runtime.errors import BrokenStore, NotReady, UserError

log = structlog.get_logger(__name__)

_NOBODY = Actor(name="-")


def add_errors(desk: FastAPI) -> None:
    """Register what answers each error."""
    for error, answer in _ANSWERS.items():
        desk.add_exception_handler(error, answer)


def error_page(request: Request, status: int, detail: str, written: str = "") -> Response:
    """An error as a page; `written` is what a form held, so that nobody loses it."""
    told = f"{detail[:1].upper()}{detail[1:]}"
    told = told if told.endswith((".", "?", "!")) else f"{told}."
    return render(
        request, "error.html", status, code=status, title=phrase(status), told=told, written=written
    )


def _answer(
    request: Request, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    if _is_program(request):
        return problem(status, detail, headers=headers)
    page = error_page(request, status, detail)
    page.headers.update(headers or {})
    return page


def _is_program(request: Request) -> bool:
    """Whether a program reads the answer: by where it asks, or by what it accepts of a published page."""
    path = request.url.path
    if path.startswith("/published"):
        offered = ("text/html", "application/ld+json", "application/json")
        wanted = preferred(request.headers.get("accept"), offered)
        return path.endswith(".json") or wanted != "text/html"
    return path.startswith(("/api/", "/v1alpha1/", "/livez", "/readyz"))


def _http(request: Request, error: Any) -> Response:
    return _answer(request, error.status_code, error.detail, dict(error.headers or {}))


def _sign_in(request: Request, error: Any) -> Response:
    if request.method in {"GET", "HEAD"}:
        return RedirectResponse(sign_in_address(request), 303)
    detail = "Your session has ended. Sign in again, then send it once more."
    return error_page(request, 401, detail, written=error.written)


def _invalid(request: Request, error: Any) -> Response:
    # A path that cannot be an id names nothing; everything else is the caller's to mend.
    rows = error.errors()
    if any(row["loc"][:1] == ("path",) for row in rows):
        named = next(str(row["loc"][-1]) for row in rows if row["loc"][:1] == ("path",))
        return _answer(request, 404, f"there is no such {named.removesuffix('_id')}")
    return _answer(request, 422, "; ".join(_told(row, error.body) for row in rows[:5]))


def _told(row: dict[str, Any], body: Any) -> str:
    """One thing that is wrong with a request, and where."""
    if row["type"] == "json_invalid":
        read = str(body)[: row["loc"][-1]]
        line, column = read.count("\n") + 1, len(read) - read.rfind("\n")
        return f"the body is not JSON: line {line}, column {column}: {row['ctx']['error']}"
    return f"{'.'.join(map(str, row['loc'][1:])) or row['loc'][0]}: {row['msg']}"


def _bad_input(request: Request, error: Any) -> Response:
    return _answer(request, 422, str(error))


def _unfit(_request: Request, error: Any) -> Response:
    return problem(422, str(error), field=error.field, position=error.position)


def _unknown(request: Request, error: Any) -> Response:
    return _answer(request, 404, str(error))


def _conflict(request: Request, error: Any) -> Response:
    if not request.url.path.startswith("/api/"):
        return error_page(request, 409, str(error))
    draft = error.draft.model_dump(mode="json") if error.draft else None
    # As somebody is shown it who has given no opinion: what others found stays hidden while review is blind.
    task = TaskView.of(blind(error.current, _NOBODY)).model_dump(mode="json")
    return problem(409, str(error), task=task, draft=draft)


def _forbidden(request: Request, error: Any) -> Response:
    return _answer(request, 403, str(error))


def _broken(request: Request, error: Any) -> Response:
    log.error("request not served", error=str(error))
    detail = "the database is damaged or may not be written; its operator must mend it, see the log"
    return _answer(request, 500, detail)


def _away(request: Request, error: Any) -> Response:
    log.warning("request not served", dependency=error.dependency, error=str(error))
    detail = f"the {error.dependency} is away; try again in a moment"
    return _answer(request, 503, detail, {"Retry-After": "5"})


_ANSWERS: dict[type[Exception], Any] = {
    HTTPException: _http,
    SignInFirst: _sign_in,
    RequestValidationError: _invalid,
    UserError: _bad_input,
    Unfit: _unfit,
    UnknownTask: _unknown,
    Conflict: _conflict,
    Forbidden: _forbidden,
    BrokenStore: _broken,
    NotReady: _away,
}

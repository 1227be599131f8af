"""The desk's web application: the API, the page, health, and every error told in the reader's format."""

from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from services import __version__
from services.ports.task_store import Conflict, TaskStore, UnknownTask
from services.review.api import make_api
from services.review.guard import Guard, trusted_hosts
from services.review.page import error_page, make_pages
from services.review.problem import problem
from services.review.views import TaskView
from services.runtime.clock import Clock
from services.runtime.errors import BrokenStore, NotReady, UserError
from services.runtime.settings import Settings

log = structlog.get_logger(__name__)

STATIC = Path(__file__).parent / "static"


def make_desk(settings: Settings, store: TaskStore, clock: Clock, token: str) -> FastAPI:
    """The application over `store`; `token` is what writes must carry."""
    desk = FastAPI(
        title="Claimdesk",
        version=__version__,
        description="The reviewers' desk: verification tasks with the evidence beside them.",
        openapi_url="/api/v1/openapi.json",
        # FastAPI's own documentation pages load scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    desk.add_middleware(Guard, hosts=trusted_hosts(settings))
    desk.include_router(make_api(settings, store, clock, token))
    desk.include_router(make_pages(store, clock))
    desk.mount("/static", StaticFiles(directory=STATIC), name="static")
    _add_health(desk, store)
    _add_errors(desk)
    return desk


def _add_health(desk: FastAPI, store: TaskStore) -> None:
    @desk.get("/livez", include_in_schema=False)
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @desk.get("/readyz", include_in_schema=False)
    def readyz() -> dict[str, str]:
        store.counts()
        return {"status": "ready"}


def _add_errors(desk: FastAPI) -> None:
    def answer(request: Request, response: JSONResponse, detail: str) -> Response:
        """The problem document for programs, a page for people."""
        programs = request.url.path.startswith(("/api/", "/livez", "/readyz"))
        return response if programs else error_page(request, response.status_code, detail)

    @desk.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        return answer(
            request, problem(error.status_code, error.detail, headers=headers), error.detail
        )

    @desk.exception_handler(RequestValidationError)
    def wrong(request: Request, error: RequestValidationError) -> Response:
        # A path that cannot be an id names nothing; everything else is the caller's to mend.
        rows = error.errors()
        if any(row["loc"][:1] == ("path",) for row in rows):
            return answer(request, problem(404, "there is no such task"), "There is no such task.")
        told = "; ".join(_told(row, error.body) for row in rows[:5])
        return answer(request, problem(422, told), told)

    @desk.exception_handler(UserError)
    def bad_input(request: Request, error: UserError) -> Response:
        return answer(request, problem(422, str(error)), str(error))

    @desk.exception_handler(BrokenStore)
    def broken(request: Request, error: BrokenStore) -> Response:
        log.error("request not served", error=str(error))
        detail = (
            "the database is damaged or may not be written; its operator must mend it, see the log"
        )
        return answer(request, problem(500, detail), detail)

    @desk.exception_handler(UnknownTask)
    def unknown(request: Request, error: UnknownTask) -> Response:
        return answer(request, problem(404, str(error)), "There is no such task.")

    @desk.exception_handler(Conflict)
    def conflict(_request: Request, error: Conflict) -> Response:
        current = TaskView.of(error.current).model_dump(mode="json")
        return problem(409, str(error), task=current)

    @desk.exception_handler(NotReady)
    def away(request: Request, error: NotReady) -> Response:
        log.warning("request not served", dependency=error.dependency, error=str(error))
        detail = f"the {error.dependency} is away; try again in a moment"
        headers = {"Retry-After": "5"}
        return answer(request, problem(503, detail, headers=headers), detail)


def _told(row: dict[str, Any], body: Any) -> str:
    """One thing that is wrong with a request, and where."""
    if row["type"] == "json_invalid":
        read = str(body)[: row["loc"][-1]]
        line, column = read.count("\n") + 1, len(read) - read.rfind("\n")
        return f"the body is not JSON: line {line}, column {column}: {row['ctx']['error']}"
    return f"{'.'.join(map(str, row['loc'][1:])) or row['loc'][0]}: {row['msg']}"

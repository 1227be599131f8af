"""The desk's web application: the API, the pages, health, and what guards them."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services import __version__
from services.ports.published import PublishedStore
from services.ports.task_store import TaskStore
from services.review.access import Access
from services.review.api import make_api
from services.review.errors import add_errors
from services.review.guard import Guard
from services.review.page import make_pages
from services.review.people import Door
from services.review.publishing_routes import make_public
from services.review.signin import make_signin
from services.runtime.clock import Clock
from services.runtime.settings import Settings

STATIC = Path(__file__).parent / "static"


def make_desk(
    settings: Settings, store: TaskStore, clock: Clock, door: Door, published: PublishedStore
) -> FastAPI:
    """The application over `store`, for those whom `door` lets in; what is `published` is for everybody."""
    access = Access(door, settings)
    desk = FastAPI(
        title="Claimdesk",
        version=__version__,
        description="The reviewers' desk: verification tasks with the evidence beside them.",
        openapi_url="/api/v1/openapi.json",
        # FastAPI's own documentation pages load scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    desk.add_middleware(Guard, settings=settings)
    desk.include_router(make_api(settings, store, clock, access))
    desk.include_router(make_public(settings, published, clock))
    desk.include_router(make_signin(access, door))
    desk.include_router(make_pages(store, clock, access))
    desk.mount("/static", StaticFiles(directory=STATIC), name="static")
    _add_health(desk, store)
    add_errors(desk)
    return desk


def _add_health(desk: FastAPI, store: TaskStore) -> None:
    @desk.get("/livez", include_in_schema=False)
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @desk.get("/readyz", include_in_schema=False)
    def readyz() -> dict[str, str]:
        store.counts()
        return {"status": "ready"}

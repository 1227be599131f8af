"""The desk's web application: the API, the pages, health, and what guards them."""

import threading
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services import __version__
from services.ports.task_store import TaskStore
from services.review.access import Access
from services.review.alerts_api import make_alerts_api
from services.review.alerts_page import make_alerts_page
from services.review.api import make_api
from services.review.errors import add_errors
from services.review.forms import Forms, make_forms
from services.review.guard import Guard
from services.review.live import Live, make_live
from services.review.oidc import make_oidc
from services.review.once import add_once
from services.review.openapi import describe
from services.review.page import Pages, make_pages
from services.review.parts import Parts
from services.review.people import Door
from services.review.publishing_routes import make_public
from services.review.scale import load_scale
from services.review.signin import make_signin
from services.review.trail import Trail
from services.runtime.settings import Settings

STATIC = Path(__file__).parent / "static"


def make_desk(settings: Settings, parts: Parts, stop: threading.Event) -> FastAPI:
    """The application over the store, for those who have accounts; what is published is for everybody.

    Open pages are told what happens until `stop` is set.
    """
    store, accounts, clock = parts.store, parts.accounts, parts.clock
    door = Door(accounts, Trail(parts.audit, clock), clock)
    access = Access(door, settings)
    pages = Pages(store, accounts, clock, load_scale(settings.rating_scale))
    forms = Forms(pages, store, clock, settings.lease_seconds)
    desk = FastAPI(
        title="Claimdesk",
        version=__version__,
        description="The reviewers' desk: verification tasks with the evidence beside them.",
        openapi_url="/api/v1/openapi.json",
        # FastAPI's own documentation pages load scripts from another host.
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    add_once(desk, parts.answers)
    desk.add_middleware(Guard, settings=settings)
    desk.include_router(make_api(settings, store, clock, access, parts.answers))
    desk.include_router(make_alerts_api(parts.subscribing, access))
    desk.include_router(make_alerts_page(parts.subscribing, access))
    desk.include_router(make_public(settings, parts.published, clock))
    desk.state.oidc = settings.oidc_issuer is not None  # whether the sign-in page offers it
    desk.include_router(make_oidc(settings, parts, access))  # before the links: theirs is any name
    desk.include_router(make_signin(access, door))
    desk.include_router(make_pages(pages, store, clock, access))
    desk.include_router(make_forms(forms, store, clock, access))
    desk.include_router(make_live(Live(store, clock, stop), access))
    desk.mount("/static", StaticFiles(directory=STATIC), name="static")
    _add_health(desk, store)
    add_errors(desk)
    describe(desk)
    return desk


def _add_health(desk: FastAPI, store: TaskStore) -> None:
    @desk.get("/livez", include_in_schema=False)
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @desk.get("/readyz", include_in_schema=False)
    def readyz() -> dict[str, str]:
        store.counts()
        return {"status": "ready"}

"""Pages from templates, with what every page shows: who is signed in, and the form token of their session."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.review.people import form_token
from services.review.present import FILTERS


def _templates() -> Jinja2Templates:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return Jinja2Templates(env=environment)


_TEMPLATES = _templates()


def render(request: Request, page: str, status: int = 200, /, **values: Any) -> Response:
    """The page with `values`."""
    person = getattr(request.state, "person", None)
    token = form_token(person.proof) if person and person.proof else ""
    shown = {"person": person, "form_token": token} | values
    return _TEMPLATES.TemplateResponse(request, page, shown, status_code=status)

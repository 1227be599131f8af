"""Errors as RFC 9457 problem documents."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """The response for an error: what, why, and whatever `more` helps a program to go on."""
    body = {"title": phrase(status), "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def phrase(status: int) -> str:
    """The status in words."""
    return HTTPStatus(status).phrase

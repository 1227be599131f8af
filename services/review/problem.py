"""Errors as RFC 9457 problem documents."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    title: str = Field(description="The status in words", examples=["Conflict"])
    status: int = Field(ge=400, le=599, examples=[409])
    detail: str = Field(
        description="What is wrong and what to do about it, for a person",
        examples=["task task_1: rita holds it under lease 3"],
    )


def documented(told: Mapping[int, str], *more: str) -> dict[int | str, dict[str, Any]]:
    """The errors of a route for the OpenAPI document: each status, and when it comes.

    `more` are media types in which they are told to those who accept no JSON.
    """
    content: dict[str, Any] = {name: {"schema": {"type": "string"}} for name in more}
    content[MEDIA_TYPE] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": text, "content": content} for status, text in told.items()}


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """The response for an error: what, why, and whatever `more` helps a program to go on."""
    body = {"title": phrase(status), "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def phrase(status: int) -> str:
    """The status in words."""
    return HTTPStatus(status).phrase

"""The description of the API: what FastAPI finds by itself, and what it cannot know."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from services.review.problem import Problem

_TAG_HEADER = {
    "ETag": {"description": "Names this state of the answer", "schema": {"type": "string"}}
}


def describe(desk: FastAPI) -> None:
    """Have `desk` describe itself whole."""
    found = desk.openapi

    def whole() -> dict[str, Any]:
        if desk.openapi_schema is None:
            schema = found()
            components = schema.setdefault("components", {}).setdefault("schemas", {})
            components["Problem"] = Problem.model_json_schema()
            for method, path, operation in _operations(schema):
                _add_headers(method, path, operation)
            _forget_unused(components)
            desk.openapi_schema = schema
        return desk.openapi_schema

    desk.openapi = whole  # type: ignore[method-assign] # the documented way to extend it


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in schema.get("paths", {}).items():
        for method, operation in item.items():
            yield method, path, operation


def _add_headers(method: str, path: str, operation: dict[str, Any]) -> None:
    """The tag that answers carry, and what may be asked with it."""
    responses = operation["responses"]
    if path.startswith("/api/"):
        if method == "get":
            responses["304"] = {"description": "Nothing changed since the tag in `If-None-Match`"}
        if "{task_id}" not in path:
            operation["parameters"] = [
                one for one in operation.get("parameters", ()) if one["name"] != "If-Match"
            ]
            responses.pop("412", None)
    for status in ("200", "304"):
        if status in responses and not path.startswith("/v1alpha1"):
            responses[status].setdefault("headers", {}).update(_TAG_HEADER)


def _forget_unused(components: dict[str, Any]) -> None:
    # FastAPI's own shape of a validation error, which this desk never sends.
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)

"""Entity tags (RFC 9110): a reader asks for what changed only, a writer changes only what they have seen."""

import hashlib
import json
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from services.review.people import Person

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=2_000,
        description="The `ETag` of the task as you saw it: 412, and nothing done, if it is another now",
        examples=['"0f6b1d"'],
    ),
]


def tag_of(*parts: str | bytes) -> str:
    """The tag of a content: equal exactly when the parts are."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(data) + data)
    return f'"{digest.hexdigest()}"'


def names(header: str, tag: str) -> bool:
    """Whether a header's list of tags has `tag`, or is the star that stands for any; weak tags count too."""
    if header.strip() == "*":
        return True
    return tag in {found.removeprefix("W/") for found in _TAG.findall(header)}


def is_known(request: Request, tag: str) -> bool:
    """Whether whoever asks has this content already."""
    header = request.headers.get("if-none-match")
    return header is not None and names(header, tag)


def unchanged(headers: dict[str, str]) -> Response:
    """The answer to somebody who has it already; the headers are those of the full one."""
    return Response(status_code=304, headers=headers)


class Tagged(APIRoute):
    """A route whose good answers carry the tag of their JSON, and which answers 304 to who has it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with the tag put on what it answers."""
        handle = super().get_route_handler()

        async def tagged(request: Request) -> Response:
            response = await handle(request)
            if response.status_code == 200:
                response.headers["ETag"] = tag = _tag_of_json(bytes(response.body))
                if request.method == "GET" and is_known(request, tag):
                    return unchanged({"ETag": tag})
            return response

        return tagged


def make_match(
    current: Callable[[str, Person], BaseModel], person: Callable[..., Person]
) -> Callable[..., None]:
    """The dependency of a route that writes to a task; `current` is the task as `person` is shown it.

    It spares people from acting on what they have not seen. What two people do in the same moment is for the
    lease to part, which is checked with the write itself.
    """

    def match(
        request: Request, who: Annotated[Person, Depends(person)], if_match: IfMatch = None
    ) -> None:
        task_id = request.path_params.get("task_id")
        if if_match is None or task_id is None:
            return
        shown = current(task_id, who).model_dump_json().encode()
        if not names(if_match, _tag_of_json(shown)):
            raise HTTPException(412, "the task has changed since you saw it; look at it again")

    return match


def _tag_of_json(body: bytes) -> str:
    # Whoever wrote the JSON: one spelling of it has one tag.
    return tag_of(json.dumps(json.loads(body), sort_keys=True))

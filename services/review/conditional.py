"""Entity tags (RFC 9110): a reader asks for what changed only, a writer changes only what they have seen."""

import hashlib
import re

from fastapi import Request
from starlette.responses import Response

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


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

"""Where a page ended, as text for an address: what the next page begins after."""

import base64
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter

from services.runtime.errors import UserError

Position = TypeVar("Position")


def write(position: list[Any]) -> str:
    """The cursor of a position."""
    packed = json.dumps(position).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read(cursor: str, adapter: TypeAdapter[Position]) -> Position:
    """The position of a cursor. Raises UserError for what no page gave."""
    try:
        packed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        return adapter.validate_json(packed)
    except ValueError as error:
        raise UserError(
            "the cursor is not one that a page gave; start from the first page"
        ) from error

"""The queue's filter: from an address to what is asked of the store, and back."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from fastapi import Request
from pydantic import ValidationError

from services.ports.task_store import Filter
from services.runtime.errors import UserError
from services.runtime.events import describe

WORDS = ("text", "speaker", "outlet", "desk", "language", "skill", "holder")
CODES = ("kind", "relation")


def read_filter(request: Request, now: datetime) -> Filter:
    """The filter in an address; empty fields ask for nothing. Raises UserError for what cannot be meant."""
    query = request.query_params
    given: dict[str, object] = {
        name: value for name in (*WORDS, *CODES) if (value := query.get(name, "").strip())
    }
    given["states"] = tuple(state for state in query.getlist("state") if state)
    if query.get("due"):
        given["due_before"] = now + timedelta(days=_days(query["due"]))
    try:
        return Filter.model_validate(given)
    except ValidationError as error:
        raise UserError(describe(error)) from error


def shown_filter(request: Request) -> dict[str, str]:
    """What the filter's form shows of the address."""
    names = (*WORDS, *CODES, "state", "due")
    return {name: request.query_params.get(name, "") for name in names}


def address(given: dict[str, str], **changes: str | None) -> str:
    """The queue's address with these fields; empty ones are left out."""
    merged = {name: value for name, value in (given | changes).items() if value}
    return "/?" + urlencode(merged) if merged else "/"


def address_of(where: Filter) -> str:
    """The address of a saved view."""
    given = where.model_dump(mode="json", include={*WORDS, *CODES}, exclude_none=True)
    return address(given, state=next((state.value for state in where.states), None))


def _days(text: str) -> int:
    try:
        return min(max(int(text), 0), 3_650)
    except ValueError as error:
        raise UserError(f"due: {text[:20]!r} is no number of days") from error

"""What every reader gives: a row of a file with its place, or why it could not be read."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Line(NamedTuple):
    """A row and where it stands: "12" (a line), "element 5", "script 2"; or why there is none.

    `lost` says that what could not be read may well be an item, as a null is not. `share` is how much of what was
    read from the file so far ends with this row: less than all where a text is read whole and cut.
    """

    place: str
    row: Mapping[str, Any] | None
    error: str = ""
    note: str = ""
    lost: bool = False
    share: float = 1.0

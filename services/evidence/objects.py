"""JSON to rows: lines of objects, one document, or a feed of any length that is read as a stream."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ijson

from services.evidence import check_tools, claimreview, ninjs
from services.evidence.line import Line
from services.evidence.opening import (
    FALLBACK,
    WIDE,
    Opened,
    Utf8,
    decoded,
    marked_encoding,
    text_lines,
)

LONGEST = 16 * 1024 * 1024
"""Bytes of one element: it is held in memory."""

_WHOLE = 64 * 1024 * 1024  # bytes of a document that is no list of elements
_DEEPEST = 64
_OPENING, _CLOSING = ("start_map", "start_array"), ("end_map", "end_array")
_STREAMED = ("", "dataFeedElement", "claims", "items", "itemListElement", "articles")


def lines(file: Opened) -> Iterator[Line]:
    """The rows of a file with one JSON object a line."""
    for number, (text, note) in enumerate(_lines(file), start=1):
        if text is None:
            yield Line(str(number), None, f"longer than {LONGEST // 1024 // 1024} MiB", lost=True)
            continue
        if not text.strip():
            continue
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError) as error:
            yield Line(str(number), None, f"not JSON: {error}", lost=True)
            continue
        for one in rows_of(value, str(number)):
            yield one._replace(note=note) if note else one


def _lines(file: Opened) -> Iterator[tuple[str | None, str]]:
    """Each line with a note on its encoding; none for one that is too long."""
    if marked_encoding(file.start) in WIDE:
        yield from ((line, "") for line, _ in text_lines(file))
        return
    while line := file.stream.readline(LONGEST + 1):
        if len(line) <= LONGEST:
            text, good = decoded(line)
            yield text, "" if good else f"not UTF-8; read as {FALLBACK}"
            continue
        while line and not line.endswith(b"\n"):
            line = file.stream.readline(LONGEST)
        yield None, ""


def document(file: Opened) -> Iterator[Line]:
    """The rows of a JSON document. A list in it is read element by element, in bounded memory."""
    field = _list_in(file)
    if field is None:
        yield from _whole(file)
        return
    stream, number = Utf8(file, LONGEST), 0
    try:
        for value in _elements(ijson.basic_parse(stream, use_float=True), field):
            number += 1
            stream.element_done()
            yield from rows_of(value, f"element {number}")
    except (ijson.JSONError, ValueError) as error:
        yield _broken(f"element {number + 1}", error)


def _elements(events: Iterable[tuple[str, Any]], field: str) -> Iterator[Any]:
    """The elements of the document, or of the list in its `field`. Raises ValueError for deep nesting.

    ijson's own paths grow with every level, so a file of brackets would fill the memory.
    """
    level = 2 if field else 1
    depth, name, inside, builder = 0, "", False, ijson.ObjectBuilder()
    for event, value in events:
        depth -= event in _CLOSING
        if inside and depth >= level:
            builder.event(event, value)
            if depth == level and event not in _OPENING:
                yield builder.value
                builder = ijson.ObjectBuilder()
        elif depth == level - 1:
            inside = event == "start_array" and name == field
            name = value if event == "map_key" else name
        depth += event in _OPENING
        if depth > _DEEPEST:
            raise ValueError(f"nested more than {_DEEPEST} levels deep")


def _whole(file: Opened) -> Iterator[Line]:
    data = Utf8(file, _WHOLE)
    parts = []
    try:
        while part := data.read(1 << 20):
            parts.append(part)
        value = json.loads(b"".join(parts).decode("utf-8"), strict=False)
    except (ValueError, RecursionError) as error:
        yield _broken("1", error)
        return
    if isinstance(value, Mapping) and not value:
        yield Line("1", None, "an empty object")
        return
    yield from rows_of(value, "1")


def _broken(place: str, error: Exception) -> Line:
    reason = str(error).split("\n", 1)[0].strip()
    return Line(
        place,
        None,
        f"the JSON breaks here, so what follows was not read ({reason}); a file with one object a line "
        "is to be named .jsonl",
        lost=True,
    )


def _list_in(file: Opened) -> str | None:
    """The field with the document's elements, "" when it is a list itself; none when it has no such list."""
    stream = Utf8(Opened(file.path, io.BytesIO(file.start), file.start, file.raw), LONGEST)
    depth, name = 0, ""
    try:
        for event, value in ijson.basic_parse(stream):
            depth -= event in _CLOSING
            if event == "start_array" and depth <= 1 and name in _STREAMED:
                return name
            if depth == 1 and event == "map_key":
                name = value
            depth += event in _OPENING
    except (ijson.JSONError, ValueError):
        pass  # cut off by the end of the sample, or broken: then reading it says so
    return None


def rows_of(value: Any, place: str) -> Iterator[Line]:
    """The rows in one element, by what it is; an error when it is nothing that we know."""
    if value is None:
        yield Line(place, None, "null in the place of an item")
    elif isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from rows_of(one, f"{place}, item {number}")
    elif not isinstance(value, Mapping):
        yield Line(place, None, "not a JSON object")
    elif check_tools.is_claim(value):
        yield from check_tools.claims(value, place)
    elif ninjs.is_item(value):
        yield from ninjs.items(value, place)
    elif claimreview.is_linked_data(value):
        yield from _reviews(value, place)
    else:
        yield Line(place, value)


def _reviews(value: Mapping[str, Any], place: str) -> Iterator[Line]:
    found = False
    for one in claimreview.reviews(value, place):
        found = True
        yield one
    if not found:
        yield Line(place, None, f"no ClaimReview in it (it is {str(value.get('@type'))[:80]})")

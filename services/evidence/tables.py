"""CSV and the like to rows, read as a stream."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from services.evidence.fields import is_known
from services.evidence.line import Line
from services.evidence.opening import FALLBACK, Opened, text_lines
from services.runtime.errors import UserError

_LONGEST_CELL = 16 * 1024 * 1024
_DELIMITERS = ",;\t|"


def delimiter_of(header: str) -> str:
    """What parts the cells of a header line."""
    return max(_DELIMITERS, key=header.count)


def rows(file: Opened) -> Iterator[Line]:
    """The rows of a table with a header. Raises UserError when no heading is one that we know."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(text_lines(file))
    first = next(lines, "")
    # Strict: a quotation mark that is not closed would swallow the rows after it without a word.
    reader = csv.reader(_again(first, lines), delimiter=delimiter_of(first), strict=True)
    yield from _records(file, reader, lines)


def _again(first: str, lines: Iterable[str]) -> Iterator[str]:
    yield first
    yield from lines


class _Lines:
    """Lines without null characters, and whether one of those read lately was in another encoding."""

    def __init__(self, lines: Iterator[tuple[str, bool]]) -> None:
        self._lines = lines
        self.odd = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line, good = next(self._lines)
        self.odd = self.odd or not good
        return line.replace("\x00", "")


def _records(file: Opened, reader: Any, lines: _Lines) -> Iterator[Line]:
    header: list[str] | None = None
    while True:
        number, lines.odd = reader.line_num + 1, False
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(str(number), None, f"not CSV: {error}", lost=True)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = _checked(file, cells)
            continue
        note = f"not UTF-8; read as {FALLBACK}" if lines.odd else ""
        if len(cells) > len(header):
            yield Line(
                str(number), None, f"{len(cells)} cells under {len(header)} headings", lost=True
            )
        else:
            yield Line(str(number), dict(zip(header, cells, strict=False)), note=note)


def _checked(file: Opened, header: list[str]) -> list[str]:
    if not any(is_known(name) for name in header):
        shown = ", ".join(repr(name[:30]) for name in header[:6])
        raise UserError(
            f"{file.path}: no heading in its first line is a field of evidence ({shown}): name the "
            "columns claim, title, publisher, speaker, date, rating, url, …"
        )
    return header

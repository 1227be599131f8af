"""Evidence files: JSON lines and CSV, plain or gzipped, read as a stream."""

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from services.runtime.errors import UserError

_LONGEST_LINE = 16 * 1024 * 1024  # bytes; a line is held in memory
_SNIFFED = 65_536


class Line(NamedTuple):
    """A row of a file by the number of its first line, or why it could not be read."""

    number: int
    row: Mapping[str, Any] | None
    error: str = ""


def read_rows(path: Path) -> Iterator[Line]:
    """The rows of a .jsonl, .ndjson, .json, .csv or .tsv file, each perhaps ending in .gz.

    Text is UTF-8 with or without a byte order mark, or UTF-16 with one. Raises UserError when the file
    cannot be opened or is of no kind we know; a bad row is a Line with an error.
    """
    name = path.name.lower().removesuffix(".gz")
    with _opened(path) as stream:
        if name.endswith((".csv", ".tsv")):
            yield from _csv_rows(stream, "\t" if name.endswith(".tsv") else None)
        elif name.endswith((".jsonl", ".ndjson", ".json")):
            yield from _json_rows(stream)
        else:
            raise UserError(
                f"{path}: not a file of evidence; name it .jsonl, .csv or .tsv, perhaps with .gz"
            )


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if packed else raw as stream:
                yield stream  # type: ignore[misc]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path}: the gzip data ends or breaks in the middle ({error})") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from error


def _json_rows(stream: IO[bytes]) -> Iterator[Line]:
    for number, line in _lines(stream):
        if isinstance(line, str):
            yield Line(number, None, line)
            continue
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            yield Line(number, None, f"not UTF-8 at byte {error.start} of the line")
            continue
        except (json.JSONDecodeError, RecursionError) as error:
            yield Line(number, None, f"not JSON: {error}")
            continue
        if isinstance(row, dict):
            yield Line(number, row)
        else:
            yield Line(number, None, "not a JSON object")


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | str]]:
    """Lines with their numbers; one that is too long is a message instead."""
    number = 0
    while line := stream.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) <= _LONGEST_LINE:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_LONGEST_LINE)
        yield number, f"longer than {_LONGEST_LINE // 1024 // 1024} MiB"


def _csv_rows(stream: IO[bytes], delimiter: str | None) -> Iterator[Line]:
    buffered = io.BufferedReader(stream)  # type: ignore[type-var]
    start = buffered.peek(_SNIFFED)[:_SNIFFED]
    encoding = _encoding(start)
    sample = start.decode(encoding, "ignore")
    csv.field_size_limit(_LONGEST_LINE)
    with io.TextIOWrapper(buffered, encoding, errors="replace", newline="") as text:
        # Strict: a quotation mark that is not closed would swallow the rows after it without a word.
        reader = csv.reader(
            _without_nul(text), delimiter=delimiter or _delimiter(sample), strict=True
        )
        yield from _records(reader)


def _encoding(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _delimiter(sample: str) -> str:
    header = sample.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\x00", "") for line in lines)


def _records(reader: Any) -> Iterator[Line]:
    header: list[str] | None = None
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(number, None, f"not CSV: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = cells
            continue
        yield _record(number, header, cells)


def _record(number: int, header: list[str], cells: list[str]) -> Line:
    if len(cells) > len(header):
        return Line(number, None, f"{len(cells)} cells under {len(header)} headings")
    if any("\ufffd" in cell for cell in cells):
        return Line(number, None, "not UTF-8")
    return Line(number, dict(zip(header, cells, strict=False)))

"""A file of evidence opened: unpacked, its start at hand, and how far it was read."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.runtime.errors import UserError

SNIFFED = 65_536
"""Bytes of a file's start that tell what it is."""

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = frozenset({"utf-16", "utf-32"})
"""Encodings whose lines do not end with a single byte."""

FALLBACK = "cp1252"
"""What text that is not UTF-8 is read as: the encoding that old spreadsheets and pages have."""


@dataclass
class Opened:
    """An open file. `start` are its first bytes, which `stream` gives as well."""

    path: Path
    stream: IO[bytes]
    start: bytes
    raw: IO[bytes]

    def done(self) -> int:
        """Bytes of the file, as it lies on the disk, that were read."""
        return self.raw.tell()


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """`path`, unpacked when it is gzipped. Raises UserError when it cannot be read, also later on."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            plain = gzip.GzipFile(fileobj=raw) if packed else raw
            stream = io.BufferedReader(plain, SNIFFED)
            yield Opened(path, stream, stream.peek(SNIFFED)[:SNIFFED], raw)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path}: the gzip data ends or breaks in the middle ({error})") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from error


def marked_encoding(start: bytes) -> str | None:
    """The encoding that a byte order mark names."""
    return next((name for mark, name in _BOMS if start.startswith(mark)), None)


def decoded_start(start: bytes) -> str:
    """The first bytes as text, to look at."""
    encoding = marked_encoding(start) or "utf-8"
    return codecs.getincrementaldecoder(encoding)("replace").decode(start)


def decoded(line: bytes) -> tuple[str, bool]:
    """A line as text, and whether it was UTF-8; else it is read as FALLBACK."""
    try:
        return line.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return line.decode(FALLBACK, "replace"), False


def text_lines(file: Opened) -> Iterator[tuple[str, bool]]:
    """The lines with their ends, and whether each was what the file's encoding says.

    Only a line that is not UTF-8 is read as FALLBACK, so one bad row does not spoil the others.
    """
    encoding = marked_encoding(file.start)
    if encoding in WIDE:
        with io.TextIOWrapper(file.stream, encoding, errors="replace", newline="") as text:
            yield from ((line, "\ufffd" not in line) for line in text)
        return
    yield from map(decoded, file.stream)


def whole_text(file: Opened, most: int, declared: str | None = None) -> str:
    """All of the file as text. Raises UserError when it has more than `most` bytes."""
    data = file.stream.read(most + 1)
    if len(data) > most:
        raise UserError(
            f"{file.path}: longer than {most // 1024 // 1024} MiB, the most that a single page or text "
            "may have: cut it into several files"
        )
    marked = marked_encoding(data)
    for encoding in filter(None, (marked, "utf-8", declared)):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode(FALLBACK, "replace")


class Utf8:
    """A file's bytes as UTF-8, whatever its encoding is, and a stop at an element of more than `most` bytes.

    `element_done` is called when one was read, so that only what belongs to a single element counts.
    """

    def __init__(self, file: Opened, most: int) -> None:
        self._stream, self._most, self._since = file.stream, most, 0
        # Bytes that are not of the encoding become the replacement character; they end nothing.
        encoding = marked_encoding(file.start) or "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def element_done(self) -> None:
        """Count anew."""
        self._since = 0

    def read(self, size: int = -1) -> bytes:
        """Up to about `size` bytes; none at the end. Raises ValueError for an element that is too long."""
        if size == 0:  # ijson asks whether bytes come
            return b""
        chunk = self._stream.read(size if size > 0 else _CHUNK)
        self._since += len(chunk)
        if self._since > self._most:
            raise ValueError(f"an element has more than {self._most // 1024 // 1024} MiB")
        return self._decoder.decode(chunk, final=not chunk).encode()

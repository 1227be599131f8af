"""Where documents come from: files, standard input, and the web."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.ingest.documents import MAX_BYTES
from services.ingest.item import Document, Refusal, Rejected
from services.ports.web import Response, Web, WebError

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, "
    "text/xml;q=0.8, text/html;q=0.5, */*;q=0.1"
)


def is_address(name: str) -> bool:
    """Whether `name` is a web address, and not a file."""
    return name.lower().startswith(("http://", "https://"))


def read_file(path: Path) -> Document:
    """The file as a document. Raises Rejected (`unreadable`, `too_large`)."""
    try:
        with path.open("rb") as stream:
            return _within_limit(stream.read(MAX_BYTES + 1), str(path), path.resolve().as_uri())
    except OSError as error:
        raise Rejected("unreadable", error.strerror or type(error).__name__) from error


def read_lines(stream: IO[bytes], name: str, after: int = 0) -> Iterator[Document | Refusal]:
    """Each line of `stream` as a JSON document of its own, as it comes: there may be any number.

    `after` lines were read before.
    """
    number = after
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        where = f"{name} line {number}"
        if len(line) > MAX_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_BYTES)
            yield Refusal(where, "too_large", f"more than {MAX_BYTES:,} bytes in one line")
        elif line.strip():
            yield Document(where, line, kind="json")


def read_pipe(stream: IO[bytes], name: str) -> Iterator[Document | Refusal]:
    """JSON lines, if the first line is a whole object; one document of any kind otherwise.

    Raises Rejected (`too_large`).
    """
    first = stream.readline(MAX_BYTES + 1)
    bare = first.removeprefix(b"\xef\xbb\xbf").strip()
    if bare.startswith(b"{") and bare.endswith(b"}"):
        yield Document(f"{name} line 1", first, kind="json")
        yield from read_lines(stream, name, after=1)
    else:
        yield _within_limit(first + stream.read(MAX_BYTES + 1 - len(first)), name, None)


def _within_limit(body: bytes, name: str, origin: str | None) -> Document:
    if len(body) > MAX_BYTES:
        raise Rejected("too_large", f"more than {MAX_BYTES:,} bytes; split it")
    return Document(name, body, origin)


@dataclass(frozen=True)
class Validators:
    """What a server said of its last answer, verbatim."""

    etag: str | None = None
    last_modified: str | None = None


def ask(url: str, web: Web, validators: Validators | None = None) -> Response:
    """GET `url`, unless it is as the server described it last. Raises WebError."""
    known = validators or Validators()
    sent = {"if-none-match": known.etag, "if-modified-since": known.last_modified}
    headers = {"accept": ACCEPT} | {name: value for name, value in sent.items() if value}
    return web.get(url, headers, MAX_BYTES)


def document_of(response: Response, url: str) -> Document:
    """The document that came for `url`, which stays its name wherever redirects led."""
    media_type, _, parameters = response.headers.get("content-type", "").partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip("\"' ") or None
    return Document(url, response.body, None, url, media_type.strip().lower() or None, charset)


def fetch(url: str, web: Web) -> Document:
    """The document at `url`. Raises Rejected with the web's reason, or `http_<status>`."""
    try:
        response = ask(url, web)
    except WebError as error:
        raise Rejected(error.reason, str(error)) from error
    if response.status != 200:
        raise Rejected(f"http_{response.status}", f"the server answered {response.status}")
    return document_of(response, url)

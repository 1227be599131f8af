"""Where documents come from: files, standard input, and the web."""

from pathlib import Path
from typing import IO

from services.ingest.documents import MAX_BYTES
from services.ingest.item import Document, Rejected
from services.ports.article_ledger import FeedState
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
            return read_stream(stream, str(path), path.resolve().as_uri())
    except OSError as error:
        raise Rejected("unreadable", error.strerror or type(error).__name__) from error


def read_stream(stream: IO[bytes], name: str, origin: str | None = None) -> Document:
    """What is left of `stream`, up to the limit. Raises Rejected (`too_large`)."""
    body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise Rejected("too_large", f"more than {MAX_BYTES:,} bytes; split it")
    return Document(name, body, origin)


def ask(url: str, web: Web, state: FeedState | None = None) -> Response:
    """GET `url`, with the validators of `state` as its server gave them. Raises WebError."""
    state = state or FeedState()
    validators = {"if-none-match": state.etag, "if-modified-since": state.last_modified}
    headers = {"accept": ACCEPT} | {name: value for name, value in validators.items() if value}
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

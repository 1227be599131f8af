"""Which addresses may become feeds."""

from pathlib import Path
from urllib.parse import urldefrag

from services.ingest.source import is_address
from services.ports.web import Web, WebError
from services.runtime.errors import UserError


def feed_address(name: str, web: Web, *, files: bool) -> str:
    """`name` as the registry keeps it. Raises UserError for what cannot be asked; nothing is asked yet.

    With `files`, a file of this machine may be a feed, under its whole path.
    """
    name = name.strip()
    if name.lower().startswith("feed:"):
        rest = name[5:]
        name = f"http:{rest}" if rest.startswith("//") else rest
    if is_address(name):
        try:
            web.check(name)
        except WebError as error:
            raise UserError(f"{name[:200]} cannot be a feed: {error}") from error
        return urldefrag(name).url
    if files and name and Path(name).is_file():
        return str(Path(name).resolve())
    remedy = "give an address that begins with https:// or http://"
    raise UserError(f"{name[:200]!r} is no feed's address; {remedy}")

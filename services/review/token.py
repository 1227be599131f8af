"""The token that writes need: given by setting, or made once and kept where only its owner can read it."""

import os
import secrets
import tempfile
from pathlib import Path

from services.runtime.errors import UserError
from services.runtime.settings import Settings

FILE_NAME = "api-token"
LEAST_LENGTH = 16


def load_token(settings: Settings) -> str:
    """The token in force. Raises UserError when it is too short to be safe or cannot be kept."""
    if settings.api_token is not None:
        return _checked(settings.api_token.get_secret_value(), "CLAIMDESK_API_TOKEN")
    path = settings.data_dir / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        return _checked(path.read_text("ascii").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the API token in {path} cannot be read or made: {error}") from error


def _checked(token: str, where: str) -> str:
    if len(token) < LEAST_LENGTH or not token.isascii() or not token.isprintable():
        raise UserError(
            f"{where}: a token needs at least {LEAST_LENGTH} printable ASCII characters"
        )
    return token


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole before it has its name, and never over another's: two processes may start at once.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE_NAME}-")  # mode 0600
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_urlsafe(32) + "\n")
        os.link(name, path)
    except FileExistsError:
        pass  # the other process was first; its token is the one
    finally:
        Path(name).unlink()

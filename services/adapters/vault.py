"""The vault through Fernet (AES-128-CBC and HMAC-SHA-256), with as many keys as are in use.

Keys come from the setting, newest first, or from a file in the data folder, one a line. The file is read
again when it was changed, so that a new key reaches processes that run.
"""

import base64
import hashlib
import hmac
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from services.runtime.errors import NotReady, UserError

_LINKS = b"claimdesk links"  # parts the keys for signatures from those that encrypt


class FernetVault:
    """`services.ports.vault.Vault`. With neither keys nor file every use of a secret raises UserError."""

    def __init__(self, keys: str | None = None, file: Path | None = None) -> None:
        self._given, self._file = _split(keys or ""), file

    def seal(self, secret: str) -> str:
        """`secret` encrypted with the newest key."""
        return MultiFernet(self._fernets()).encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """What `seal` was given. Raises NotReady when no key fits."""
        try:
            return MultiFernet(self._fernets()).decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise NotReady(
                "alert keys",
                "a secret was encrypted with a key that is not there; give it as well in "
                "CLAIMDESK_ALERT_KEYS",
            ) from error

    def sign(self, text: str) -> str:
        """A signature of `text` by the newest key, in base64 for addresses."""
        return _sign(self._keys()[0], text)

    def signed(self, text: str, signature: str) -> bool:
        """Whether any of the keys made this signature of `text`."""
        given = signature.encode("utf-8", "replace")
        return any(hmac.compare_digest(_sign(key, text).encode(), given) for key in self._keys())

    def renew(self) -> None:
        """Put a new key in front of the file's. Raises UserError when keys come from the setting."""
        if self._given or self._file is None:
            raise UserError(
                "keys come from CLAIMDESK_ALERT_KEYS; put a new one in front there (first at the end, "
                "where several processes run), and run `claimdesk alerts rekey`"
            )
        self._write(self._file, [new_key(), *self._keys()], replace=True)

    def _fernets(self) -> list[Fernet]:
        try:
            return [Fernet(key) for key in self._keys()]
        except ValueError as error:
            place = "CLAIMDESK_ALERT_KEYS" if self._given else str(self._file)
            raise UserError(
                f"{place}: a key is 32 bytes in URL-safe base64; `claimdesk alerts new-key` makes one"
            ) from error

    def _keys(self) -> list[str]:
        if self._given:
            return self._given
        if self._file is None:
            raise UserError(
                "secrets are stored encrypted, and several processes must share the key: set "
                "CLAIMDESK_ALERT_KEYS; `claimdesk alerts new-key` makes one"
            )
        if not self._file.exists():
            self._write(self._file, [new_key()], replace=False)
        try:
            return _split(self._file.read_text("ascii"))
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"the file of keys {self._file} cannot be read: {error}") from error

    def _write(self, path: Path, keys: list[str], *, replace: bool) -> None:
        """Whole or not at all, readable by its owner only; of several first users one wins."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
            with os.fdopen(handle, "w") as file:
                file.write("\n".join(keys) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                (os.replace if replace else os.link)(name, path)
            except FileExistsError:
                pass
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"the file of keys {path} cannot be written: {error}") from error


def new_key() -> str:
    """A key, drawn."""
    return Fernet.generate_key().decode()


def _split(keys: str) -> list[str]:
    return [key for part in keys.split("\n") for one in part.split(",") if (key := one.strip())]


def _sign(key: str, text: str) -> str:
    own = hmac.digest(key.encode(), _LINKS, hashlib.sha256)
    mac = hmac.digest(own, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")

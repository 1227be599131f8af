"""Keys: secrets that are needed again are kept encrypted, and links are signed."""

from typing import Protocol


class Vault(Protocol):
    """Raises UserError when there is no key, and says how one is given."""

    def seal(self, secret: str) -> str:
        """`secret` encrypted with the newest key."""
        ...

    def open(self, sealed: str) -> str:
        """What `seal` was given. Raises NotReady when no key fits: the operator has to give the right one."""
        ...

    def sign(self, text: str) -> str:
        """A signature of `text` that fits into an address."""
        ...

    def signed(self, text: str, signature: str) -> bool:
        """Whether any of the keys made this signature of `text`."""
        ...

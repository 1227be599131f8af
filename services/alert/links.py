"""Addresses of the alerts' own server: feeds behind a secret, and signed links that end a subscription."""

import hashlib
import secrets
from urllib.parse import quote

from services.ports.vault import Vault

_SECRET_BYTES = 32


def new_feed_secret() -> str:
    """The secret part of a feed's address; only its hash is stored."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def feed_hash(secret: str) -> str:
    """How a feed's secret is stored and looked for: it is long and random, so no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def feed_addresses(base: str, secret: str) -> dict[str, str]:
    """The addresses of the feed in each of its forms."""
    root = f"{base.rstrip('/')}/feeds/{secret}"
    forms = {"atom": "atom.xml", "json": "feed.json", "events": "events", "page": "live"}
    return {form: f"{root}/{name}" for form, name in forms.items()}


def unsubscribe_link(base: str, subscription_id: str, vault: Vault) -> str:
    """The address that ends the subscription, for whoever has a mail of it; it stays valid."""
    signature = vault.sign(_what(subscription_id))
    return f"{base.rstrip('/')}/unsubscribe/{quote(subscription_id, safe='')}/{signature}"


def may_unsubscribe(subscription_id: str, signature: str, vault: Vault) -> bool:
    """Whether such a link was ours."""
    return vault.signed(_what(subscription_id), signature)


def _what(subscription_id: str) -> str:
    return f"unsubscribe {subscription_id}"

"""Making a subscription: the query understood, the address allowed, the secret drawn."""

import base64
import secrets
from datetime import datetime

from pydantic import SecretStr

from schemas.subscription import Subscription
from services.alert.parse import parse
from services.ports.web import Web, WebError
from services.runtime.errors import UserError

_SECRET_BYTES = 32  # Standard Webhooks asks for 24 to 64


def subscribe(
    query: str, webhook_url: str | None, owner: str, *, web: Web, now: datetime
) -> Subscription:
    """A new subscription; with a webhook it has a secret to sign with, whoever gets the address.

    Raises UserError for a query that cannot be read (with the position) or an address that may not be
    reached.
    """
    parse(query)
    if webhook_url is not None:
        try:
            web.check(webhook_url)
        except WebError as error:
            raise UserError(f"--webhook: {error}") from error
    return Subscription(
        id=f"sub_{secrets.token_hex(10)}",
        owner=owner,
        query=query,
        webhook_url=webhook_url,
        secret=new_secret() if webhook_url else None,
        created_at=now,
    )


def new_secret() -> SecretStr:
    """A signing secret as Standard Webhooks writes it: `whsec_` and base64."""
    return SecretStr(f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}")

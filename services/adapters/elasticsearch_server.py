"""What every store on Elasticsearch shares: the connection, and a bad day told apart from wrong use."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import elasticsearch

from services.runtime.errors import NotReady, UserError

NAME = "Elasticsearch"
SECONDS = 30.0  # a request; a bulk of long texts needs more than the client's ten

AWAY = frozenset({401, 403, 404, 408, 429, 500, 502, 503, 504})
"""Answers that mean a bad day: busy, red, read-only, no index yet, wrong credentials."""


def connect(url: str, timeout: float) -> tuple[elasticsearch.Elasticsearch, str]:
    """A client, and the server's host and port for messages. Nothing is asked yet.

    `timeout` is in seconds a request. Raises UserError when `url` is no address.
    """
    try:
        parts = urlsplit(url)
        where = f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"
        client = elasticsearch.Elasticsearch(
            url, request_timeout=timeout, max_retries=1, retry_on_timeout=False
        )
    except ValueError as error:
        raise UserError(
            f"CLAIMDESK_ELASTICSEARCH_URL is no address of a server: {error}"
        ) from error
    return client, where


@contextmanager
def errors_named(where: str, *, missing: str = "") -> Iterator[None]:
    """Turn the client's errors into NotReady and UserError; `missing` is the remedy for what is not there."""
    try:
        yield
    except (elasticsearch.ConnectionError, elasticsearch.ConnectionTimeout) as error:
        raise NotReady(NAME, f"{where} does not answer ({error.message})") from error
    except elasticsearch.ApiError as error:
        why = f"{where}: {error.status_code} {reason(error.body)}"
        if error.status_code in AWAY:
            hint = missing if error.status_code == 404 else ""
            raise NotReady(NAME, f"{why}{hint}") from error
        raise UserError(f"Elasticsearch refused the request: {why}") from error
    except elasticsearch.UnsupportedProductError as error:
        raise UserError(f"{where} is no Elasticsearch: {error.message}") from error
    except elasticsearch.TransportError as error:
        raise NotReady(NAME, f"{where}: {error.message}") from error


def reason(error: Any) -> str:
    """The innermost reason that the server gives, on one line."""
    if not isinstance(error, Mapping):
        return str(error)
    inner = error.get("error", error)
    if not isinstance(inner, Mapping):
        return str(inner)
    causes = inner.get("root_cause") or [inner]
    return f"{causes[0].get('type')}: {causes[0].get('reason')}"

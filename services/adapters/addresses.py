"""Which addresses a service may connect to: those of the public internet, whatever name leads there."""

import ipaddress
import socket
from collections.abc import Callable

from services.ports.web import WebError

Resolve = Callable[[str, int], list[str]]
"""From host and port to addresses. Raises OSError when there are none."""

# `is_global` calls these global although each can carry, or lead to, a private IPv4 address.
_EMBEDDING = tuple(
    map(
        ipaddress.IPv6Network,
        ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
    )
)


def is_public(address: str) -> bool:
    """Whether `address` is one of the public internet and embeds no other."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified:
        return False
    return not any(parsed in network for network in _EMBEDDING if parsed.version == 6)


def resolve(host: str, port: int) -> list[str]:
    """Every address that `host` has, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def checked_addresses(host: str, port: int, resolver: Resolve, allow_private: bool) -> list[str]:
    """The addresses of `host`, all of them checked: one that is not public refuses the host.

    Resolved here once, so that what was checked is what is connected to. Raises WebError
    (`unresolvable`, `forbidden_address`).
    """
    try:
        addresses = resolver(host, port)
    except (OSError, UnicodeError) as error:
        raise WebError("unresolvable", f"{host} has no address: {error}") from error
    if not addresses:
        raise WebError("unresolvable", f"{host} has no address")
    forbidden = [] if allow_private else [one for one in addresses if not is_public(one)]
    if forbidden:
        raise WebError(
            "forbidden_address",
            f"{host} leads to {forbidden[0]}, which is not a public address; set "
            "CLAIMDESK_ALLOW_PRIVATE_ADDRESSES=true if it is yours and meant",
        )
    return addresses

"""Which addresses a service may connect to: those of the public internet, whatever name leads there."""

import ipaddress
import socket
import threading
from collections.abc import Callable

from services.ports.web import WebError

Resolve = Callable[[str, int], list[str]]
"""From host and port to addresses. Raises OSError when there are none."""

# Where IPv6 addresses of the internet are assigned from (RFC 4291, 2.4). `is_global` goes further: it
# takes site-local fec0::/10, NAT64 and the IPv4-compatible ::/96 for global.
_UNICAST = ipaddress.IPv6Network("2000::/3")
# Of these, Teredo and 6to4 embed an IPv4 address, which may be a private one.
_EMBEDDING = tuple(map(ipaddress.IPv6Network, ("2001::/32", "2002::/16")))


def is_public(address: str) -> bool:
    """Whether `address` is one of the public internet and embeds no other."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return True
    return parsed in _UNICAST and not any(parsed in network for network in _EMBEDDING)


def resolve(host: str, port: int) -> list[str]:
    """Every address that `host` has, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def resolve_within(resolver: Resolve, host: str, port: int, seconds: float) -> list[str]:
    """What `resolver` gives, if it does within `seconds`; raises TimeoutError otherwise.

    The system's resolver cannot be told how long to wait, so it is asked in a thread of its own, which
    is left behind when it is too slow and ends when the resolver does.
    """
    found: list[list[str]] = []
    failed: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found.append(resolver(host, port))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=ask, name="resolve", daemon=True)
    asking.start()
    asking.join(max(seconds, 0.0))
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError(f"no answer to the question for {host}")
    return found[0]


def checked_addresses(
    host: str, port: int, resolver: Resolve, allow_private: bool, seconds: float
) -> list[str]:
    """The addresses of `host`, all of them checked: one that is not public refuses the host.

    Resolved here once, so that what was checked is what is connected to. Raises WebError (`timeout`
    after `seconds`, `unresolvable`, `forbidden_address`).
    """
    try:
        addresses = resolve_within(resolver, host, port, seconds)
    except TimeoutError as error:
        raise WebError("timeout", f"{host} was not resolved in time") from error
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

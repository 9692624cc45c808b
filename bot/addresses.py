"""Addresses to listen on."""

from __future__ import annotations

import ipaddress
from typing import Final

LOOPBACK_HOSTS: Final = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Whether only this computer itself reaches ``host``.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", "example.org")]
    [True, True, True, True, False, False]
    """
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def is_everywhere(host: str) -> bool:
    """Whether ``host`` stands for all addresses of this computer."""
    address = _address(host)
    return address is not None and address.is_unspecified


def with_brackets(host: str) -> str:
    """``host`` as it stands in a URL.

    >>> with_brackets("::1")
    '[::1]'
    """
    return f"[{host.strip('[]')}]" if ":" in host else host


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None

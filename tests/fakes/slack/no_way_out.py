"""Watches every connection that aiohttp makes in this process, and lets none out but to the loopback."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOPBACK = {"127.0.0.1", "localhost"}


@dataclass(frozen=True)
class Departure:
    """A request that was about to leave.

    Attributes:
        origin: scheme, host and port.
        token: that it carried.
    """

    origin: str
    token: str | None


@contextlib.contextmanager
def watched() -> Iterator[list[Departure]]:
    """While this lasts, every request that aiohttp sends is written down, each hop of a redirect too."""
    departures: list[Departure] = []
    connect = aiohttp.BaseConnector.connect

    async def watch(self: aiohttp.BaseConnector, request: Any, *rest: Any, **more: Any) -> Any:
        departures.append(Departure(str(request.url.origin()), request.headers.get("Authorization")))
        if request.url.host not in _LOOPBACK:
            message = f"{request.url.host} is not on this machine"
            raise aiohttp.ClientConnectionError(message)
        return await connect(self, request, *rest, **more)

    aiohttp.BaseConnector.connect = watch  # type: ignore[method-assign,assignment]  # on purpose
    try:
        yield departures
    finally:
        aiohttp.BaseConnector.connect = connect  # type: ignore[method-assign]  # as it was

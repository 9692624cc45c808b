"""Points the real discord.py at the fake."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import discord
import yarl

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def patched(base_url: str) -> Iterator[None]:
    """While this lasts, discord.py talks to the fake at ``http://127.0.0.1:PORT`` and to nobody else."""
    route, socket, asset = discord.http.Route, discord.gateway.DiscordWebSocket, discord.asset.Asset
    before = route.BASE, socket.DEFAULT_GATEWAY, asset.BASE
    route.BASE = f"{base_url}/api/v10"
    socket.DEFAULT_GATEWAY = yarl.URL(f"{base_url.replace('http', 'ws', 1)}/gateway")
    asset.BASE = base_url
    try:
        yield
    finally:
        route.BASE, socket.DEFAULT_GATEWAY, asset.BASE = before

"""Fetching an attachment: from Discord's own hosts only, with a limit on bytes and on time, and without any token."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import aiohttp
import discord
from yarl import URL

from bot import wording
from bot.domain import ReplyError
from composer.midi.events import MAX_BYTES

if TYPE_CHECKING:
    from bot.platforms.discord.addressing import Attached

HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
SECONDS: Final = 15.0
"""For the whole of a download."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_BLOCK: Final = 1 << 16
_GONE: Final = frozenset({401, 403, 404, 410})
_PLAIN: Final = {"Accept-Encoding": "identity"}
"""A compressed answer could be small on the wire and huge here."""


async def download(attached: Attached) -> bytes:
    """The bytes of an attachment.

    Raises:
        ReplyError: it is too large, gone, or not on Discord.
        aiohttp.ClientError, TimeoutError: the network is in trouble.
    """
    url = checked_url(attached.url)
    if attached.size > MAX_BYTES:
        raise ReplyError(wording.FILE_TOO_LARGE)
    async with (
        asyncio.timeout(SECONDS),
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(url, headers=_PLAIN, allow_redirects=False) as response,
    ):
        if response.status in _GONE or 300 <= response.status < 400:
            raise ReplyError(wording.FILE_GONE)
        response.raise_for_status()
        return await _bounded(response.content)


def checked_url(text: str) -> URL:
    """The address, if it is one that Discord gives to attachments.

    Raises:
        ReplyError: it leads elsewhere.
    """
    try:
        url = URL(text)
        is_ours = _is_discord(url) or _is_local_discord(url)
    except (ValueError, TypeError) as error:
        raise ReplyError(wording.FILE_GONE) from error
    if not is_ours or url.user is not None or url.password is not None:
        raise ReplyError(wording.FILE_GONE)
    return url


def _is_discord(url: URL) -> bool:
    return url.scheme == "https" and url.host in HOSTS and url.explicit_port is None


def _is_local_discord(url: URL) -> bool:
    """Whether the API itself is on this machine, as in tests, and the file is beside it."""
    api = URL(discord.http.Route.BASE)
    return api.host in _LOOPBACK and url.origin() == api.origin()


async def _bounded(stream: aiohttp.StreamReader) -> bytes:
    received = bytearray()
    while block := await stream.read(_BLOCK):
        received += block
        if len(received) > MAX_BYTES:
            raise ReplyError(wording.FILE_TOO_LARGE)
    return bytes(received)

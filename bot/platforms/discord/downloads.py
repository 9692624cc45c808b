"""Fetching an attachment: from Discord's own hosts only, with a limit on bytes and on time, and without any token."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import aiohttp
import discord
from yarl import URL

from bot import wording
from bot.domain import ReplyError
from bot.platforms.downloading import PLAIN, SECONDS, bounded, checked_address, is_gone
from composer.midi.events import MAX_BYTES

if TYPE_CHECKING:
    from bot.platforms.discord.addressing import Attached

HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


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
        session.get(url, headers=PLAIN, allow_redirects=False) as response,
    ):
        if is_gone(response.status):
            raise ReplyError(wording.FILE_GONE)
        response.raise_for_status()
        return await bounded(response.content)


def checked_url(text: str) -> URL:
    """The address, if it is one that Discord gives to attachments.

    Raises:
        ReplyError: it leads elsewhere.
    """
    api = URL(discord.http.Route.BASE)
    # Where the API itself is on this machine, as in tests, its files are beside it.
    return checked_address(text, HOSTS, api if api.host in _LOOPBACK else None)

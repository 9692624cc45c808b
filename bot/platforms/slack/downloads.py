"""Fetching a file: from Slack's own file hosts only, which alone see the token, with a limit on bytes and on time."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from yarl import URL

from bot import wording
from bot.domain import ReplyError
from bot.platforms.downloading import PLAIN, SECONDS, bounded, checked_address, is_gone
from bot.platforms.slack.troubles import SlackError

HOSTS: Final = frozenset({"files.slack.com", "slack-files.com"})
_SLACK: Final = "slack.com"
_PAGE: Final = (b"<!doctype", b"<html")
"""How the page begins that asks people to sign in; it comes in place of the file, as if all were well."""


async def download(address: str, token: str, api: str, proxy: str | None = None) -> bytes:
    """The bytes of a file.

    Args:
        address: as ``files.info`` gives it.
        token: of the bot.
        api: where Slack's Web API is.
        proxy: to go through.

    Raises:
        ReplyError: it is too large, gone, or not on Slack.
        SlackError, aiohttp.ClientError, TimeoutError: the network is in trouble.
    """
    url = checked_url(address, api)
    headers = {**PLAIN, "Authorization": f"Bearer {token}"}
    async with (
        asyncio.timeout(SECONDS),
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(url, headers=headers, allow_redirects=False, proxy=proxy) as response,
    ):
        if is_gone(response.status) or response.content_type == "text/html":
            raise ReplyError(wording.FILE_GONE)
        if response.status != 200:
            # An error of aiohttp's would repeat the address, and with it the file's name.
            code = f"status {response.status} of a download"
            raise SlackError(code)
        data = await bounded(response.content)
    if data[:200].lstrip().lower().startswith(_PAGE):
        raise ReplyError(wording.FILE_GONE)
    return data


def checked_url(text: str, api: str) -> URL:
    """The address, if it is one that Slack gives to files.

    Raises:
        ReplyError: it leads elsewhere.
    """
    where = URL(api)
    # An API that is not Slack's own is one for tests, and its files lie beside it.
    return checked_address(text, HOSTS, None if where.host == _SLACK else where)

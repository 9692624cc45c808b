"""Fetching a file: from Slack's own file hosts only, which alone see the token, with a limit on bytes and on time."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from yarl import URL

from bot import wording
from bot.domain import ReplyError
from bot.platforms.slack.troubles import SlackError
from composer.midi.events import MAX_BYTES

HOSTS: Final = frozenset({"files.slack.com", "slack-files.com"})
SECONDS: Final = 15.0
"""For the whole of a download."""
_SLACK: Final = "slack.com"
_BLOCK: Final = 1 << 16
_GONE: Final = frozenset({401, 403, 404, 410})
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
    # A compressed answer could be small on the wire and huge here.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    async with (
        asyncio.timeout(SECONDS),
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(url, headers=headers, allow_redirects=False, proxy=proxy) as response,
    ):
        if response.status in _GONE or 300 <= response.status < 400 or response.content_type == "text/html":
            raise ReplyError(wording.FILE_GONE)
        if response.status != 200:
            # An error of aiohttp's would repeat the address, and with it the file's name.
            code = f"status {response.status} of a download"
            raise SlackError(code)
        data = await _bounded(response.content)
    if data[:200].lstrip().lower().startswith(_PAGE):
        raise ReplyError(wording.FILE_GONE)
    return data


def checked_url(text: str, api: str) -> URL:
    """The address, if it is one that Slack gives to files.

    Raises:
        ReplyError: it leads elsewhere.
    """
    try:
        url = URL(text)
        is_ours = _is_slack(url) or _is_beside(url, URL(api))
    except (ValueError, TypeError) as error:
        raise ReplyError(wording.FILE_GONE) from error
    if not is_ours or url.user is not None or url.password is not None:
        raise ReplyError(wording.FILE_GONE)
    return url


def _is_slack(url: URL) -> bool:
    return url.scheme == "https" and url.host in HOSTS and url.explicit_port is None


def _is_beside(url: URL, api: URL) -> bool:
    """Whether the API is not Slack's own but one for tests, and the file lies beside it."""
    return api.host != _SLACK and url.is_absolute() and url.origin() == api.origin()


async def _bounded(stream: aiohttp.StreamReader) -> bytes:
    received = bytearray()
    while block := await stream.read(_BLOCK):
        received += block
        if len(received) > MAX_BYTES:
            raise ReplyError(wording.FILE_TOO_LARGE)
    return bytes(received)

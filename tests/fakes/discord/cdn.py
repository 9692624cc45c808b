"""Serves attachments, honestly or not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from tests.fakes.discord.model import Attachment
    from tests.fakes.discord.world import World

_ENDLESS_CHUNK = bytes(1 << 16)
_ENDLESS_BYTES = 64 << 20


async def serve_attachment(world: World, request: web.Request) -> web.StreamResponse:
    """The bytes of an attachment, in its manner; only under its signed address and without anybody's token."""
    item = world.attachments.get(request.match_info["attachment"])
    if item is None or "hm" not in request.query or item.manner == "gone":
        return web.Response(status=404, text="This content is no longer available.")
    if "Authorization" in request.headers:
        return web.Response(status=400, text="a token was sent to a place that needs none")
    if item.manner == "redirect" and "moved" not in request.query:
        return web.Response(status=302, headers={"Location": f"{request.path_qs}&moved=1"})
    if item.manner == "stall":
        await asyncio.sleep(3600)
    if item.manner == "endless":
        return await _endless(item, request)
    return web.Response(body=item.content, content_type=item.content_type)


async def _endless(item: Attachment, request: web.Request) -> web.StreamResponse:
    """Much more than was announced, without a Content-Length; it ends all the same, for the machine's sake."""
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    for _ in range(_ENDLESS_BYTES // len(_ENDLESS_CHUNK)):
        await response.write(_ENDLESS_CHUNK)
        item.endless_bytes += len(_ENDLESS_CHUNK)
    await response.write_eof()
    return response

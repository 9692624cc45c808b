"""What all handlers share: numbers in addresses, answers in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from bot.platforms.web.json_views import Json

LARGEST_ID: Final = 2**53 - 1
"""Beyond this JavaScript confuses numbers (and SQLite has none beyond 2**63)."""


def number_in(request: web.Request) -> int:
    """The id in the address; one that cannot be, leads nowhere."""
    text = request.match_info["id"]
    if not text.isascii() or len(text) > len(str(LARGEST_ID)) or not 1 <= int(text) <= LARGEST_ID:
        raise web.HTTPNotFound
    return int(text)


def answer(content: Json, status: int = 200) -> web.Response:
    """``content`` as JSON."""
    return web.json_response(text=json.dumps(content, ensure_ascii=False), status=status)


def taken_on(content: Json) -> web.Response:
    """A request that was taken on, and where to ask for it."""
    response = answer(content, 202)
    response.headers["Location"] = content["ticket"]["url"]
    return response

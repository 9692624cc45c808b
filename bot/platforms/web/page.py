"""The page itself: a few files, each read from the folder ``page`` beside this module."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from bot.platforms.web.people import People

PAGE: Final = Path(__file__).parent / "page"
OPENAPI: Final = Path(__file__).parent / "openapi.json"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_CHECK_FIRST: Final = {"Cache-Control": "no-cache"}
"""Browsers keep a copy, but ask whether it is still good: after an update nobody sees half of the old page."""


def add_page(app: web.Application, people: People) -> None:
    """Serve the page, its parts under ``/page/``, and the description of the API."""

    async def index(request: web.Request) -> web.FileResponse:
        people.viewer(request)  # somebody new gets their cookie before all else
        return _file(PAGE / "index.html")

    app.router.add_get("/", index)
    app.router.add_get("/page/{name:[A-Za-z0-9_./-]+}", _part)
    app.router.add_get("/api/openapi.json", _openapi)


async def _part(request: web.Request) -> web.FileResponse:
    parts = await asyncio.to_thread(_parts)
    path = parts.get(request.match_info["name"])
    if path is None:
        raise web.HTTPNotFound
    return _file(path)


async def _openapi(_: web.Request) -> web.FileResponse:
    return _file(OPENAPI)


def _parts() -> dict[str, Path]:
    """What may be served, by name: no other name leads to a file."""
    files = (path for path in PAGE.rglob("*") if path.is_file() and path.suffix in _TYPES)
    return {path.relative_to(PAGE).as_posix(): path for path in files}


def _file(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers={"Content-Type": _TYPES[path.suffix], **_CHECK_FIRST})

"""The local web chat: one page and a small JSON API, which ``openapi.json`` describes."""

from bot.platforms.web.server import WebPlatform

__all__ = ["WebPlatform"]

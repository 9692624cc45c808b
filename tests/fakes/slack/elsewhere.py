"""A server that is not Slack's: whatever reaches it was led there by a trick."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Elsewhere:
    """Listens on another port of the loopback and writes down who comes.

    Attributes:
        visits: path, and the token that was brought.
    """

    url: str = ""
    visits: list[tuple[str, str | None]] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._visited)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _visited(self, request: web.Request) -> web.Response:
        self.visits.append((request.path, request.headers.get("Authorization")))
        return web.Response(body=b"MThd", content_type="audio/midi")

"""The token of a chat that others can reach: shown once in the address or in a header, then kept as a cookie."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

from bot.platforms.web.people import People, set_cookie

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

COOKIE: Final = "schumann_access"
SHORTEST_TOKEN: Final = 16
"""Characters: anything shorter is guessed."""
WRONG_TOKEN_SECONDS: Final = 1.0
"""How long somebody waits who has shown a wrong one."""
_NEEDED = "This chat needs its token: open it as /?token=…, or send the header Authorization: Bearer …"
_WRONG = "This is not the token of this chat."


class Access:
    """Lets in who has the token."""

    def __init__(self, token: str, people: People) -> None:
        self._token, self._people = token.encode(), people
        # What the cookie holds opens this chat, but is not the token itself.
        self._pass = hmac.new(self._token, b"cookie", hashlib.sha256).hexdigest()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse, let in, or turn a token in the address into a cookie."""
        scheme, _, shown = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme.lower() == "bearer":
            await self._check(shown.strip())
            self._people.is_token(request)
            return await handler(request)
        if request.path == "/" and "token" in request.query:
            await self._check(request.query["token"])
            response = web.Response(status=303, headers={hdrs.LOCATION: "/"})
            set_cookie(request, response, COOKIE, self._pass)
            return response
        if not _equal(request.cookies.get(COOKIE, ""), self._pass.encode()):
            raise web.HTTPUnauthorized(text=_NEEDED)
        return await handler(request)

    async def _check(self, shown: str) -> None:
        if not _equal(shown, self._token):
            await asyncio.sleep(WRONG_TOKEN_SECONDS)
            raise web.HTTPUnauthorized(text=_WRONG)


def _equal(shown: str, expected: bytes) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), expected)

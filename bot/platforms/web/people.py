"""Who is asking: a browser is known by its cookie, a script by its cookie or by the chat's token."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

from bot.domain import Place, PlatformName, UserRef, Viewer
from bot.rights import is_keeper

if TYPE_CHECKING:
    from collections.abc import Collection

COOKIE: Final = "schumann"
WEB_GUILD: Final = "web"
"""The web chat as a whole is one guild."""
TOKEN_USER: Final = UserRef(PlatformName.WEB, "token")
"""All scripts that show the token are one person."""
_SECRET = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ID_LENGTH = 32
_YEAR = 365 * 24 * 3600
_PLACE = Place(PlatformName.WEB, WEB_GUILD, None)
_NEW_SECRET: Final = web.RequestKey("new_secret", str)
_USER: Final = web.RequestKey("user", UserRef)


class People:
    """Tells people apart.

    The cookie holds a secret, the database only what it hashes to: whoever reads the database cannot become somebody.

    Args:
        are_admins: whether everybody here may change the settings, as on the own computer.
        has_token: whether only those get in who have the chat's token; the network is kept by nobody of them then.
        admins: who keeps the network all the same, as ``web:`` and the id; they alone, if there are any.
    """

    def __init__(self, *, are_admins: bool, has_token: bool = False, admins: Collection[str] = ()) -> None:
        self._are_admins, self._admins = are_admins, frozenset(admins)
        self._are_keepers = are_admins and not has_token

    def viewer(self, request: web.Request) -> Viewer:
        """Who is asking; somebody new gets a cookie with the answer."""
        if _USER not in request:
            request[_USER] = self._user(request)
        user, are_admins = request[_USER], self._are_admins
        keeps = is_keeper(self._admins, PlatformName.WEB, [user.id], by_default=self._are_keepers)
        return Viewer(user, _PLACE, is_moderator=are_admins, is_admin=are_admins, is_keeper=keeps)

    def is_token(self, request: web.Request) -> None:
        """The request has shown the chat's token in its header."""
        request[_USER] = TOKEN_USER

    def _user(self, request: web.Request) -> UserRef:
        secret = request.cookies.get(COOKIE, "")
        if not _SECRET.fullmatch(secret):
            secret = request[_NEW_SECRET] = secrets.token_hex(16)
        return UserRef(PlatformName.WEB, hashlib.sha256(secret.encode()).hexdigest()[:_ID_LENGTH])


async def give_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Let a new browser keep its secret for a year."""
    if secret := request.get(_NEW_SECRET):
        set_cookie(request, response, COOKIE, secret)
        # Responses write down their cookies before they are prepared, which is over by now.
        response.headers.add(hdrs.SET_COOKIE, response.cookies[COOKIE].OutputString())


def set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str) -> None:
    """Set a cookie that no script reads and no other site's page sends."""
    is_https = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(name, value, max_age=_YEAR, path="/", httponly=True, samesite="Strict", secure=is_https)

"""What keeps pages of other sites away: they run in the browser of somebody who can reach this chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

from bot.addresses import LOOPBACK_HOSTS, is_everywhere, with_brackets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OWN_HEADER: Final = "X-SchumaNN"
_SAFE_METHODS = {hdrs.METH_GET, hdrs.METH_HEAD}
_OWN_SITES = {"same-origin", "none"}
_WRONG_HOST = "This address is not one of mine; open the chat at the address that it printed when it started."
_OTHER_SITE = "Another site's page has asked for this; open the chat itself."
_NO_OWN_HEADER = f"Send this as application/json, or with the header {OWN_HEADER}: 1."
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_COMING_HOME = "reopened"


class Guard:
    """Refuses what does not come from the chat's own page or from a program.

    A page elsewhere may point its own name at this address (so the Host must be one of ours), send forms and plain
    requests (so the Origin must be ours), or embed what is here (browsers say so in Sec-Fetch-Site).
    """

    def __init__(self, host: str) -> None:
        self._host, self._hosts = host, set[str]()

    def listen_on(self, port: int) -> None:
        """Answer to our names with this port."""
        names = {*LOOPBACK_HOSTS, self._host}
        self._hosts = {f"{with_brackets(name)}:{port}".lower() for name in names}
        if port == 80:
            self._hosts |= {with_brackets(name).lower() for name in names}

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse, or go on."""
        host = request.headers.get(hdrs.HOST, "").lower()
        # Where the chat listens on every address its names are unknown. There it has a token, which browsers keep
        # by name: a page that points its own name here does not have it.
        if host not in self._hosts and not is_everywhere(self._host):
            raise web.HTTPForbidden(text=_WRONG_HOST)
        if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
            return _from_elsewhere(request)
        # A proxy before us may speak https.
        if not set(request.headers.getall(hdrs.ORIGIN, [])) <= {f"http://{host}", f"https://{host}"}:
            raise web.HTTPForbidden(text=_OTHER_SITE)
        if request.method not in _SAFE_METHODS and not _is_deliberate(request):
            raise web.HTTPForbidden(text=_NO_OWN_HEADER)
        return await handler(request)


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Tell browsers what must not be done with what is here."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")


def _is_deliberate(request: web.Request) -> bool:
    """Whether a page elsewhere could not have sent this without asking first (which is never granted)."""
    return request.content_type == "application/json" or request.headers.get(OWN_HEADER) == "1"


def _from_elsewhere(request: web.Request) -> web.Response:
    """A link to the chat may be followed from anywhere, everything else is refused.

    Cookies do not come along with such a link; the page opened once more, by itself, has them.
    """
    headers = request.headers
    is_link = request.path == "/" and request.method in _SAFE_METHODS and headers.get("Sec-Fetch-Mode") == "navigate"
    if not is_link or headers.get("Sec-Fetch-Dest") != "document" or _COMING_HOME in request.query:
        raise web.HTTPForbidden(text=_OTHER_SITE)
    again = request.rel_url.extend_query({_COMING_HOME: "1"})
    body = '<!doctype html><meta charset="utf-8"><title>SchumaNN</title><a href="/">Open SchumaNN</a>'
    return web.Response(text=body, content_type="text/html", headers={"Refresh": f"0; url={again}"})

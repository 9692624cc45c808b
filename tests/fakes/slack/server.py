"""The fake Slack: one aiohttp server on the loopback with Web API, Socket Mode and files over one model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.slack.elsewhere import Elsewhere
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.events import Events
from tests.fakes.slack.limits import Trouble
from tests.fakes.slack.request_log import Exchange, RequestLog
from tests.fakes.slack.responses import Responses
from tests.fakes.slack.scopes import Rights
from tests.fakes.slack.socket_mode import SocketMode
from tests.fakes.slack.web_chat import ChatMethods
from tests.fakes.slack.web_files import FileMethods
from tests.fakes.slack.web_people import PeopleMethods
from tests.fakes.slack.world import World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

    from tests.fakes.discord.clock import Clock
    from tests.fakes.slack.model import Channel
    from tests.fakes.slack.no_way_out import Departure

API = "/api/"
_LARGEST_REQUEST = 256 << 20
_BY_APP_TOKEN = {"apps.connections.open"}
_BY_ANYBODY = {"api.test"}


class FakeSlack:
    """The server; ``async with FakeSlack(manifest) as fake``.

    Args:
        manifest: of the app that is installed: what it may do and hear.

    Attributes:
        bot_token: of the app's bot.
        app_token: for Socket Mode.
        log: everything that was asked.
        violations: what the bot did against Slack's rules or good sense; a test must end with none.
        unexpected: errors in the fake itself; likewise.
        elsewhere: a server that nobody may be led to.
        departures: every request that left this process, where that is watched.
    """

    def __init__(self, manifest: dict[str, Any]) -> None:
        self.bot_token, self.app_token = "xoxb-fake-bot-token", "xapp-fake-app-token"
        self.rights = Rights.of(manifest)
        self.world = World()
        self.log = RequestLog()
        self.trouble = Trouble(self.clock)
        self.violations: list[str] = []
        self.unexpected: list[str] = []
        self.socket = SocketMode(self)
        self.events = Events(self)
        self.responses = Responses(self)
        self.elsewhere = Elsewhere()
        self.departures: list[Departure] = []
        self._files = FileMethods(self)
        self._methods = {**ChatMethods(self).table(), **PeopleMethods(self).table(), **self._files.table()}
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    @property
    def clock(self) -> Clock:
        """Slack's time."""
        return self.world.clock

    @property
    def api(self) -> str:
        """Where the Web API is."""
        return self.base_url + API

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        application = web.Application(client_max_size=_LARGEST_REQUEST, middlewares=[self._answer])
        application.router.add_route("*", "/api/{method}", self._unreachable)
        application.router.add_post("/response/{path}", self._unreachable)
        application.router.add_get("/link/", self.socket.connect)
        application.router.add_post("/upload/v1/{file}", self._files.receive)
        application.router.add_get("/files-pri/{file}/download/{name}", self._files.serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        await self.elsewhere.start()

    async def stop(self) -> None:
        """Close every connection."""
        self._files.close()
        await self.socket.close()
        if self._runner:
            await self._runner.cleanup()
        await self.elsewhere.stop()

    @web.middleware
    async def _answer(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Read what is asked, do it, and write down both sides."""
        if self.trouble.is_cut_off:
            return _cut(request)
        name, _, rest = request.path.lstrip("/").partition("/")
        if name == "link":
            return await handler(request)
        what = rest if name == "api" else {"files-pri": "download"}.get(name, name)
        arguments = await read_arguments(request) if name in {"api", "response"} else {}
        status, answer = await self._handled(what, request, arguments, handler)
        self._keep(request, rest if name == "api" else "", arguments, status, answer)
        if not self.trouble.arrives(what):
            return _cut(request)
        return answer if isinstance(answer, web.StreamResponse) else _response(status, answer)

    async def _handled(
        self,
        what: str,
        request: web.Request,
        arguments: dict[str, Any],
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> tuple[int, Any]:
        try:
            await self.trouble.meet(what, arguments)
            if request.path.startswith(API):
                return 200, {"ok": True, **self._call(what, request, arguments)}
            if what == "response":
                return 200, self._respond(request, arguments)
            answer = await handler(request)
        except ApiError as error:
            return error.status, {**error.body, "retry_after": error.retry_after}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.unexpected.append(f"{what} with {arguments}: {error!r}")
            return 200, {"ok": False, "error": "fatal_error"}
        return answer.status, answer

    def _call(self, method: str, request: web.Request, arguments: dict[str, Any]) -> dict[str, Any]:
        """Do what a method is for.

        Raises:
            ApiError: Slack would not.
        """
        if method not in self._methods:
            self.unexpected.append(f"there is no method {method}")
            error = "unknown_method"
            raise ApiError(error)
        self._check_token(method, request, arguments)
        self.rights.check_method(method, self._channel(arguments))
        return self._methods[method](arguments)

    def _check_token(self, method: str, request: web.Request, arguments: dict[str, Any]) -> None:
        """Only the app itself gets further.

        Raises:
            ApiError: somebody else.
        """
        wanted = self.app_token if method in _BY_APP_TOKEN else self.bot_token
        given = request.headers.get("Authorization", f"Bearer {arguments.get('token')}")
        if given != f"Bearer {wanted}" and method not in _BY_ANYBODY:
            is_ours = given in {f"Bearer {self.bot_token}", f"Bearer {self.app_token}"}
            error = "not_allowed_token_type" if is_ours else "invalid_auth"
            raise ApiError(error)

    def _channel(self, arguments: dict[str, Any]) -> Channel | None:
        return self.world.channels.get(str(arguments.get("channel", arguments.get("channel_id"))))

    def _respond(self, request: web.Request, arguments: dict[str, Any]) -> Any:
        if "Authorization" in request.headers:
            self.violations.append("a token was sent to a response address")
        return self.responses.take(request.match_info["path"], arguments)

    def _keep(self, request: web.Request, method: str, arguments: dict[str, Any], status: int, answer: Any) -> None:
        authorization = request.headers.get("Authorization")
        kept = None if isinstance(answer, web.StreamResponse) else answer
        self.log.append(
            Exchange(self.clock.now(), request.host, request.path, method, arguments, authorization, status, kept)
        )

    async def _unreachable(self, _request: web.Request) -> web.Response:
        """The middleware answers before this is asked."""
        raise web.HTTPInternalServerError


async def read_arguments(request: web.Request) -> dict[str, Any]:
    """What a method was called with: query, form or JSON, all together."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        arguments |= json.loads(body) if body else {}
    else:
        arguments |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return arguments


def _cut(request: web.Request) -> web.Response:
    """Nothing at all is answered."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _response(status: int, answer: Any) -> web.Response:
    if isinstance(answer, str):
        return web.Response(text=answer)
    retry_after = answer.pop("retry_after", None)
    headers = {} if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
    return web.json_response(answer, status=status, headers=headers)

"""The fake Discord: one aiohttp server on the loopback with REST, gateway and attachments over one model."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.discord import errors, payloads
from tests.fakes.discord.cdn import serve_attachment
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.events import Events
from tests.fakes.discord.gateway import GUILDS, Gateway
from tests.fakes.discord.limits import Trouble
from tests.fakes.discord.message_rules import FORM, MessageRules, read_form
from tests.fakes.discord.request_log import Exchange, RequestLog
from tests.fakes.discord.rest_application import ApplicationRoutes
from tests.fakes.discord.rest_channels import ChannelRoutes
from tests.fakes.discord.rest_interactions import InteractionRoutes
from tests.fakes.discord.rest_reactions import ReactionRoutes
from tests.fakes.discord.world import World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

    from tests.fakes.discord.clock import Clock
    from tests.fakes.discord.model import Channel, Guild, Role

API = "/api/v10"
_LARGEST_REQUEST = 256 << 20


class FakeDiscord:
    """The server; ``async with FakeDiscord() as fake``.

    Attributes:
        token: of the bot.
        log: everything that was asked.
        unexpected: errors in the fake itself; a test must end with none.
        keeps_answers: False where a storm of requests need not be checked against the document.
    """

    def __init__(self, *, port: int = 0, heartbeat_seconds: float = 41.25, keeps_answers: bool = True) -> None:
        self.token = "fake.bot.token"  # noqa: S105 (opens nothing but this fake)
        self.world = World()
        self.log = RequestLog()
        self.trouble = Trouble(self.clock)
        self.unexpected: list[str] = []
        self.keeps_answers = keeps_answers
        self.gateway = Gateway(self, heartbeat_seconds)
        self.events = Events(self.world, self.gateway)
        self._port = port
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    @property
    def clock(self) -> Clock:
        """Discord's time."""
        return self.world.clock

    @property
    def rules(self) -> MessageRules:
        """What may be in a message."""
        return MessageRules(self.world, self.base_url)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1, or on the one that was asked for."""
        application = web.Application(client_max_size=_LARGEST_REQUEST, middlewares=[self._answer])
        for routes in (ApplicationRoutes, ChannelRoutes, ReactionRoutes, InteractionRoutes):
            application.add_routes(
                web.route(method, API + path, handler) for method, path, handler in routes(self).table()
            )
        application.router.add_get("/gateway", self.gateway.connect)
        application.router.add_get("/gateway/", self.gateway.connect)
        application.router.add_get("/attachments/{channel}/{attachment}/{name}", self._attachment)
        runner = self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        await site.start()
        self._port = runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Close every connection."""
        await self.gateway.close()
        if self._runner:
            await self._runner.cleanup()

    def add_guild(self, name: str = "Conservatoire", *, bot_is_here: bool = True) -> Guild:
        """A guild that the bot hears of, if it is in it."""
        guild = self.world.add_guild(name, bot_is_here=bot_is_here)
        self.gateway.announce_guild(guild)
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        """A channel that the bot hears of."""
        channel = self.world.add_channel(guild, name)
        self.gateway.dispatch("CHANNEL_CREATE", payloads.channel(channel), GUILDS)
        return channel

    def add_thread(self, parent: Channel, name: str) -> Channel:
        """A thread of a channel, that the bot hears of."""
        assert parent.guild is not None
        thread = self.world.add_channel(parent.guild, name)
        thread.parent = parent
        self.gateway.dispatch("THREAD_CREATE", payloads.channel(thread), GUILDS)
        return thread

    def add_role(self, guild: Guild, name: str) -> Role:
        """A role that the bot hears of."""
        role = self.world.add_role(guild, name)
        self.gateway.dispatch("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": payloads.role(role)}, GUILDS)
        return role

    def check_token(self, request: web.Request) -> None:
        """Only the bot itself gets further.

        Raises:
            ApiError: somebody else.
        """
        if request.headers.get("Authorization") != f"Bot {self.token}":
            raise errors.unauthorised()

    @web.middleware
    async def _answer(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Read the body, run the handler, and write down both sides."""
        if self.trouble.is_cut_off:
            return _cut(request)
        if not request.path.startswith(API):
            return await handler(request)
        path = request.path.removeprefix(API)
        form = await read_form(request)
        request[FORM] = form
        sizes = {file.filename: file.file.seek(0, 2) for file in form.files.values()}
        for file in form.files.values():
            file.file.seek(0)
        exchange = Exchange(self.clock.now(), request.method, path, dict(request.query), form.payload, sizes)
        status, answer = await self._handled(request, path, handler)
        self.log.append(
            replace(exchange, status=status, answer=answer if self.keeps_answers or status >= 400 else None)
        )
        arrives = await self.trouble.travel(request.method, path)
        return _response(status, answer) if arrives else _cut(request)

    async def _handled(
        self, request: web.Request, path: str, handler: Callable[[web.Request], Awaitable[Any]]
    ) -> tuple[int, Any]:
        try:
            if not path.startswith(("/interactions/", "/webhooks/")):
                self.check_token(request)
            await self.trouble.meet(request.method, path)
            answer = await handler(request)
        except ApiError as error:
            return error.status, error.body
        except web.HTTPException:
            self.unexpected.append(f"there is no route {request.method} {path}")
            return 404, errors.ApiError(404, 0, "404: Not Found").body
        return (204, None) if answer is None else (200, answer)

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        return await serve_attachment(self.world, request)


def _cut(request: web.Request) -> web.Response:
    """Nothing at all is answered."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _response(status: int, answer: Any) -> web.Response:
    if answer is None:
        return web.Response(status=status)
    # aiohttp's own json_response names a character set, and discord.py then takes the body for text. A 429 without Via
    # counts as a ban.
    headers = {"Content-Type": "application/json", "Via": "1.1 fake"}
    if status == 429:
        headers["Retry-After"] = str(round(answer["retry_after"]) or 1)
    return web.Response(status=status, body=json.dumps(answer).encode(), headers=headers)

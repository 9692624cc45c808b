"""The gateway: sessions that survive their connections, with heartbeats, resume and invalidation."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.fakes.discord import payloads

if TYPE_CHECKING:
    from tests.fakes.discord.model import Guild, Json
    from tests.fakes.discord.server import FakeDiscord

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACKNOWLEDGE = 0, 1, 2, 6, 7, 9, 10, 11
GUILDS, MESSAGE_CONTENT = 1 << 0, 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
_TRAVEL_SECONDS = 0.02


@dataclass(eq=False)
class Session:
    """What Discord keeps for a bot between two connections: everything that it has sent."""

    id: str
    intents: int
    events: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    unsent: asyncio.Queue[str] = field(default_factory=asyncio.Queue)


class Gateway:
    """Keeps one session, as for a bot with a single shard.

    Attributes:
        allowed_intents: privileged intents that are switched on for the bot.
        identified: how often a session was begun, ``resumed`` how often one went on.
        heartbeats: when each came, by the monotonic clock.
    """

    def __init__(self, fake: FakeDiscord, heartbeat_seconds: float) -> None:
        self._fake, self._heartbeat_seconds = fake, heartbeat_seconds
        self.allowed_intents = 0
        self.identified = self.resumed = 0
        self.heartbeats: list[float] = []
        self._session: Session | None = None
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def is_connected(self) -> bool:
        """Whether the bot listens at this moment."""
        return self._session is not None and self._session.socket is not None

    @property
    def reads_content(self) -> bool:
        """Whether the bot may read what is not addressed to it."""
        return self._session is not None and bool(self._session.intents & MESSAGE_CONTENT)

    def dispatch(self, event: str, data: Json, intent: int | None = None) -> None:
        """Send an event; it is kept for a resume, and lost if there is no session."""
        session = self._session
        if session is None or (intent is not None and not session.intents & intent):
            return
        text = json.dumps({"op": DISPATCH, "t": event, "s": len(session.events) + 1, "d": data})
        session.events.append(text)
        if session.socket is not None:
            session.unsent.put_nowait(text)

    def announce_guild(self, guild: Guild) -> None:
        """GUILD_CREATE: the bot is in this guild."""
        if guild.bot_is_here:
            self.dispatch("GUILD_CREATE", payloads.guild(guild, self._fake.world.bot), GUILDS)

    def repeat_last(self) -> None:
        """Send the last event once more, as the real gateway does at times."""
        if self._session is not None:
            event = json.loads(self._session.events[-1])
            self.dispatch(event["t"], event["d"])

    async def ask_to_reconnect(self) -> None:
        """Op 7: the bot is to come back and resume."""
        await self._send_to_all({"op": RECONNECT, "d": None})

    async def invalidate(self) -> None:
        """Op 9: the session is over, what happens until the bot identifies anew is lost."""
        self._session = None
        await self._send_to_all({"op": INVALID, "d": False})

    async def drop(self) -> None:
        """Cut the connection; the session lives on."""
        if self._session is not None:
            self._session.socket = None
        for socket in list(self._sockets):
            await socket.close(code=4000)

    def forget_session(self) -> None:
        """The bot was away for so long that a resume comes to nothing."""
        self._session = None

    async def close(self) -> None:
        """Close all connections."""
        self._session = None
        for socket in list(self._sockets):
            await socket.close(code=1001)

    async def _send_to_all(self, frame: Json) -> None:
        for socket in list(self._sockets):
            await socket.send_str(json.dumps(frame))

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, up to its end."""
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        self._sockets.add(socket)
        sender: asyncio.Task[None] | None = None
        try:
            await socket.send_str(_frame(HELLO, {"heartbeat_interval": round(self._heartbeat_seconds * 1000)}))
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    session = await self._receive(socket, json.loads(frame.data))
                    if session is not None and sender is None:
                        sender = asyncio.create_task(_send_events(session, socket))
        finally:
            self._sockets.discard(socket)
            if self._session is not None and self._session.socket is socket:
                self._session.socket = None
            if sender is not None:
                sender.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await sender
        return socket

    async def _receive(self, socket: web.WebSocketResponse, frame: Json) -> Session | None:
        if frame["op"] == HEARTBEAT:
            self.heartbeats.append(time.monotonic())
            # Where it is answered faster than by any network, discord.py takes it for the answer to the one before.
            await asyncio.sleep(_TRAVEL_SECONDS)
            await socket.send_str(_frame(ACKNOWLEDGE, None))
        elif frame["op"] == IDENTIFY:
            return await self._identify(socket, frame["d"])
        elif frame["op"] == RESUME:
            return await self._resume(socket, frame["d"])
        return None

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        if data["token"] != self._fake.token:
            await socket.close(code=4004)
            return None
        if data["intents"] & PRIVILEGED & ~self.allowed_intents:
            await socket.close(code=4014)
            return None
        self.identified += 1
        self._session = Session(secrets.token_hex(8), data["intents"], socket=socket)
        self.dispatch("READY", self._ready(self._session.id))
        for guild in self._fake.world.guilds.values():
            self.announce_guild(guild)
        return self._session

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        session = self._session
        if session is None or session.id != data["session_id"] or data["token"] != self._fake.token:
            await socket.send_str(_frame(INVALID, False))
            return None
        self.resumed += 1
        session.socket, session.unsent = socket, asyncio.Queue()
        for text in session.events[data["seq"] :]:
            session.unsent.put_nowait(text)
        self.dispatch("RESUMED", {})
        return session

    def _ready(self, session_id: str) -> Json:
        world = self._fake.world
        guilds = [{"id": guild.id, "unavailable": True} for guild in world.guilds.values() if guild.bot_is_here]
        return {
            "v": 10,
            "user": payloads.own_user(world.bot),
            "guilds": guilds,
            "session_id": session_id,
            "resume_gateway_url": f"{self._fake.base_url.replace('http', 'ws', 1)}/gateway",
            "application": {"id": world.bot.id, "flags": 0},
            "shard": [0, 1],
        }


def _frame(op: int, data: Any) -> str:
    return json.dumps({"op": op, "d": data, "s": None, "t": None})


async def _send_events(session: Session, socket: web.WebSocketResponse) -> None:
    queue = session.unsent
    with contextlib.suppress(ConnectionError):
        while not socket.closed:
            await socket.send_str(await queue.get())

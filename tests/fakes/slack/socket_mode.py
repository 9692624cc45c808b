"""Socket Mode: envelopes to the bot, their acknowledgements, redelivery, and connections that end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.waiting import until

if TYPE_CHECKING:
    from tests.fakes.slack.model import Act, Json
    from tests.fakes.slack.server import FakeSlack

_RETRIES = 3
_RETRY_PAUSE = 0.02
_CONNECTION_SECONDS = 30.0


@dataclass(eq=False)
class _Envelope:
    id: str
    kind: str
    payload: Json
    act: Act | None
    sent_at: float = 0.0
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    is_acknowledged: bool = False


class SocketMode:
    """Sends what happens to the newest connection.

    Attributes:
        ack_seconds: how long Slack waits for an acknowledgement.
        opened: how often the bot has connected.
        acks_to_lose: so many acknowledgements get lost on their way to Slack.
        redelivered: how many envelopes were sent again.
        given_up: events that were never acknowledged.
        sent: payloads of all events, in order.
        slowest: seconds of the slowest acknowledgement.
    """

    def __init__(self, fake: FakeSlack) -> None:
        self._fake = fake
        self.ack_seconds = 3.0
        self.opened = self.acks_to_lose = self.redelivered = 0
        self.given_up: list[Json] = []
        self.sent: list[Json] = []
        self.slowest = 0.0
        self._tickets: set[str] = set()
        self._connections: list[web.WebSocketResponse] = []
        self._open: dict[str, _Envelope] = {}
        self._known: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_connected(self) -> bool:
        """Whether anybody listens."""
        return bool(self._connections)

    def address(self) -> str:
        """Where the bot may connect, once."""
        ticket = self._fake.world.mint("W")
        self._tickets.add(ticket)
        return f"{self._fake.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._fake.world.app_id}"

    def send(self, kind: str, payload: Json, act: Act | None = None) -> None:
        """Bring an envelope to the bot."""
        envelope = _Envelope(self._fake.world.mint("V"), kind, payload, act)
        if act is None:
            self.sent.append(payload)
        task = asyncio.create_task(self._bring(envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell the bot to connect anew; the old connection is closed a moment later."""
        connection = self._connections[-1]
        await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "fake"}})
        await asyncio.sleep(0.05)
        await connection.close()

    async def drop(self) -> None:
        """Close without a word."""
        for connection in self._connections:
            await connection.close()

    async def close(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.drop()

    async def settled(self) -> None:
        """Wait until nothing is on its way any more."""
        await until(lambda: not self._tasks, "all acknowledgements")

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """A bot connects."""
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=404)
        self._tickets.remove(request.query["ticket"])
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A"}})
        self._connections.append(connection)
        self.opened += 1
        try:
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._heard(json.loads(message.data))
        finally:
            self._connections.remove(connection)
            for envelope in self._open.values():
                envelope.settled.set()
        return connection

    def _heard(self, answer: Json) -> None:
        envelope = self._open.get(answer.get("envelope_id", ""))
        if envelope is None:
            if answer.get("envelope_id") not in self._known:
                self._fake.violations.append(f"acknowledged what was not sent: {answer}")
            return  # it comes after its connection has ended, or its time: that was noted then
        if self.acks_to_lose:
            self.acks_to_lose -= 1
        else:
            envelope.is_acknowledged = True
            self.slowest = max(self.slowest, time.monotonic() - envelope.sent_at)
            self._note(envelope.act, answer.get("payload") or {})
        envelope.settled.set()

    def _note(self, act: Act | None, payload: Json) -> None:
        if act is not None:
            act.is_acknowledged = True
            if payload.get("text") or payload.get("blocks"):
                self._fake.responses.show(act, payload)

    async def _bring(self, envelope: _Envelope) -> None:
        """Send it until it is acknowledged; only events are sent again."""
        for attempt in range(_RETRIES + 1):
            if not self._connections and not await self._wait_for_bot(envelope):
                return
            await self._send(envelope, attempt)
            if envelope.is_acknowledged:
                return
            if envelope.kind != "events_api":
                break
            await asyncio.sleep(_RETRY_PAUSE)
        if envelope.act is not None:
            envelope.act.fault = "operation_timeout"
        else:
            self.given_up.append(envelope.payload)

    async def _wait_for_bot(self, envelope: _Envelope) -> bool:
        if envelope.act is not None:
            envelope.act.fault = "dispatch_failed"
            return False
        with contextlib.suppress(AssertionError):
            await until(lambda: self._connections, "a connection", _CONNECTION_SECONDS)
            return True
        self.given_up.append(envelope.payload)
        return False

    async def _send(self, envelope: _Envelope, attempt: int) -> None:
        shown: dict[str, Any] = {"envelope_id": envelope.id, "type": envelope.kind, "payload": envelope.payload}
        shown["accepts_response_payload"] = envelope.kind != "events_api"
        if attempt:
            self.redelivered += 1
            shown |= {"retry_attempt": attempt, "retry_reason": "timeout"}
        envelope.settled.clear()
        envelope.sent_at, self._open[envelope.id] = time.monotonic(), envelope
        self._known.add(envelope.id)
        try:
            await self._connections[-1].send_json(shown)
            async with asyncio.timeout(self.ack_seconds):
                await envelope.settled.wait()
        except TimeoutError:
            self._fake.violations.append(f"{envelope.kind} was not acknowledged in {self.ack_seconds} s")
        except ConnectionError:
            await asyncio.sleep(_RETRY_PAUSE)
        finally:
            del self._open[envelope.id]

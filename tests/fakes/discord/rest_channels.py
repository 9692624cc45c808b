"""REST: channels and the messages in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import errors, payloads
from tests.fakes.discord.message_rules import FORM
from tests.fakes.discord.model import FILES, HISTORY, MANAGE_MESSAGES, MEBIBYTE, SEND, VIEW, Channel, Message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiohttp import web

    from tests.fakes.discord.message_rules import Form
    from tests.fakes.discord.model import Json
    from tests.fakes.discord.server import FakeDiscord

_NONCE_SECONDS = 300.0


class ChannelRoutes:
    """The routes under ``/channels`` but for reactions."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._fake, self._world = fake, fake.world

    def table(self) -> Iterator[tuple[str, str, Callable[[web.Request], Awaitable[Any]]]]:
        """Method, path and handler of each."""
        yield "GET", "/channels/{channel}", self._channel
        yield "GET", "/channels/{channel}/messages", self._history
        yield "POST", "/channels/{channel}/messages", self._post
        yield "GET", "/channels/{channel}/messages/{message}", self._get
        yield "PATCH", "/channels/{channel}/messages/{message}", self._edit
        yield "DELETE", "/channels/{channel}/messages/{message}", self._delete
        yield "POST", "/channels/{channel}/typing", self._typing

    async def _channel(self, request: web.Request) -> Json:
        return payloads.channel(self._world.channel_for_bot(request.match_info["channel"]))

    async def _typing(self, request: web.Request) -> None:
        self._world.channel_for_bot(request.match_info["channel"], VIEW | SEND)

    async def _history(self, request: web.Request) -> list[Json]:
        channel = self._world.channel_for_bot(request.match_info["channel"], VIEW | HISTORY)
        before, after = int(request.query.get("before", 1 << 63)), int(request.query.get("after", 0))
        found = [message for message in channel.shown if after < int(message.id) < before]
        newest = found[::-1][: int(request.query.get("limit", 50))]
        return [payloads.message(message, self._world.bot) for message in newest]

    async def _get(self, request: web.Request) -> Json:
        self._world.channel_for_bot(request.match_info["channel"], VIEW | HISTORY)
        return payloads.message(self._message(request), self._world.bot)

    async def _post(self, request: web.Request) -> Json:
        form: Form = request[FORM]
        needed = VIEW | SEND | (FILES if form.files else 0)
        channel = self._world.channel_for_bot(request.match_info["channel"], needed)
        if (earlier := self._same_nonce(channel, form.payload)) is not None:
            return payloads.message(earlier, self._world.bot)
        message = self._world.new_message(channel, self._world.bot)
        message.nonce = form.payload.get("nonce")
        self._refer(message, form.payload.get("message_reference"))
        self._fake.rules.apply(message, form, channel.guild.file_limit if channel.guild else 10 * MEBIBYTE)
        self._fake.events.publish(message)
        return payloads.message(message, self._world.bot)

    def _same_nonce(self, channel: Channel, payload: Json) -> Message | None:
        if not payload.get("enforce_nonce") or payload.get("nonce") is None:
            return None
        since, bot = self._world.clock.now() - _NONCE_SECONDS, self._world.bot
        for message in channel.messages.values():
            if message.author is bot and message.nonce == payload["nonce"] and message.created_at >= since:
                return message
        return None

    def _refer(self, message: Message, reference: Json | None) -> None:
        if reference is None:
            return
        if not message.channel.bot_permissions & HISTORY:
            raise errors.ApiError(400, 160002, "Cannot reply without permission to read message history")
        if str(reference["message_id"]) in message.channel.messages:
            message.kind = 19
            message.reference = {
                "type": 0,
                "channel_id": message.channel.id,
                "message_id": str(reference["message_id"]),
            }
        elif reference.get("fail_if_not_exists", True):
            raise errors.invalid_form(where="message_reference", why="Unknown message")

    async def _edit(self, request: web.Request) -> Json:
        message = self._message(request)
        if message.author is not self._world.bot:
            raise errors.not_your_message()
        if request[FORM].files:
            self._world.channel_for_bot(request.match_info["channel"], VIEW | FILES)
        limit = message.channel.guild.file_limit if message.channel.guild else 10 * MEBIBYTE
        self._fake.rules.apply(message, request[FORM], limit)
        self._fake.events.republish(message)
        return payloads.message(message, self._world.bot)

    async def _delete(self, request: web.Request) -> None:
        message = self._message(request)
        if message.author is not self._world.bot and not message.channel.bot_permissions & MANAGE_MESSAGES:
            raise errors.missing_permission()
        self._fake.events.remove([message])

    def _message(self, request: web.Request) -> Message:
        return self._world.message_for_bot(request.match_info["channel"], request.match_info["message"])

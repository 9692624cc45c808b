"""REST: reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import payloads
from tests.fakes.discord.model import HISTORY, MANAGE_MESSAGES, REACT, VIEW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiohttp import web

    from tests.fakes.discord.model import Json, Message
    from tests.fakes.discord.server import FakeDiscord

_PATH = "/channels/{channel}/messages/{message}/reactions"


class ReactionRoutes:
    """The routes under ``/channels/../messages/../reactions``."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._fake, self._world = fake, fake.world

    def table(self) -> Iterator[tuple[str, str, Callable[[web.Request], Awaitable[Any]]]]:
        """Method, path and handler of each."""
        yield "GET", f"{_PATH}/{{emoji}}", self._people
        yield "PUT", f"{_PATH}/{{emoji}}/@me", self._add
        yield "DELETE", f"{_PATH}/{{emoji}}/@me", self._remove
        yield "DELETE", f"{_PATH}/{{emoji}}/{{user}}", self._remove_of
        yield "DELETE", _PATH, self._clear

    async def _people(self, request: web.Request) -> list[Json]:
        people = self._message(request, VIEW | HISTORY).reactions.get(request.match_info["emoji"], {})
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 25))
        found = sorted((user for user in people.values() if int(user.id) > after), key=lambda user: int(user.id))
        return [payloads.user(user) for user in found[:limit]]

    async def _add(self, request: web.Request) -> None:
        message = self._message(request, VIEW | HISTORY | REACT)
        self._fake.events.add_reaction(message, request.match_info["emoji"], self._world.bot)

    async def _remove(self, request: web.Request) -> None:
        self._fake.events.remove_reaction(self._message(request), request.match_info["emoji"], self._world.bot)

    async def _remove_of(self, request: web.Request) -> None:
        user = self._world.users[request.match_info["user"]]
        self._fake.events.remove_reaction(
            self._message(request, VIEW | MANAGE_MESSAGES), request.match_info["emoji"], user
        )

    async def _clear(self, request: web.Request) -> None:
        self._fake.events.clear_reactions(self._message(request, VIEW | MANAGE_MESSAGES))

    def _message(self, request: web.Request, needed: int = VIEW) -> Message:
        self._world.channel_for_bot(request.match_info["channel"], needed)
        return self._world.message_for_bot(request.match_info["channel"], request.match_info["message"])

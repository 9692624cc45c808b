"""Methods about the app itself, people and conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.slack import payloads
from tests.fakes.slack.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.slack.model import Json
    from tests.fakes.slack.server import FakeSlack


class PeopleMethods:
    """``auth.test``, ``apps.connections.open``, ``users.info``, ``conversations.info`` and ``conversations.open``."""

    def __init__(self, fake: FakeSlack) -> None:
        self._fake, self._world = fake, fake.world

    def table(self) -> dict[str, Callable[[Json], Json]]:
        """Each method and what does it."""
        return {
            "api.test": lambda arguments: {"args": arguments},
            "auth.test": self._who_am_i,
            "apps.connections.open": lambda _: {"url": self._fake.socket.address()},
            "users.info": self._user,
            "conversations.info": self._conversation,
            "conversations.open": self._open,
        }

    def _who_am_i(self, _arguments: Json) -> Json:
        world = self._world
        return {
            "url": f"https://{world.team.domain}.slack.com/",
            "team": world.team.name,
            "user": world.bot.name,
            "team_id": world.team.id,
            "user_id": world.bot.id,
            "bot_id": world.bot_id,
            "is_enterprise_install": False,
        }

    def _user(self, arguments: Json) -> Json:
        person = self._world.users.get(str(arguments.get("user")))
        if person is None:
            error = "user_not_found"
            raise ApiError(error)
        return {"user": payloads.user(person, self._world.team)}

    def _conversation(self, arguments: Json) -> Json:
        channel = self._world.channels.get(str(arguments.get("channel")))
        if channel is None or (channel.kind == "group" and not channel.bot_is_in):
            error = "channel_not_found"
            raise ApiError(error)
        return {"channel": payloads.channel(channel)}

    def _open(self, arguments: Json) -> Json:
        person = self._world.users.get(str(arguments.get("users")))
        if person is None:
            error = "user_not_found"
            raise ApiError(error)
        return {"channel": {"id": self._world.private_channel(person).id}}

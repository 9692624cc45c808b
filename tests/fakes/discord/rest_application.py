"""REST: the bot's own account, its application and its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import errors, payloads
from tests.fakes.discord.message_rules import FORM

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiohttp import web

    from tests.fakes.discord.model import Json
    from tests.fakes.discord.server import FakeDiscord


class ApplicationRoutes:
    """The routes under ``/users``, ``/oauth2``, ``/gateway`` and ``/applications``."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._fake, self._world = fake, fake.world

    def table(self) -> Iterator[tuple[str, str, Callable[[web.Request], Awaitable[Any]]]]:
        """Method, path and handler of each."""
        yield "GET", "/users/@me", self._me
        yield "POST", "/users/@me/channels", self._private_channel
        yield "GET", "/users/{user}", self._user
        yield "GET", "/guilds/{guild}/members/{user}", self._member
        yield "GET", "/oauth2/applications/@me", self._application
        for scope in ("", "/guilds/{guild}"):
            yield "GET", f"/applications/{{application}}{scope}/commands", self._commands
            yield "PUT", f"/applications/{{application}}{scope}/commands", self._put_commands

    async def _me(self, _: web.Request) -> Json:
        return payloads.own_user(self._world.bot)

    async def _user(self, request: web.Request) -> Json:
        user = self._world.users.get(request.match_info["user"])
        if user is None:
            raise errors.unknown_user()
        return payloads.user(user)

    async def _member(self, request: web.Request) -> Json:
        guild = self._world.guilds.get(request.match_info["guild"])
        if guild is None or not guild.bot_is_here:
            raise errors.missing_access()
        member = guild.members.get(request.match_info["user"])
        if member is None:
            raise errors.ApiError(404, 10007, "Unknown Member")
        return payloads.member(member)

    async def _private_channel(self, request: web.Request) -> Json:
        user = self._world.users.get(str(request[FORM].payload["recipient_id"]))
        if user is None:
            raise errors.unknown_user()
        return payloads.channel(self._world.private_channel(user))

    async def _application(self, _: web.Request) -> Json:
        owner = payloads.user(next((user for user in self._world.users.values() if not user.is_bot), self._world.bot))
        return {
            "id": self._world.bot.id,
            "name": self._world.bot.name,
            "icon": None,
            "description": "",
            "type": None,
            "bot": payloads.user(self._world.bot),
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "00",
            "flags": 0,
            "flags_new": "0",
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "owner": owner,
            "approximate_guild_count": len(self._world.guilds),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "team": None,
            "eligible_oauth2_scopes": [],
        }

    async def _commands(self, request: web.Request) -> list[Json]:
        return self._world.commands.get(self._scope(request), [])

    async def _put_commands(self, request: web.Request) -> list[Json]:
        scope, world = self._scope(request), self._world
        names = [(entry["name"], entry.get("type", 1)) for entry in request[FORM].payload]
        if len(set(names)) < len(names):
            raise errors.invalid_form(where="name", why="Application command names must be unique")
        known = {(entry["name"], entry["type"]): entry["id"] for entry in world.commands.get(scope, [])}
        world.commands[scope] = [
            self._command(entry, scope, known.get((entry["name"], entry.get("type", 1))))
            for entry in request[FORM].payload
        ]
        world.registrations += 1
        return world.commands[scope]

    def _command(self, entry: Json, scope: str | None, known_id: str | None) -> Json:
        command = {
            "default_member_permissions": None,
            "description": "",
            "type": 1,
            "nsfw": False,
            **{key: value for key, value in entry.items() if value is not None},
            "id": known_id or self._world.ids.mint(),
            "application_id": self._world.bot.id,
            "version": self._world.ids.mint(),
        }
        # What goes in as a number comes back as a string.
        if command["default_member_permissions"] is not None:
            command["default_member_permissions"] = str(command["default_member_permissions"])
        if scope is not None:
            command["guild_id"] = scope
        return command

    def _scope(self, request: web.Request) -> str | None:
        if request.match_info["application"] != self._world.bot.id:
            raise errors.missing_access()
        guild_id = request.match_info.get("guild")
        if guild_id is not None and guild_id not in self._world.guilds:
            raise errors.missing_access()
        return guild_id

"""INTERACTION_CREATE: what Discord sends when somebody uses one of the commands that the bot has registered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import payloads
from tests.fakes.discord.message_rules import keep_file
from tests.fakes.discord.model import ADMINISTRATOR, Channel, Guild, Interaction, Message, Role, User

if TYPE_CHECKING:
    from tests.fakes.discord.model import Attachment, Json
    from tests.fakes.discord.server import FakeDiscord

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
_SUBCOMMAND, _GROUP, _STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE, _NUMBER, _ATTACHMENT = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    10,
    11,
)


@dataclass(frozen=True)
class Upload:
    """A file that somebody sends.

    Attributes:
        announced_size: what Discord says of it, where that is not true.
        manner: see ``Attachment``.
    """

    name: str
    content: bytes
    content_type: str = "audio/midi"
    announced_size: int | None = None
    manner: str = "plain"


class Interacting:
    """Makes interactions and sends them to the bot."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._fake, self._world = fake, fake.world

    def upload(self, upload: Upload, channel: Channel) -> Attachment:
        """Keep a file that somebody sends."""
        item = keep_file(
            self._world,
            self._fake.base_url,
            channel,
            name=upload.name,
            content=upload.content,
            kind=upload.content_type,
        )
        item.announced_size = len(upload.content) if upload.announced_size is None else upload.announced_size
        item.manner = upload.manner
        return item

    def command(self, name: str, kind: int, user: User, channel: Channel) -> Json:
        """The registered command that this person can see here.

        Raises:
            AssertionError: there is none, or more than one, or it is not for here or for them.
        """
        commands = self._world.visible_commands(channel.guild)
        found = [entry for entry in commands if entry["name"] == name and entry["type"] == kind]
        assert len(found) == 1, f"{len(found)} commands {name!r} among {[entry['name'] for entry in commands]}"
        command: Json = found[0]
        context = 1 if channel.guild is None else 0
        assert context in (command.get("contexts") or [0, 1, 2]), f"{name} is not for here"
        needed = int(command["default_member_permissions"] or 0)
        assert self._permissions(user, channel) & (needed | ADMINISTRATOR) or not needed, (
            f"{name} is not for {user.name}"
        )
        return command

    def options(self, definitions: list[Json], values: dict[str, Any], channel: Channel, resolved: Json) -> list[Json]:
        """Options as the client would send them after checking them against the command.

        Raises:
            AssertionError: no client would send these.
        """
        known = {definition["name"]: definition for definition in definitions}
        assert values.keys() <= known.keys(), f"no options {values.keys() - known.keys()} among {sorted(known)}"
        missing = [name for name, entry in known.items() if entry.get("required") and name not in values]
        assert not missing, f"{missing} must be given"
        return [self._option(known[name], value, channel, resolved) for name, value in values.items()]

    def _option(self, definition: Json, value: Any, channel: Channel, resolved: Json) -> Json:
        kind, name = definition["type"], definition["name"]
        if kind in (_INTEGER, _NUMBER):
            assert isinstance(value, int if kind == _INTEGER else int | float), f"{name} takes a number"
            low, high = definition.get("min_value", value), definition.get("max_value", value)
            assert low <= value <= high, f"{name} must be between {low} and {high}"
        elif kind == _STRING:
            longest = definition.get("max_length", 6000)
            assert isinstance(value, str), f"{name} takes text"
            assert len(value) <= longest, f"{name} takes {longest} characters"
        if definition.get("choices"):
            assert value in [choice["value"] for choice in definition["choices"]], f"{value} is no choice of {name}"
        return {"name": name, "type": kind, "value": self._resolve(value, channel, resolved)}

    def _resolve(self, value: Any, channel: Channel, resolved: Json) -> Any:
        """The value itself, or the id of a thing whose payload goes along."""
        if isinstance(value, Upload):
            item = self.upload(value, channel)
            resolved.setdefault("attachments", {})[item.id] = payloads.attachment(item)
            return item.id
        if isinstance(value, Channel):
            shown = payloads.channel(value)
            resolved.setdefault("channels", {})[value.id] = {**shown, "permissions": "0"}
            return value.id
        if isinstance(value, Role):
            resolved.setdefault("roles", {})[value.id] = payloads.role(value)
            return value.id
        return value

    def send(self, kind: int, user: User, channel: Channel, data: Json, target: Message | None = None) -> Interaction:
        """Send INTERACTION_CREATE."""
        guild = channel.guild
        interaction = Interaction(
            id=self._world.ids.mint(),
            token=secrets.token_urlsafe(60),
            kind=kind,
            user=user,
            channel=channel,
            created_at=self._world.clock.now(),
            data=data,
            file_limit=guild.file_limit if guild else 10 << 20,
            is_user_install=guild is not None and not guild.bot_is_here,
            target=target,
        )
        self._world.interactions[interaction.id] = self._world.tokens[interaction.token] = interaction
        self._fake.gateway.dispatch("INTERACTION_CREATE", self._payload(interaction, guild))
        return interaction

    def _payload(self, interaction: Interaction, guild: Guild | None) -> Json:
        user, channel = interaction.user, interaction.channel
        payload: Json = {
            "id": interaction.id,
            "application_id": self._world.bot.id,
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": channel.id,
            "channel": payloads.channel(channel),
            "locale": "en-GB",
            "app_permissions": str(channel.bot_permissions),
            "attachment_size_limit": guild.announced_limit if guild else 10 << 20,
            "entitlements": [],
            "authorizing_integration_owners": {"1": user.id}
            if interaction.is_user_install
            else {"0": guild.id if guild else "0"},
            "context": 0 if guild else 1,
        }
        if guild is None:
            payload["user"] = payloads.user(user)
        else:
            member = payloads.member(guild.members[user.id], with_permissions=True)
            payload |= {"guild_id": guild.id, "guild_locale": "en-GB", "member": member}
            payload["guild"] = {"id": guild.id, "locale": "en-GB", "features": []}
        if interaction.target is not None and interaction.kind == COMPONENT:
            payload["message"] = payloads.message(interaction.target, self._world.bot)
        return payload

    def _permissions(self, user: User, channel: Channel) -> int:
        return (1 << 50) - 1 if channel.guild is None else channel.guild.members[user.id].permissions


def walk(command: Json, path: list[str]) -> tuple[list[Json], list[Json]]:
    """The definitions of the options of a (sub)command, and the chain of payloads that leads to it, innermost last."""
    definitions, chain = command.get("options", []), []
    for name in path:
        found = [entry for entry in definitions if entry["name"] == name and entry["type"] in (_SUBCOMMAND, _GROUP)]
        assert found, f"{command['name']} has no {name} among {[entry['name'] for entry in definitions]}"
        chain.append({"name": name, "type": found[0]["type"], "options": []})
        definitions = found[0].get("options", [])
    assert not any(entry["type"] in (_SUBCOMMAND, _GROUP) for entry in definitions), "a subcommand must be named"
    return definitions, chain

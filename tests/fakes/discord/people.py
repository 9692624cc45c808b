"""People on the fake Discord: what they type, press, react and delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import payloads
from tests.fakes.discord.interacting import AUTOCOMPLETE, COMMAND, COMPONENT, Interacting, Upload, walk
from tests.fakes.discord.model import EVERYDAY, Channel, Guild, Member, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.discord.model import Interaction, Json, Message, User
    from tests.fakes.discord.server import FakeDiscord

__all__ = ["Person", "Upload"]
_CHAT_INPUT, _MESSAGE_MENU = 1, 3


class Person:
    """Somebody who uses the bot, by default in the first channel of their first guild, or in private if they have none.

    What a real client would not let them do fails the test at once; ``forged`` is for what a client does not check.
    """

    def __init__(
        self, fake: FakeDiscord, name: str, *guilds: Guild, permissions: int = EVERYDAY, is_bot: bool = False
    ) -> None:
        self._fake, self._interacting = fake, Interacting(fake)
        self.user: User = fake.world.add_user(name, is_bot=is_bot)
        self.members: list[Member] = [fake.world.join(self.user, guild, permissions) for guild in guilds]
        self.channel = next(iter(guilds[0].channels.values())) if guilds else self.private

    @property
    def id(self) -> str:
        """Their id."""
        return self.user.id

    @property
    def private(self) -> Channel:
        """Their conversation with the bot."""
        return self._fake.world.private_channel(self.user)

    def give_role(self, role: Role) -> None:
        """Put a role on them in all their guilds."""
        for member in self.members:
            member.role_ids.append(role.id)

    def slash(self, name: str, values: dict[str, Any] | None = None, channel: Channel | None = None) -> Interaction:
        """Use a slash command, e.g. ``"settings set"``; values may be ``Upload``, ``Channel`` or ``Role``."""
        channel = channel or self.channel
        root, *path = name.split()
        command = self._interacting.command(root, _CHAT_INPUT, self.user, channel)
        definitions, chain = walk(command, path)
        resolved: Json = {}
        options = self._interacting.options(definitions, values or {}, channel, resolved)
        return self._interacting.send(COMMAND, self.user, channel, self._data(command, chain, options, resolved))

    def forged(
        self, name: str, options: list[Json], channel: Channel | None = None, *, kind: int = COMMAND
    ) -> Interaction:
        """Send any options at all, with their types, under the name of a registered command."""
        channel = channel or self.channel
        commands = self._fake.world.visible_commands(channel.guild)
        command = next(entry for entry in commands if entry["name"] == name)
        return self._interacting.send(kind, self.user, channel, self._data(command, [], options, {}))

    def autocomplete(self, name: str, focused: str, text: str, channel: Channel | None = None) -> Interaction:
        """Type into an option that completes; the answer comes as ``choices``."""
        channel = channel or self.channel
        root, *path = name.split()
        command = self._interacting.command(root, _CHAT_INPUT, self.user, channel)
        definitions, chain = walk(command, path)
        definition = next(entry for entry in definitions if entry["name"] == focused)
        assert definition.get("autocomplete"), f"{focused} does not complete"
        options = [{"name": focused, "type": definition["type"], "value": text, "focused": True}]
        return self._interacting.send(AUTOCOMPLETE, self.user, channel, self._data(command, chain, options, {}))

    def context_menu(self, name: str, message: Message) -> Interaction:
        """Use a command from the menu of a message."""
        command = self._interacting.command(name, _MESSAGE_MENU, self.user, message.channel)
        shown = payloads.message(message, self._fake.world.bot)
        data = {"id": command["id"], "name": name, "type": _MESSAGE_MENU, "target_id": message.id}
        data["resolved"] = {"messages": {message.id: shown}}
        return self._interacting.send(COMMAND, self.user, message.channel, data, target=message)

    def press(self, message: Message, label: str) -> Interaction:
        """Press the button whose label, emoji or custom id begins so."""
        found = [button for button in message.buttons if label in _names(button)]
        found = found or [
            button for button in message.buttons if any(name.startswith(label) for name in _names(button))
        ]
        assert found, f"no button {label!r} among {[_names(button) for button in message.buttons]}"
        assert not found[0].get("disabled"), f"{label!r} cannot be pressed"
        return self._press(message, found[0]["custom_id"])

    def press_forged(self, message: Message, custom_id: str) -> Interaction:
        """Press a button that is not there; the event pretends that it is, or discord.py would not look at it."""
        button = {"type": 2, "id": 1, "style": 1, "label": "x", "custom_id": custom_id}
        return self._press(replace(message, components=[{"type": 1, "id": 1, "components": [button]}]), custom_id)

    def _press(self, message: Message, custom_id: str) -> Interaction:
        data = {"component_type": 2, "custom_id": custom_id, "id": 1}
        return self._interacting.send(COMPONENT, self.user, message.channel, data, target=message)

    def post(
        self,
        content: str = "",
        files: Sequence[Upload] = (),
        channel: Channel | None = None,
        *,
        mentions_bot: bool = False,
    ) -> Message:
        """Write a message."""
        world, channel = self._fake.world, channel or self.channel
        message = world.new_message(channel, self.user)
        message.content = f"<@{world.bot.id}> {content}".strip() if mentions_bot else content
        message.mentions = [world.bot] if mentions_bot else []
        message.attachments = [self._interacting.upload(file, channel) for file in files]
        self._fake.events.publish(message)
        return message

    def react(self, message: Message, emoji: str) -> None:
        """Put a reaction under a message."""
        self._fake.events.add_reaction(message, emoji, self.user)

    def unreact(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        self._fake.events.remove_reaction(message, emoji, self.user)

    def clear_reactions(self, message: Message, emoji: str | None = None) -> None:
        """As a moderator, remove all reactions, or all with one emoji."""
        self._fake.events.clear_reactions(message, emoji)

    def delete(self, *messages: Message) -> None:
        """As their author or a moderator, delete messages, several of them in bulk."""
        self._fake.events.remove(list(messages))

    def _data(self, command: Json, chain: list[Json], options: list[Json], resolved: Json) -> Json:
        for level in reversed(chain):
            level["options"] = options
            options = [level]
        data: Json = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
        if resolved:
            data["resolved"] = resolved
        return data


def _names(button: Json) -> list[str]:
    emoji = (button.get("emoji") or {}).get("name", "")
    return [name for name in (button.get("label", ""), emoji, button.get("custom_id", "")) if name]

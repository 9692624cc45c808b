"""Changes of the model together with the gateway events that they cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.discord import payloads

if TYPE_CHECKING:
    from tests.fakes.discord.gateway import Gateway
    from tests.fakes.discord.model import Channel, Json, Message, User
    from tests.fakes.discord.world import World

_MESSAGES, _REACTIONS = (1 << 9, 1 << 12), (1 << 10, 1 << 13)
"""Intents for such events, in guilds and in private conversations."""


class Events:
    """Publishes, edits and deletes messages and reactions."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world, self._gateway = world, gateway

    def publish(self, message: Message) -> None:
        """Put a message where everybody (or, if it is ephemeral, one person) sees it."""
        message.channel.messages[message.id] = message
        self._announce_message("MESSAGE_CREATE", message)

    def republish(self, message: Message) -> None:
        """A message was edited."""
        message.edited_at = self._world.clock.now()
        message.edits += 1
        self._announce_message("MESSAGE_UPDATE", message)

    def remove(self, messages: list[Message]) -> None:
        """Messages of one channel were deleted, several of them in bulk."""
        channel = messages[0].channel
        for message in messages:
            message.is_deleted = True
            channel.messages.pop(message.id, None)
        if len(messages) == 1:
            self._announce("MESSAGE_DELETE", {"id": messages[0].id, "channel_id": channel.id}, channel, _MESSAGES)
        else:
            data = {"ids": [message.id for message in messages], "channel_id": channel.id}
            self._announce("MESSAGE_DELETE_BULK", data, channel, _MESSAGES)

    def add_reaction(self, message: Message, emoji: str, user: User) -> None:
        """Somebody reacted; twice is once."""
        people = message.reactions.setdefault(emoji, {})
        if user.id in people:
            return
        people[user.id] = user
        data = {**self._reaction(message, emoji), "user_id": user.id, "message_author_id": message.author.id}
        guild = message.channel.guild
        if guild is not None and user.id in guild.members:
            data["member"] = payloads.member(guild.members[user.id])
        self._announce("MESSAGE_REACTION_ADD", {**data, "type": 0, "burst": False}, message.channel, _REACTIONS)

    def remove_reaction(self, message: Message, emoji: str, user: User) -> None:
        """Somebody took a reaction back."""
        if message.reactions.get(emoji, {}).pop(user.id, None) is None:
            return
        data = {**self._reaction(message, emoji), "user_id": user.id, "type": 0, "burst": False}
        self._announce("MESSAGE_REACTION_REMOVE", data, message.channel, _REACTIONS)

    def clear_reactions(self, message: Message, emoji: str | None = None) -> None:
        """All reactions are gone, or all with one emoji."""
        data = self._reaction(message, emoji)
        if emoji is None:
            message.reactions.clear()
            del data["emoji"]
            self._announce("MESSAGE_REACTION_REMOVE_ALL", data, message.channel, _REACTIONS)
        else:
            message.reactions.pop(emoji, None)
            self._announce("MESSAGE_REACTION_REMOVE_EMOJI", data, message.channel, _REACTIONS)

    def _reaction(self, message: Message, emoji: str | None) -> Json:
        return {"channel_id": message.channel.id, "message_id": message.id, "emoji": {"id": None, "name": emoji}}

    def _announce_message(self, event: str, message: Message) -> None:
        """Tell the bot of a message, with what it is allowed to read."""
        if message.is_ephemeral:
            return
        bot, guild = self._world.bot, message.channel.guild
        is_readable = message.author is bot or bot in message.mentions or guild is None or self._gateway.reads_content
        data = payloads.message(message, bot, hides_content=not is_readable)
        if guild is not None and message.author.id in guild.members:
            data["member"] = payloads.member(guild.members[message.author.id], with_user=False)
        self._announce(event, data, message.channel, _MESSAGES)

    def _announce(self, event: str, data: Json, channel: Channel, intents: tuple[int, int]) -> None:
        if channel.guild is None:
            self._gateway.dispatch(event, data, intents[1])
        elif channel.guild.bot_is_here:
            self._gateway.dispatch(event, {**data, "guild_id": channel.guild.id}, intents[0])

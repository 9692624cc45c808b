"""All that there is on the fake Discord, and what is found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.discord import errors
from tests.fakes.discord.clock import Clock, Snowflakes
from tests.fakes.discord.model import (
    EVERYDAY,
    VIEW,
    Attachment,
    Channel,
    Guild,
    Interaction,
    Member,
    Message,
    Role,
    User,
)

if TYPE_CHECKING:
    from tests.fakes.discord.model import Json


class World:
    """The state of the fake.

    Attributes:
        commands: registered ones by guild id; those under None are global.
        registrations: how often a list of commands was put.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.ids = Snowflakes(self.clock)
        self.bot = User(self.ids.mint(), "SchumaNN", is_bot=True)
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.attachments: dict[str, Attachment] = {}
        self.interactions: dict[str, Interaction] = {}
        self.tokens: dict[str, Interaction] = {}
        self.commands: dict[str | None, list[Json]] = {}
        self.registrations = 0

    def add_guild(self, name: str = "Conservatoire", *, bot_is_here: bool = True) -> Guild:
        """A guild with its role for everybody, a channel, and the bot in it unless told otherwise."""
        guild = Guild(self.ids.mint(), name, bot_is_here=bot_is_here)
        guild.roles[guild.id] = Role(guild.id, "@everyone")
        self.guilds[guild.id] = guild
        if bot_is_here:
            self.join(self.bot, guild)
        self.add_channel(guild, "general")
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        """A text channel."""
        channel = Channel(self.ids.mint(), name, guild)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def add_role(self, guild: Guild, name: str) -> Role:
        """A role that nobody has yet."""
        role = Role(self.ids.mint(), name)
        guild.roles[role.id] = role
        return role

    def add_user(self, name: str, *, is_bot: bool = False) -> User:
        """Somebody who is in no guild yet."""
        user = User(self.ids.mint(), name, is_bot)
        self.users[user.id] = user
        return user

    def join(self, user: User, guild: Guild, permissions: int = EVERYDAY) -> Member:
        """Make somebody a member."""
        member = Member(user, permissions, [], self.clock.now())
        guild.members[user.id] = member
        return member

    def private_channel(self, user: User) -> Channel:
        """The conversation of the bot with somebody."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.mint(), "", recipient=user)
        self.channels[channel.id] = channel
        return channel

    def new_message(self, channel: Channel, author: User) -> Message:
        """An empty message that nobody sees until it is put into the channel."""
        return Message(self.ids.mint(), channel, author, self.clock.now())

    def channel_for_bot(self, channel_id: str, needed: int = VIEW) -> Channel:
        """A channel in which the bot has these permissions.

        Raises:
            ApiError: it has not.
        """
        channel = self.channels.get(channel_id)
        if channel is None:
            raise errors.unknown_channel()
        if not channel.bot_permissions & VIEW or (channel.guild is not None and not channel.guild.bot_is_here):
            raise errors.missing_access()
        if channel.bot_permissions & needed != needed:
            raise errors.missing_permission()
        return channel

    def message_for_bot(self, channel_id: str, message_id: str) -> Message:
        """A message that the bot can reach with its own token.

        Raises:
            ApiError: there is none.
        """
        message = self.channel_for_bot(channel_id).messages.get(message_id)
        if message is None or message.is_ephemeral:
            raise errors.unknown_message()
        return message

    def message(self, message_id: str) -> Message | None:
        """A message wherever it is."""
        return next((c.messages[message_id] for c in self.channels.values() if message_id in c.messages), None)

    def visible_commands(self, guild: Guild | None) -> list[Json]:
        """What people see after typing a slash: global commands and those of the guild."""
        return [*self.commands.get(None, []), *(self.commands.get(guild.id, []) if guild else [])]

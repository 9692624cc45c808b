"""Who is asking, and from where: read from each event anew, never remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot import rights
from bot.domain import Place, PlatformName, UserRef, Viewer

if TYPE_CHECKING:
    from bot.platforms.discord.answers import Asked
    from bot.platforms.discord.client import SchumannClient

    Person = discord.User | discord.Member
    Channel = Any


def viewer_of_interaction(interaction: Asked) -> Viewer:
    """The person behind a command or a button, with what Discord says they may do in this channel."""
    guild_id = interaction.guild_id
    return _viewer(interaction.client, interaction.user, guild_id, interaction.channel, interaction.permissions)


def viewer_of_message(client: SchumannClient, message: discord.Message) -> Viewer:
    """The person who wrote a message."""
    guild_id = message.guild.id if message.guild else None
    return _viewer(client, message.author, guild_id, message.channel, _permissions(message))


def _permissions(message: discord.Message) -> discord.Permissions:
    """What the author may do in the channel; nothing where that is not known."""
    if not isinstance(message.author, discord.Member):
        return discord.Permissions.none()
    try:
        return message.channel.permissions_for(message.author)
    except discord.ClientException:
        # A thread whose channel Discord has not told us of.
        return message.author.guild_permissions


def user_ref(user_id: int) -> UserRef:
    """A person on Discord."""
    return UserRef(PlatformName.DISCORD, str(user_id))


def _viewer(
    client: SchumannClient, person: Person, guild_id: int | None, channel: Channel, permissions: discord.Permissions
) -> Viewer:
    user = user_ref(person.id)
    manages = permissions.administrator or permissions.manage_guild
    # The network plays in every guild: where nobody is listed, only whoever manages all there are keeps it.
    manages_all = manages and guild_id is not None and [guild.id for guild in client.guilds] == [guild_id]
    is_keeper = rights.is_keeper(client.admins, user.platform, [user.id], by_default=manages_all)
    return Viewer(
        user,
        Place(PlatformName.DISCORD, None if guild_id is None else str(guild_id), _channel_id(channel)),
        is_moderator=permissions.administrator or permissions.manage_messages,
        is_admin=manages or f"{user.platform}:{user.id}" in client.admins,
        role_ids=_role_ids(person),
        is_keeper=is_keeper and not person.bot,
    )


def _role_ids(person: Person) -> tuple[str, ...]:
    """A member's roles; the public ``roles`` lacks those of which Discord has not told us anything yet.

    The role that everybody has bears the guild's id, and is in nobody's list.
    """
    if not isinstance(person, discord.Member):
        return ()
    return tuple(map(str, (person.guild.id, *person._roles)))  # noqa: SLF001 (there is no public way to the bare ids)


def _channel_id(channel: Channel) -> str | None:
    """A channel's id; threads count as the channel that they belong to."""
    if channel is None:
        return None
    return str(channel.parent_id if isinstance(channel, discord.Thread) else channel.id)

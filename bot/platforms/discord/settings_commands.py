"""``/settings``: what the admins of a guild may set. The studio checks at each call whether the person is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot import wording
from bot.domain import ReplyError
from bot.platforms.discord.answers import answer, timely
from bot.platforms.discord.viewers import viewer_of_interaction

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.domain import GuildSettings, Viewer
    from bot.platforms.discord.answers import Asked

# The permission only decides who is shown the command; Discord lets admins change that.
settings = app_commands.Group(
    name="settings",
    description=wording.COMMANDS["settings"],
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)
change = app_commands.Group(name="set", description=wording.CHANGE_SETTINGS, parent=settings)


@settings.command(name="show", description=wording.SHOW_SETTINGS)
async def show_settings(interaction: Asked) -> None:
    """Say what holds in this guild."""
    await _answer(interaction, interaction.client.studio.guild_settings(_viewer(interaction)))


@change.command(name="length", description=wording.SET_LENGTH)
@app_commands.describe(seconds="Seconds that a piece may last at most")
async def set_length(interaction: Asked, seconds: app_commands.Range[float, 5.0, 600.0]) -> None:
    """Limit the length of pieces."""
    await _change(interaction, longest_seconds=seconds)


@change.command(name="channel", description=wording.SET_CHANNEL)
@app_commands.describe(channel="The only channel; leave it out for every channel")
async def set_channel(interaction: Asked, channel: app_commands.AppCommandChannel | None = None) -> None:
    """Compose in one channel only, or in all."""
    if channel is not None and channel.type is discord.ChannelType.category:
        raise ReplyError(wording.NO_CATEGORY)
    await _change(interaction, channel_id=None if channel is None else str(channel.id))


@change.command(name="role", description=wording.SET_ROLES)
@app_commands.describe(
    role="Whoever has it may ask; leave it out for everybody", second="Another such role", third="And another"
)
async def set_role(
    interaction: Asked,
    role: discord.Role | None = None,
    second: discord.Role | None = None,
    third: discord.Role | None = None,
) -> None:
    """Compose for some roles only, or for everybody."""
    await _change(interaction, role_ids=tuple(str(one.id) for one in (role, second, third) if one is not None))


@change.command(name="limits", description=wording.SET_LIMITS)
@app_commands.describe(
    per_person="Pieces that one person may ask for in an hour", together="Pieces that all may ask for in an hour"
)
async def set_limits(
    interaction: Asked,
    per_person: app_commands.Range[int, 1, 1000] | None = None,
    together: app_commands.Range[int, 1, 10000] | None = None,
) -> None:
    """Limit how often pieces are asked for."""
    given = {"per_user_hour": per_person, "per_guild_hour": together}
    await _change(interaction, **{name: value for name, value in given.items() if value is not None})


@change.command(name="files", description=wording.SET_FILES)
@app_commands.describe(listen="Whether a MIDI file dropped in a channel is continued without being asked")
async def set_files(interaction: Asked, listen: bool) -> None:
    """Continue MIDI files that are dropped in a channel, or leave them alone."""
    await _change(interaction, listens_to_files=listen)


async def _change(interaction: Asked, **changes: Any) -> None:
    await _answer(interaction, interaction.client.studio.change_guild_settings(_viewer(interaction), **changes))


async def _answer(interaction: Asked, work: Coroutine[Any, Any, GuildSettings]) -> None:
    held = await timely(interaction, work, thinking=True, ephemeral=True)
    await answer(interaction, settings_text(held))


def _viewer(interaction: Asked) -> Viewer:
    return viewer_of_interaction(interaction)


def settings_text(held: GuildSettings) -> str:
    """What holds in a guild, line by line; Discord shows names for the ids."""
    roles = ", ".join(f"<@&{role}>" for role in held.role_ids)
    return "\n".join(
        (
            f"Longest piece: {wording.clock(held.longest_seconds)}",
            f"Channel: {f'<#{held.channel_id}>' if held.channel_id else 'every channel'}",
            f"Roles that may ask: {roles or 'everybody'}",
            f"Pieces an hour: {held.per_user_hour} for one person, {held.per_guild_hour} for all together",
            f"MIDI files dropped in a channel: {'continued' if held.listens_to_files else 'left alone'}",
        )
    )

"""Registering the slash commands with Discord: a command of its own, never done at the start."""

from __future__ import annotations

import discord

from bot.platforms.discord.client import CommandTree, intents
from bot.platforms.discord.troubles import NETWORK_TROUBLE, start_error


async def sync_commands(token: str, *, guild_id: int | None = None, clear_guild: bool = False) -> str:
    """Register the commands everywhere, or in one guild, where they appear at once; or take them out of that guild.

    Args:
        token: of the bot.
        guild_id: the one guild.
        clear_guild: remove the guild's own copies: commands registered both there and everywhere are seen twice.

    Returns:
        What was done, as a sentence.

    Raises:
        PlatformStartError: a wrong token, no such guild, or Discord cannot be reached.
    """
    client = discord.Client(intents=intents(message_content=False))
    tree = CommandTree(client)
    try:
        async with client:
            await client.login(token)
            if guild_id is None:
                return await _sync_everywhere(tree)
            return await _sync_guild(tree, discord.Object(guild_id), clear=clear_guild)
    except NETWORK_TROUBLE as error:
        raise start_error(error) from error


async def _sync_everywhere(tree: CommandTree) -> str:
    commands = await tree.sync()
    return (
        f"{len(commands)} commands are registered everywhere. "
        "Where they are seen twice now, run this with --guild ID --clear-guild."
    )


async def _sync_guild(tree: CommandTree, guild: discord.Object, *, clear: bool) -> str:
    if clear:
        await tree.sync(guild=guild)
        return "The guild's own copies of the commands are removed."
    tree.copy_global_to(guild=guild)
    commands = await tree.sync(guild=guild)
    seen_twice = " They are registered everywhere as well and seen twice here; run this with --clear-guild to end that."
    has_global = bool(await tree.fetch_commands())
    return f"{len(commands)} commands are registered in this guild.{seen_twice if has_global else ''}"

"""Discord: slash commands, a context menu, mentions, buttons and reactions, through discord.py."""

from bot.platforms.discord.platform import DiscordPlatform
from bot.platforms.discord.sync import sync_commands

__all__ = ["DiscordPlatform", "sync_commands"]

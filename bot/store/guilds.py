"""What the admins of guilds have set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.allowance import settings_here
from bot.store.part import Part, reading, writing
from bot.store.rows import to_texts

if TYPE_CHECKING:
    from bot.domain import GuildSettings, Place
    from bot.store.database import Statements


class Guilds(Part):
    """The settings of guilds."""

    @reading
    async def guild_settings(self, sql: Statements, place: Place, default: GuildSettings) -> GuildSettings:
        """What holds in a guild; ``default`` where nothing was set, and in private conversations."""
        return await settings_here(sql, place, default)

    @writing
    async def change_guild_settings(self, sql: Statements, place: Place, settings: GuildSettings) -> None:
        """Set everything anew."""
        await sql.run(
            "INSERT OR REPLACE INTO guilds (platform, guild_id, longest_seconds, channel_id, role_ids, per_user_hour, "
            "per_guild_hour, listens_to_files) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            place.platform,
            place.guild_id,
            settings.longest_seconds,
            settings.channel_id,
            to_texts(settings.role_ids),
            settings.per_user_hour,
            settings.per_guild_hour,
            settings.listens_to_files,
        )

"""The foundation of all buttons: whatever goes wrong when one is pressed, the person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.platforms.discord.answers import explain

if TYPE_CHECKING:
    from bot.platforms.discord.answers import Asked


class Pressable(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?!)"):
    """A button that works for ever: its id says all it knows. Subclasses say with which ids, and what they do."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button is for; discord.py would only log what goes wrong."""
        try:
            await self.press(interaction)
        except Exception as error:  # noqa: BLE001 (whatever went wrong, the person gets a sentence and the log a trace)
            await explain(interaction, error)

    async def press(self, interaction: Asked) -> None:
        """What the button is for."""
        raise NotImplementedError

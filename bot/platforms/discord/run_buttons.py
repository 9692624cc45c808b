"""The button below a retraining run that is under way."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.platforms.discord.answers import change, timely
from bot.platforms.discord.pressing import ID, Pressable, view_of
from bot.platforms.discord.troubles import NETWORK_TROUBLE
from bot.platforms.discord.viewers import viewer_of_interaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.platforms.discord.answers import Asked


@dataclass(frozen=True)
class CancelRunButton(Pressable):
    """Ends a retraining run that is under way."""

    run_id: int
    template = re.compile(rf"retrain:cancel:(?P<run>{ID})")

    @classmethod
    def from_id(cls, parts: Mapping[str, str]) -> CancelRunButton:
        """The button, from the parts of its id."""
        return cls(int(parts["run"]))

    def as_button(self) -> discord.ui.Button[Any]:
        """What Discord shows."""
        return discord.ui.Button(label="Cancel", emoji="✖️", custom_id=f"retrain:cancel:{self.run_id}")

    async def press(self, interaction: Asked) -> None:
        """Cancel, and take the button away; the run's message then says how it ended by itself."""
        work = interaction.client.studio.retrainer.cancel(self.run_id, viewer_of_interaction(interaction))
        await timely(interaction, work)
        with contextlib.suppress(*NETWORK_TROUBLE):
            await change(interaction, view=None)


def cancel_run_button(run_id: int) -> discord.ui.View:
    """What stands below a run that is under way."""
    return view_of(CancelRunButton(run_id))

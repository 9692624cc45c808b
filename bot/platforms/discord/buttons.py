"""The buttons below requests and pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import discord

from bot import wording
from bot.domain import Action, Vote
from bot.platforms.discord.answers import answer, change, take_on, timely
from bot.platforms.discord.pressing import ID, Pressable, view_of
from bot.platforms.discord.viewers import viewer_of_interaction

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from bot.domain import Tally, Ticket
    from bot.platforms.discord.answers import Asked

_ACTIONS: Final = {
    Action.AGAIN: ("Again", "🔁"),
    Action.VARIATION: ("Variation", "🎲"),
    Action.LONGER: ("Longer", "⏩"),
}
_VOTES: Final = {"up": Vote.UP, "down": Vote.DOWN}
_THUMBS: Final = {Vote.UP: ("up", "👍"), Vote.DOWN: ("down", "👎")}


@dataclass(frozen=True)
class CancelButton(Pressable):
    """Ends a request that is under way."""

    ticket_id: int
    template = re.compile(rf"cancel:(?P<ticket>{ID})")

    @classmethod
    def from_id(cls, parts: Mapping[str, str]) -> CancelButton:
        """The button, from the parts of its id."""
        return cls(int(parts["ticket"]))

    def as_button(self) -> discord.ui.Button[Any]:
        """What Discord shows."""
        return discord.ui.Button(label="Cancel", emoji="✖️", custom_id=f"cancel:{self.ticket_id}")

    async def press(self, interaction: Asked) -> None:
        """Cancel, if the person may; the message then says so by itself."""
        client = interaction.client
        viewer = viewer_of_interaction(interaction)
        await timely(interaction, client.studio.cancel(self.ticket_id, viewer))
        if not interaction.response.is_done():
            await interaction.response.defer()


@dataclass(frozen=True)
class ActionButton(Pressable):
    """Asks for another piece that starts from this one."""

    action: Action
    piece_id: int
    template = re.compile(rf"(?P<action>again|variation|longer):(?P<piece>{ID})")

    @classmethod
    def from_id(cls, parts: Mapping[str, str]) -> ActionButton:
        """The button, from the parts of its id."""
        return cls(Action(parts["action"]), int(parts["piece"]))

    def as_button(self) -> discord.ui.Button[Any]:
        """What Discord shows."""
        label, emoji = _ACTIONS[self.action]
        return discord.ui.Button(label=label, emoji=emoji, custom_id=f"{self.action}:{self.piece_id}", row=0)

    async def press(self, interaction: Asked) -> None:
        """Take the request on."""
        client = interaction.client
        viewer = viewer_of_interaction(interaction)

        def ask(key: str, address: str) -> Coroutine[Any, Any, Ticket]:
            return client.studio.follow_up(self.action, self.piece_id, viewer, key=key, address=address)

        await take_on(interaction, ask)


@dataclass(frozen=True)
class RateButton(Pressable):
    """A vote; the label counts those of everybody, given by button or by reaction."""

    piece_id: int
    vote: Vote
    count: int = 0
    template = re.compile(rf"rate:(?P<piece>{ID}):(?P<vote>up|down)")

    @classmethod
    def from_id(cls, parts: Mapping[str, str]) -> RateButton:
        """The button, from the parts of its id."""
        return cls(int(parts["piece"]), _VOTES[parts["vote"]])

    def as_button(self) -> discord.ui.Button[Any]:
        """What Discord shows."""
        name, thumb = _THUMBS[self.vote]
        label = str(self.count) if self.count else None
        return discord.ui.Button(label=label, emoji=thumb, custom_id=f"rate:{self.piece_id}:{name}", row=1)

    async def press(self, interaction: Asked) -> None:
        """Count the vote, or take it back, and show the new numbers in place."""
        client = interaction.client
        viewer = viewer_of_interaction(interaction)
        tally, _ = await timely(interaction, client.studio.rate(self.piece_id, viewer, self.vote))
        await change(interaction, view=piece_buttons(self.piece_id, tally))


@dataclass(frozen=True)
class ForgetButton(Pressable):
    """Confirms that everything about the person who presses it is to be deleted."""

    template = re.compile("forget:me")

    @classmethod
    def from_id(cls, _parts: Mapping[str, str]) -> ForgetButton:
        """The button."""
        return cls()

    def as_button(self) -> discord.ui.Button[Any]:
        """What Discord shows."""
        style = discord.ButtonStyle.danger
        return discord.ui.Button(label="Delete everything", style=style, custom_id="forget:me")

    async def press(self, interaction: Asked) -> None:
        """Delete; nobody but the asker sees the message that holds this button."""
        client = interaction.client
        await interaction.response.defer(ephemeral=True, thinking=True)
        forgotten = await client.studio.forget(viewer_of_interaction(interaction))
        await answer(interaction, wording.forgotten(forgotten.pieces, forgotten.votes))


def cancel_button(ticket_id: int) -> discord.ui.View:
    """What stands below a request that is under way."""
    return view_of(CancelButton(ticket_id))


def forget_button() -> discord.ui.View:
    """What stands below the question whether to delete everything."""
    return view_of(ForgetButton())


def piece_buttons(piece_id: int, tally: Tally) -> discord.ui.View:
    """What stands below a piece."""
    actions = [ActionButton(action, piece_id) for action in _ACTIONS]
    return view_of(*actions, RateButton(piece_id, Vote.UP, tally.up), RateButton(piece_id, Vote.DOWN, tally.down))

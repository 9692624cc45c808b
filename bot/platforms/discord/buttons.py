"""Buttons, which work for ever: all they know is an id, and everything else is looked up when they are pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import discord

from bot import wording
from bot.domain import Action, Vote
from bot.platforms.discord.answers import answer, take_on, timely
from bot.platforms.discord.pressing import Pressable
from bot.platforms.discord.viewers import viewer_of_interaction

if TYPE_CHECKING:
    import re
    from collections.abc import Coroutine

    from bot.domain import Tally, Ticket
    from bot.platforms.discord.answers import Asked

_ID: Final = r"[0-9]{1,18}"
_ACTIONS: Final = {
    Action.AGAIN: ("Again", "🔁"),
    Action.VARIATION: ("Variation", "🎲"),
    Action.LONGER: ("Longer", "⏩"),
}
_THUMBS: Final = {Vote.UP: ("up", "👍"), Vote.DOWN: ("down", "👎")}


class CancelButton(Pressable, template=rf"cancel:(?P<ticket>{_ID})"):
    """Ends a request that is under way."""

    def __init__(self, ticket_id: int) -> None:
        self.ticket_id = ticket_id
        super().__init__(discord.ui.Button(label="Cancel", emoji="✖️", custom_id=f"cancel:{ticket_id}"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: Any, match: re.Match[str], /
    ) -> CancelButton:
        """The button that was pressed."""
        return cls(int(match["ticket"]))

    async def press(self, interaction: Asked) -> None:
        """Cancel, if the person may; the message then says so by itself."""
        client = interaction.client
        viewer = viewer_of_interaction(interaction, client.admins)
        await timely(interaction, client.studio.cancel(self.ticket_id, viewer))
        if not interaction.response.is_done():
            await interaction.response.defer()


class ActionButton(Pressable, template=rf"(?P<action>again|variation|longer):(?P<piece>{_ID})"):
    """Asks for another piece that starts from this one."""

    def __init__(self, action: Action, piece_id: int) -> None:
        self.action, self.piece_id = action, piece_id
        label, emoji = _ACTIONS[action]
        super().__init__(discord.ui.Button(label=label, emoji=emoji, custom_id=f"{action}:{piece_id}", row=0))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: Any, match: re.Match[str], /
    ) -> ActionButton:
        """The button that was pressed."""
        return cls(Action(match["action"]), int(match["piece"]))

    async def press(self, interaction: Asked) -> None:
        """Take the request on."""
        client = interaction.client
        viewer = viewer_of_interaction(interaction, client.admins)

        def ask(key: str, address: str) -> Coroutine[Any, Any, Ticket]:
            return client.studio.follow_up(self.action, self.piece_id, viewer, key=key, address=address)

        await take_on(interaction, ask)


class RateButton(Pressable, template=rf"rate:(?P<piece>{_ID}):(?P<vote>up|down)"):
    """A vote; the label counts those of everybody, given by button or by reaction."""

    def __init__(self, piece_id: int, vote: Vote, count: int = 0) -> None:
        self.piece_id, self.vote = piece_id, vote
        name, thumb = _THUMBS[vote]
        label = str(count) if count else None
        super().__init__(discord.ui.Button(label=label, emoji=thumb, custom_id=f"rate:{piece_id}:{name}", row=1))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: Any, match: re.Match[str], /
    ) -> RateButton:
        """The button that was pressed."""
        return cls(int(match["piece"]), Vote.UP if match["vote"] == "up" else Vote.DOWN)

    async def press(self, interaction: Asked) -> None:
        """Count the vote, or take it back, and show the new numbers in place."""
        client = interaction.client
        viewer = viewer_of_interaction(interaction, client.admins)
        tally, _ = await timely(interaction, client.studio.rate(self.piece_id, viewer, self.vote))
        buttons = piece_buttons(self.piece_id, tally)
        if interaction.response.is_done():
            await interaction.edit_original_response(view=buttons)
        else:
            await interaction.response.edit_message(view=buttons)


class ForgetButton(Pressable, template=r"forget:me"):
    """Confirms that everything about the person who presses it is to be deleted."""

    def __init__(self) -> None:
        super().__init__(
            discord.ui.Button(label="Delete everything", style=discord.ButtonStyle.danger, custom_id="forget:me")
        )

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: Any, _match: re.Match[str], /
    ) -> ForgetButton:
        """The button that was pressed."""
        return cls()

    async def press(self, interaction: Asked) -> None:
        """Delete; nobody but the asker sees the message that holds this button."""
        client = interaction.client
        await interaction.response.defer(ephemeral=True, thinking=True)
        forgotten = await client.studio.forget(viewer_of_interaction(interaction, client.admins))
        await answer(interaction, wording.forgotten(forgotten.pieces, forgotten.votes))


BUTTONS: Final = (CancelButton, ActionButton, RateButton, ForgetButton)


def cancel_button(ticket_id: int) -> discord.ui.View:
    """What stands below a request that is under way."""
    return discord.ui.View(timeout=None).add_item(CancelButton(ticket_id))


def forget_button() -> discord.ui.View:
    """What stands below the question whether to delete everything."""
    return discord.ui.View(timeout=None).add_item(ForgetButton())


def piece_buttons(piece_id: int, tally: Tally) -> discord.ui.View:
    """What stands below a piece."""
    view = discord.ui.View(timeout=None)
    for action in _ACTIONS:
        view.add_item(ActionButton(action, piece_id))
    view.add_item(RateButton(piece_id, Vote.UP, tally.up))
    view.add_item(RateButton(piece_id, Vote.DOWN, tally.down))
    return view

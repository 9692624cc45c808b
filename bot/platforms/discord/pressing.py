"""The foundation of all buttons. They work for ever: a button knows its id only, which is looked up when pressed.

discord.py has dynamic items for that, but drops a press where the button has left the message meanwhile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import discord

from bot import wording
from bot.domain import ReplyError
from bot.platforms.discord.answers import explain

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping
    from typing import Self

    from bot.platforms.discord.answers import Asked

ID = r"[0-9]{1,18}"
"""The id of a request or a piece, within what the database can hold."""


class Pressable(ABC):
    """A button."""

    template: ClassVar[re.Pattern[str]]
    """The ids of such buttons."""

    @classmethod
    @abstractmethod
    def from_id(cls, parts: Mapping[str, str]) -> Self:
        """The button, from the parts of its id that the template names."""

    @abstractmethod
    def as_button(self) -> discord.ui.Button[Any]:
        """What Discord shows."""

    @abstractmethod
    async def press(self, interaction: Asked) -> None:
        """Do what the button is for."""


def view_of(*buttons: Pressable) -> discord.ui.View:
    """Buttons for a message. discord.py need not remember them, which is what stopping them means."""
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(button.as_button())
    view.stop()
    return view


def button_of(custom_id: str, kinds: Iterable[type[Pressable]]) -> Pressable | None:
    """The button that has this id."""
    for kind in kinds:
        if match := kind.template.fullmatch(custom_id):
            return kind.from_id(match.groupdict())
    return None


async def press(interaction: Asked, kinds: Iterable[type[Pressable]]) -> None:
    """Do what a button is for that somebody has pressed; whatever goes wrong, they are told."""
    button = button_of(interaction.custom_id or "", kinds)
    try:
        if button is None:
            await explain(interaction, ReplyError(wording.STALE_COMMAND))
        else:
            await button.press(interaction)
    except Exception as error:  # noqa: BLE001 (whatever went wrong, the person gets a sentence and the log a trace)
        await explain(interaction, error)

"""A piece, as the card that Discord shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import discord

from bot import wording
from bot.platforms.discord.letters import LONGEST_DESCRIPTION, LONGEST_FIELD, LONGEST_TITLE, lines_within, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain import Piece

COLOUR: Final = 0x3B6EA5
"""The blue of the continuation in the pictures."""


def piece_card(piece: Piece, remarks: Sequence[str], picture_name: str | None) -> discord.Embed:
    """Title, remarks and facts, above the picture among the message's files."""
    card = discord.Embed(
        title=shown(wording.headline(piece), LONGEST_TITLE),
        description=lines_within((shown(remark) for remark in remarks), LONGEST_DESCRIPTION) or None,
        colour=COLOUR,
    )
    for name, value in wording.facts(piece):
        card.add_field(name=name, value=shown(value, LONGEST_FIELD))
    if piece.request.place.guild_id is not None:
        # Discord does not say who pressed a button. In a card a mention notifies nobody.
        card.add_field(name=wording.FOR_WHOM, value=f"<@{piece.owner.id}>")
    if picture_name is not None:
        card.set_image(url=f"attachment://{picture_name}")
    return card

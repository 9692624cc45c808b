"""Cards: of a piece, and of text that is too long for a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import discord

from bot import wording
from bot.platforms.discord.letters import (
    LONGEST_CONTENT,
    LONGEST_DESCRIPTION,
    LONGEST_FIELD,
    LONGEST_TITLE,
    Enclosure,
    Letter,
    lines_within,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain import Piece

COLOUR: Final = 0x3B6EA5
"""The blue of the continuation in the pictures."""
_WHOLE_TEXT: Final = "in-full.txt"


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


def letter_of(text: str) -> Letter:
    """Plain text as a message; on a card if it is too long for one, and if it is even for that, in a file as well."""
    whole = shown(text, 3 * len(text) + 1)
    if len(whole) <= LONGEST_CONTENT:
        return Letter(whole)
    fits = len(whole) <= LONGEST_DESCRIPTION
    description = whole if fits else lines_within(shown(line) for line in text.split("\n"))
    enclosures = () if fits else (Enclosure(_WHOLE_TEXT, text.encode()),)
    return Letter(embed=discord.Embed(description=description, colour=COLOUR), enclosures=enclosures)

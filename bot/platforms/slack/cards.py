"""A piece, as the message that Slack shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import wording
from bot.platforms.slack.buttons import piece_buttons
from bot.platforms.slack.letters import Letter, fields, header, section, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain import Piece, Tally


def piece_card(piece: Piece, tally: Tally, remarks: Sequence[str] = ()) -> Letter:
    """Title, remarks, facts and buttons; the files come below it, in its thread."""
    said = "\n".join(dict.fromkeys((*remarks, *piece.music.remarks)))
    return Letter(
        shown(wording.headline(piece)),
        (
            header(wording.headline(piece)),
            *([section(said)] if said.strip() else []),
            *fields(wording.facts(piece)),
            piece_buttons(piece.id, tally),
        ),
    )

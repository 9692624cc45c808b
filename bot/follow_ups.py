"""Requests that start from a piece: again, a variation, longer."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import Action, Seed, SeedKind
from composer.errors import BadInputError

if TYPE_CHECKING:
    from bot.domain import ComposeRequest, Piece

LONGER_BY: Final = 30.0
"""Seconds that a longer piece is longer at least; long ones are doubled."""
SHORTEST_GROWTH: Final = 5.0
"""A piece that could only grow by less is as long as it may be."""


def follow_up(action: Action, piece: Piece, longest_seconds: float) -> ComposeRequest:
    """What ``action`` on ``piece`` asks for; who asks, from where and under which key is still that of the piece.

    Raises:
        BadInputError: the piece is as long already as a piece may be.
    """
    request = replace(piece.request, awaits_file=False)
    if action is Action.AGAIN:
        return _again(request, piece)
    asked = request.options
    length = asked.length_seconds if action is Action.VARIATION else _longer(asked.length_seconds, longest_seconds)
    # The piece has its tempo already.
    options = replace(asked, length_seconds=length, tempo=None, random_seed=None)
    seed = Seed(SeedKind.PIECE, str(piece.id), piece.music.title)
    return replace(request, action=action, parent_id=piece.id, seed=seed, options=options)


def _again(request: ComposeRequest, piece: Piece) -> ComposeRequest:
    """The same with another random seed; what grew from a piece grows from that piece again."""
    request = replace(request, options=replace(request.options, random_seed=None))
    if request.action is not Action.COMPOSE:
        return request
    return replace(request, action=Action.AGAIN, parent_id=piece.id)


def _longer(length: float, longest: float) -> float:
    if length > longest - SHORTEST_GROWTH:
        raise BadInputError(wording.longest_already(longest))
    return float(math.floor(min(length + max(length, LONGER_BY), longest)))

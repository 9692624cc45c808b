"""What people are shown of pieces and of the bot itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain import Piece, Tally, Vote
    from bot.piece_files import PieceFiles


@dataclass(frozen=True, slots=True)
class PieceView:
    """A piece as one person sees it."""

    piece: Piece
    tally: Tally
    own_vote: Vote | None
    files: PieceFiles


@dataclass(frozen=True, slots=True)
class About:
    """What the bot says of itself; ``loop_lag_seconds`` is how late the event loop was in 1 % of the last 5 minutes."""

    version: str
    checkpoint_id: str
    soundfont: str
    uptime_seconds: float
    queued: int
    running: int
    workers: int
    pieces: int
    votes: int
    loop_lag_seconds: float

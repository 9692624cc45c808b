"""What a worker is asked to do for a request."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import Action, NotFoundError, SeedKind
from bot.workers import ComposeJob

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import Piece, Ticket
    from bot.piece_files import PieceFiles, PieceFolders
    from bot.retraining.domain import ComposeWith
    from bot.store import Store

CLOSE_SECONDS: Final = 4.0
"""The end of a piece that is left out where it goes on: its last chord is held for up to about so long."""
_VARIED_SHARE: Final = 0.5
"""A variation keeps so much of the piece."""


async def plan_job(
    ticket: Ticket, folder: Path, network: ComposeWith | None, store: Store, folders: PieceFolders
) -> ComposeJob:
    """The job for ``ticket``, with the music that it starts from and the registry's network that composes, if one does.

    Raises:
        NotFoundError: the piece that it starts from has been deleted.
    """
    request = ticket.request
    primer, primer_seconds, primer_key = None, None, None
    if request.seed.kind is SeedKind.UPLOAD:
        primer = await store.primer(ticket.id)
    elif request.seed.kind is SeedKind.PIECE:
        piece = await store.piece(int(request.seed.text))
        primer = await asyncio.to_thread(_score_of, folders.of(piece.ticket_id))
        primer_seconds, primer_key = kept_seconds(request.action, piece), piece.music.key
    return ComposeJob(
        ticket_id=ticket.id,
        seed=request.seed,
        primer=primer,
        primer_seconds=primer_seconds,
        options=request.options,
        folder=folder,
        title=request.seed.title,
        checkpoint=None if network is None else network.folder,
        card_sha256=None if network is None else network.card_sha256,
        primer_key=primer_key,
    )


def kept_seconds(action: Action, piece: Piece) -> float:
    """How much of ``piece`` stays as it is: all but its close where it grows, half of it where it is varied."""
    length = piece.music.length_seconds
    if action is Action.LONGER:
        return max(length - CLOSE_SECONDS, length / 2)
    return max(length * _VARIED_SHARE, min(piece.music.primer_seconds, length - CLOSE_SECONDS))


def _score_of(files: PieceFiles) -> str:
    try:
        score = json.loads(files.score.read_bytes())["score"]
    except FileNotFoundError as error:
        raise NotFoundError(wording.PIECE_GONE) from error
    return score if isinstance(score, str) else json.dumps(score)

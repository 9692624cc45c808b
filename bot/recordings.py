"""Recordings of a piece that fit where files must be small."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from bot.workers import ReduceJob

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import Piece
    from bot.piece_files import PieceFolders
    from bot.pool import Pool

KILOBITS: Final = (128, 96, 64)
"""Bit rates below the usual 192 kb/s, best first; a piano at less is no pleasure."""
_MARGIN: Final = 1.02
"""Tags and the tail make a recording a little larger than its length says."""


class Recordings:
    """Finds or makes them; what was made is kept beside the piece."""

    def __init__(self, folders: PieceFolders, pool: Pool) -> None:
        self._folders, self._pool = folders, pool

    async def within(self, piece: Piece, limit_bytes: int) -> Path | None:
        """The best recording of at most ``limit_bytes``; None if there can be none."""
        files = self._folders.of(piece.ticket_id)
        if await _size(files.mp3) <= limit_bytes:
            return files.mp3
        for kilobits in KILOBITS:
            if piece.music.length_seconds * kilobits * 125 * _MARGIN > limit_bytes:
                continue
            target = files.folder / f"piece-{kilobits}.mp3"
            if not await asyncio.to_thread(target.exists):
                await self._pool.reduce(ReduceJob(files.score, target, kilobits, piece.music.title))
            if await _size(target) <= limit_bytes:
                return target
        return None


async def _size(path: Path) -> int:
    return (await asyncio.to_thread(path.stat)).st_size

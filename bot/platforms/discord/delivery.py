"""Handing pieces over: with the best recording that Discord takes, and else without one, saying so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

import discord

from bot import wording
from bot.platforms.discord.buttons import piece_buttons
from bot.platforms.discord.embeds import piece_card
from bot.platforms.discord.letters import Enclosure, Letter
from bot.platforms.discord.troubles import is_too_large
from bot.recordings import KILOBITS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from bot.domain import Piece, Tally
    from bot.piece_files import PieceFiles
    from bot.studio import Studio

Posted = TypeVar("Posted")
_MOST_ATTEMPTS: Final = 4
"""Recordings that are tried: as many as there are bit rates."""


async def hand_over(
    studio: Studio,
    piece: Piece,
    files: PieceFiles,
    *,
    tally: Tally,
    remarks: Sequence[str],
    limit: int,
    post: Callable[[Letter], Awaitable[Posted]],
) -> Posted:
    """Post a piece in one message.

    Discord says how large a file may be (``limit``, in bytes), but refuses some that are smaller: ``post`` then raises
    ``discord.HTTPException``, and the next smaller recording is tried.
    """
    for attempt in range(_MOST_ATTEMPTS + 1):
        recording = await studio.audio_within(piece, limit) if attempt < _MOST_ATTEMPTS else None
        letter = await _letter(piece, files, recording, tally=tally, remarks=remarks)
        try:
            return await post(letter)
        except discord.HTTPException as error:
            if recording is None or not is_too_large(error):
                raise
        limit = min(limit, await _size(recording) - 1)
    raise AssertionError  # the last attempt has no recording, so it returns or raises


async def _letter(
    piece: Piece, files: PieceFiles, recording: Path | None, *, tally: Tally, remarks: Sequence[str]
) -> Letter:
    stem = wording.file_stem(piece)
    said = list(dict.fromkeys((*remarks, *piece.music.remarks)))
    if recording is None:
        said.append(wording.MIDI_ONLY)
    elif recording != files.mp3:
        said.append(wording.smaller_audio(_kilobits(await _size(recording), piece.music.length_seconds)))
    parts = {f"{stem}.mp3": recording, f"{stem}.mid": files.midi, f"{stem}.png": files.picture}
    enclosures = [Enclosure(name, await _read(path)) for name, path in parts.items() if path is not None]
    return Letter(
        embed=piece_card(piece, said, f"{stem}.png"),
        enclosures=tuple(enclosures),
        buttons=piece_buttons(piece.id, tally),
    )


def _kilobits(size: int, seconds: float) -> int:
    """The bit rate of a recording, from its size."""
    measured = size / 125 / max(seconds, 1.0)
    return min(KILOBITS, key=lambda kilobits: abs(kilobits - measured))


async def _read(path: Path) -> bytes:
    return await asyncio.to_thread(path.read_bytes)


async def _size(path: Path) -> int:
    return (await asyncio.to_thread(path.stat)).st_size

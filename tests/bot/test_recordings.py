"""Recordings that must not be too large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.piece_files import PieceFolders
from bot.recordings import Recordings
from tests.bot.people import request, viewer
from tests.fakes.pool import FakePool

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import Piece
    from tests.bot.conftest import Bench


async def _made(bench: Bench) -> Piece:
    bench.pool.recording_seconds = 10
    piece_id = await bench.delivered(await bench.studio.compose(request(length_seconds=10), viewer()))
    return (await bench.studio.piece(piece_id, viewer())).piece


async def test_the_best_that_fits_is_taken(bench: Bench) -> None:
    """The recording itself, else the highest bit rate below the limit, else none; nothing is made twice."""
    piece = await _made(bench)

    found: list[Path | None] = [
        await bench.studio.audio_within(piece, limit) for limit in (10**6, 180_000, 180_000, 100_000, 1_000)
    ]

    assert [path and path.name for path in found] == [
        "piece.mp3",
        "piece-128.mp3",
        "piece-128.mp3",
        "piece-64.mp3",
        None,
    ]
    assert [job.kilobits for job in bench.pool.reduced] == [128, 64]


async def test_a_fitting_recording_needs_no_worker(tmp_path: Path, bench: Bench) -> None:
    """What fits is handed out as it is."""
    piece = await _made(bench)
    folders = PieceFolders(tmp_path / "data")

    assert await Recordings(folders, FakePool(0)).within(piece, 10**7) == folders.of(piece.ticket_id).mp3

"""A folder of MIDI files as rolls to train on, or to evaluate on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from composer.errors import InvalidMidiError
from composer.keys import estimate_key
from composer.learning.corpus import read_all, read_score
from composer.learning.roll_batches import RollPiece
from composer.rolls.grid import best_rate
from composer.rolls.roll import frame_at, roll_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.learning.corpus import CorpusFile
    from composer.notes import Score
    from composer.rolls.frame_network import FrameShape

MOST_CACHED_FRAMES = 100_000
"""So much music keeps what it shows of its past (some 8 kB a frame); more computes it anew each time."""
LONGEST_PIECE = 4096
"""Frames of a piece that are used; the rest of a longer one is left out."""


def roll_piece(score: Score, config: FrameShape) -> RollPiece:
    """A score as the network of that shape hears it."""
    rate = best_rate(score, config.frames_per_quarter, score.mean_bpm)
    start = score.notes[0].start
    moved = score.excerpt(start, score.end_beat)
    roll = roll_of(moved, rate, config.lowest_pitch, config.lowest_pitch + config.keys - 1)
    frames = roll.frames[:LONGEST_PIECE, :, : config.planes]
    return RollPiece(frames, estimate_key(score).tonic, _clock(moved, rate, len(frames)), keeps_history=False)


def _clock(score: Score, rate: int, length: int) -> NDArray[np.int32]:
    """Frames since the metre was last set, which is at a bar line; below 0 in an upbeat."""
    frames = np.arange(length, dtype=np.int32)
    clock = frames - frame_at(score.time_signatures[0].beat, rate)
    for signature in score.time_signatures[1:]:
        begins = frame_at(signature.beat, rate)
        clock[begins:] = frames[begins:] - begins
    return clock


def _read(folder: Path, config: FrameShape, file: CorpusFile) -> RollPiece | str:
    try:
        return roll_piece(read_score(folder, file), config)
    except InvalidMidiError as error:
        return f"{file.path} left out: {error}"


def read_rolls(
    folder: Path,
    files: Iterable[CorpusFile],
    config: FrameShape,
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> list[RollPiece]:
    """Read pieces as rolls; unusable files are left out with a warning.

    Args:
        folder: of the corpus.
        files: to read.
        config: of the network that shall hear them.
        workers: processes to share the work among.
        progress: called with the number of pieces done so far.
    """
    pieces = read_all(partial(_read, folder, config), files, workers, progress)
    if sum(map(len, pieces)) <= MOST_CACHED_FRAMES:
        for piece in pieces:
            piece.keeps_history = True
    return pieces

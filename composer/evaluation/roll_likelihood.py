"""How surprised a roll network is by music it has never met: nats of every frame, by the file that composes.

Pieces become rolls as in training and are scored whole, from a zero state, each frame given all true frames before it
and, within the frame, each key given those below.
"""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from composer.evaluation.tables import error_of_ratio
from composer.learning.corpus import read_score
from composer.learning.roll_corpus import LONGEST_PIECE, roll_piece
from composer.rolls.frame_model import FrameModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from composer.checkpoints import Checkpoint
    from composer.learning.corpus import CorpusFile
    from composer.learning.roll_batches import RollPiece
    from composer.rolls.past import Frames

REMARK = (
    "A roll network is asked which keys sound and which are struck in each frame, not for velocity, tempo, pedal or "
    "finer timing: its nats per note of the roll cannot be compared with the nats per note of a network that "
    f"writes notes. Of a longer piece the first {LONGEST_PIECE} frames count."
)


@dataclass(frozen=True)
class ScoredRoll:
    """A piece as a roll: the nats of all its frames together, how many they are, and how many notes begin in them."""

    file: CorpusFile
    nats: float
    frames: int
    notes: int


def score_rolls(
    checkpoint: Checkpoint, folder: Path, files: Sequence[CorpusFile], *, workers: int = 1
) -> list[ScoredRoll]:
    """Score pieces of a corpus, in the order of ``files``.

    Raises:
        InvalidMidiError: one of them cannot be used.
    """
    # Ctrl-C is the parent's affair: it would make every worker print a traceback.
    with ProcessPoolExecutor(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        return list(pool.map(_score, [checkpoint] * len(files), [folder] * len(files), files))


def _score(checkpoint: Checkpoint, folder: Path, file: CorpusFile) -> ScoredRoll:
    model = FrameModel(checkpoint)
    piece = roll_piece(read_score(folder, file), model.config)
    return ScoredRoll(file, sum(frame_nats(model, piece)), len(piece), notes_in(piece.frames))


def frame_nats(model: FrameModel, piece: RollPiece) -> list[float]:
    """Negative log-likelihood in nats of every frame of a piece, the first one included."""
    state = model.start(piece.tonic)
    nats = []
    for frame, clock in zip(piece.frames, piece.clock.tolist(), strict=True):
        # Set anew for each frame: where the metre changes, the count of the piece jumps.
        state.clock = clock
        nats.append(model.nats_of(state, frame))
        model.hear(state, frame)
    return nats


def notes_in(frames: Frames) -> int:
    """Notes that begin in ``frames`` ``(time, keys, planes)``: keys struck, or, without onsets, that begin to sound."""
    if frames.shape[-1] > 1:
        return int(frames[..., 1].sum())
    sounding = frames[..., 0] > 0
    return int(sounding[:1].sum() + (sounding[1:] & ~sounding[:-1]).sum())


def roll_table(scored: Sequence[ScoredRoll]) -> dict[str, Any]:
    """The figures over some pieces; all frames, and all notes, weigh the same."""
    nats, frames, notes = [roll.nats for roll in scored], [roll.frames for roll in scored], [r.notes for r in scored]
    return {
        "pieces": len(scored),
        "frames": sum(frames),
        "roll_notes": sum(notes),
        "nats_per_frame": sum(nats) / sum(frames),
        "nats_per_frame_standard_error": error_of_ratio(nats, frames),
        "nats_per_roll_note": sum(nats) / sum(notes),
        "nats_per_roll_note_standard_error": error_of_ratio(nats, notes),
    }


def roll_tables(scored: Sequence[ScoredRoll]) -> dict[str, Any]:
    """A table for each source, and one over all pieces."""
    names = sorted({roll.file.source for roll in scored})
    by_source = {name: roll_table([roll for roll in scored if roll.file.source == name]) for name in names}
    return {"sources": by_source, "all": roll_table(scored)}

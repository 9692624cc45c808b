"""Files of the frame benchmark: small ones that tests make, and the real ones, where they are there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Frames = NDArray[np.uint8]

_SHARED = Path(os.environ.get("SCHUMANN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
PUBLISHED = _SHARED / "benchmarks" / "boulanger-lewandowski"
"""``piano_midi_train_valid.npz`` and ``jsb_chorales_train_valid.npz``."""
needs_published_frames = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the files of the frame benchmark are not here; set SCHUMANN_SHARED"
)


def arrays_of(splits: Mapping[str, Sequence[Frames]]) -> dict[str, Any]:
    """The arrays of a file that holds these sequences, each ``(time, 88, 1)``."""
    arrays: dict[str, Any] = {}
    for name, sequences in splits.items():
        arrays[f"{name}_frames_packed"] = np.packbits(np.concatenate(sequences)[:, :, 0], axis=1)
        arrays[f"{name}_lengths"] = np.array([len(frames) for frames in sequences], np.int32)
    return arrays


def write_frame_file(path: Path, splits: Mapping[str, Sequence[Frames]], **others: Any) -> Path:
    """A file of the benchmark's format."""
    np.savez_compressed(path, **(arrays_of(splits) | others))
    return path


def chords(*frames: Sequence[int]) -> Frames:
    """A sequence by the MIDI pitches that sound in each frame."""
    rows = np.zeros((len(frames), 88, 1), np.uint8)
    for row, pitches in zip(rows, frames, strict=True):
        row[np.array(pitches, np.int64) - 21] = 1
    return rows


def random_sequences(random_seed: int, *lengths: int) -> list[Frames]:
    """Sequences in which a key in twenty sounds."""
    rng = np.random.default_rng(random_seed)
    return [(rng.random((length, 88, 1)) < 0.05).astype(np.uint8) for length in lengths]

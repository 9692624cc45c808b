"""Rolls to batches: every stream plays piece after piece, window by window, its state going on between windows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.rolls.past import History, history_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from composer.rolls.past import Frames

Batch = tuple[dict[str, Any], Any, Any]
"""Inputs of a PianoRollNetwork, targets and weights ``(B, T)``."""


@dataclass
class RollPiece:
    """A piece as frames.

    Attributes:
        frames: ``(time, keys, planes)``.
        tonic: pitch class of its key.
        clock: int ``(time,)``, counts the frames (from a bar line, where those are known).
        keeps_history: whether what it shows of its past is computed but once, at some 5 kB a frame.
    """

    frames: Frames
    tonic: int = 0
    clock: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    keeps_history: bool = True
    _history: History | None = None

    def __post_init__(self) -> None:
        if not len(self.clock):
            self.clock = np.arange(len(self.frames), dtype=np.int32)

    def __len__(self) -> int:
        return len(self.frames)

    def history(self) -> History:
        """What is shown of the past of each frame."""
        history = self._history or history_of(self.frames)
        if self.keeps_history:
            self._history = history
        return history


@dataclass(frozen=True)
class _Part:
    """A piece in a stream: from ``start`` on, ``shift`` keys higher."""

    piece: RollPiece
    start: int = 0
    shift: int = 0

    def windows(self, length: int) -> int:
        return -(-(len(self.piece) - self.start) // length)


def training_streams(
    pieces: Sequence[RollPiece], streams: int, window: int, transpose: int, rng: np.random.Generator
) -> list[list[_Part]]:
    """Every piece once, in random order, from a random place of its first window on, up to ``transpose`` keys away."""
    parts = []
    for index in rng.permutation(len(pieces)):
        piece = pieces[index]
        start = int(rng.integers(0, min(window, max(len(piece) - window // 2, 1))))
        used = np.flatnonzero(piece.frames[..., 0].any(0))
        lowest, highest = (int(used[0]), int(used[-1])) if len(used) else (0, 0)
        room = piece.frames.shape[1] - 1 - highest
        shift = int(rng.integers(-min(transpose, lowest), min(transpose, room) + 1))
        parts.append(_Part(piece, start, shift))
    return _dealt(parts, streams, window)


def whole_streams(pieces: Sequence[RollPiece], streams: int, window: int) -> list[list[_Part]]:
    """Every piece once, whole and as it is, the longest first."""
    return _dealt([_Part(piece) for piece in sorted(pieces, key=len, reverse=True)], streams, window)


def _dealt(parts: Sequence[_Part], streams: int, window: int) -> list[list[_Part]]:
    """Each part goes to the stream that is shortest so far."""
    dealt: list[list[_Part]] = [[] for _ in range(streams)]
    lengths = [0] * streams
    for part in parts:
        shortest = int(np.argmin(lengths))
        dealt[shortest].append(part)
        lengths[shortest] += part.windows(window)
    return dealt


def batches(streams: Sequence[Sequence[_Part]], window: int) -> Iterator[tuple[Batch, list[RollPiece | None]]]:
    """Batches until every stream has ended, and whose piece stands in each row of each."""
    example = next(part.piece for parts in streams for part in parts).frames
    playing = [_windows(parts, window) for parts in streams]
    while True:
        rows = [next(stream, None) for stream in playing]
        if not any(rows):
            return
        blank = _blank(example, window)
        filled = [row[1] if row else blank for row in rows]
        arrays = {name: np.stack([row[name] for row in filled]) for name in blank}
        targets, weights = arrays.pop("targets"), arrays.pop("weights")
        yield (arrays, targets, weights), [row[0] if row else None for row in rows]


def _windows(parts: Sequence[_Part], window: int) -> Iterator[tuple[RollPiece, dict[str, Any]]]:
    for part in parts:
        history = part.piece.history()
        for start in range(part.start, len(part.piece), window):
            yield part.piece, _window(part, history, start, window)


def _window(part: _Part, history: History, start: int, window: int) -> dict[str, Any]:
    """One row of a batch."""
    piece, cut = part.piece, slice(start, start + window)
    frames = _shifted(piece.frames[cut], part.shift)
    row = _blank(piece.frames, window)
    length = len(frames)
    row["frames"][:length] = frames
    row["past"][:length] = _shifted(history.planes[cut], part.shift)
    row["own"][:length] = _shifted(history.own[cut], part.shift)
    row["clock"][:length] = piece.clock[cut]
    row["tonic"] = np.int32((piece.tonic + part.shift) % 12)
    row["keep"] = np.float32(start > part.start)
    row["targets"][:length] = targets_of(frames, row["past"][:length, :, 0])
    row["weights"][:length] = 1
    return row


def targets_of(frames: Frames, before: NDArray[Any]) -> NDArray[np.float32]:
    """Frames, and where onsets are modelled a plane that says where they are in question: sounding on after sounding.

    Args:
        frames: ``(time, keys, planes)``.
        before: ``(time, keys)``, whether each key sounded one frame ago.
    """
    if frames.shape[-1] == 1:
        return frames.astype(np.float32)
    return np.concatenate([frames, (frames[..., :1] * before[..., None])], axis=-1).astype(np.float32)


def _blank(example: Frames, window: int) -> dict[str, Any]:
    from composer.rolls.past import OWN, plane_count

    keys, planes = example.shape[1:]
    return {
        "frames": np.zeros((window, keys, planes), np.float32),
        "past": np.zeros((window, keys, plane_count(planes)), np.float32),
        "own": np.zeros((window, keys, OWN), np.float32),
        "clock": np.zeros(window, np.int32),
        "tonic": np.int32(0),
        "keep": np.float32(0),
        "targets": np.zeros((window, keys, 2 * planes - 1), np.float32),
        "weights": np.zeros(window, np.float32),
    }


def _shifted(array: Any, shift: int) -> Any:
    """``(time, keys, ...)`` moved up by ``shift`` keys; what comes in is silent."""
    if shift == 0:
        return array
    moved = np.zeros_like(array)
    if shift > 0:
        moved[:, shift:] = array[:, :-shift]
    else:
        moved[:, :shift] = array[:, -shift:]
    return moved

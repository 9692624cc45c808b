"""Figures about piano rolls: how well frames are foretold, and what generated frames are like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.evaluation.loops import LONG_PERIODS, LONG_REPEATS, SHORT_PERIODS, SHORT_REPEATS, periodic_stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Frames = NDArray[np.uint8]
    Nats = NDArray[np.float64]


def frame_mean(nats: Sequence[Nats]) -> float:
    """Nats of a frame: all frames of all sequences weigh the same. The benchmark's measure.

    Args:
        nats: of each sequence ``(time,)``.
    """
    return float(np.concatenate(nats).mean())


def sequence_mean(nats: Sequence[Nats]) -> float:
    """The mean of the sequences' means, which some papers give: a short sequence weighs as much as a long one."""
    return float(np.mean([of_sequence.mean() for of_sequence in nats]))


def keys_per_frame(sequences: Iterable[Frames]) -> float:
    """Keys that sound at once, silent frames too."""
    return float(np.concatenate([sounding(frames).sum(axis=1) for frames in sequences]).mean())


def expected_accuracy(sequences: Sequence[Frames], expected: Sequence[NDArray[np.generic]]) -> float:
    """Expected frame accuracy, TP / (TP + FP + FN) with all counts summed over all frames (Bay et al. 2009).

    Args:
        sequences: the true frames, each ``(time, keys, planes)``.
        expected: for each sequence ``(time, keys)`` the probability of every key given the frames before; or frames
            that were drawn so, which give the same up to chance.

    Returns:
        0 to 1; 1 where neither has a key at all.
    """
    hits = misses = false = 0.0
    for frames, chances in zip(sequences, expected, strict=True):
        true, guess = sounding(frames).astype(np.float64), np.asarray(chances, np.float64)
        hits += float((true * guess).sum())
        misses += float((true * (1 - guess)).sum())
        false += float(((1 - true) * guess).sum())
    counted = hits + misses + false
    return hits / counted if counted else 1.0


def sounding(frames: Frames) -> NDArray[np.bool_]:
    """Which keys sound ``(time, keys)``."""
    return frames[:, :, 0] > 0


def has_short_frame_loop(frames: Frames) -> bool:
    """Whether a pattern of one to four frames comes more than eight times in a row; held keys and silence count."""
    return _has_loop(frames, SHORT_PERIODS, SHORT_REPEATS)


def has_long_frame_loop(frames: Frames) -> bool:
    """Whether a pattern of five to 32 frames comes more than three times in a row."""
    return _has_loop(frames, LONG_PERIODS, LONG_REPEATS)


def _has_loop(frames: Frames, periods: Iterable[int], repeats: int) -> bool:
    rows = sounding(frames)
    names = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int16)
    steady = np.zeros_like(names)
    return any(periodic_stretch(names, steady, period) > repeats * period for period in periods if period < len(rows))


def longest_silence(frames: Frames) -> int:
    """The most frames in a row in which nothing sounds."""
    silent = ~sounding(frames).any(axis=1)
    edges = np.flatnonzero(np.diff(np.r_[False, silent, False]))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def shares(pieces: Sequence[Frames]) -> dict[str, float]:
    """What some stretches of frames are like: shares of stretches with faults, of silent and of changing frames."""
    rows = [sounding(frames) for frames in pieces]
    return {
        "stretches": len(pieces),
        "short_loop_share": float(np.mean([has_short_frame_loop(frames) for frames in pieces])),
        "long_loop_share": float(np.mean([has_long_frame_loop(frames) for frames in pieces])),
        "silent_frame_share": float(np.concatenate([~row.any(axis=1) for row in rows]).mean()),
        "longest_silence_frames": max(longest_silence(frames) for frames in pieces),
        "keys_per_frame": keys_per_frame(pieces),
        "changed_frame_share": float(np.concatenate([(row[1:] != row[:-1]).any(axis=1) for row in rows]).mean()),
        "distinct_frame_share": float(np.mean([len(np.unique(row, axis=0)) / len(row) for row in rows])),
    }

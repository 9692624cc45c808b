"""How much two pieces have in common in their distributions of pitches, rhythm and dynamics.

For each feature the overlap is the common area of the two normalised histograms, 1 for equal ones (the overlapped area
of Yang and Lerch, *Neural Computing and Applications* 32, 2020, over exact bins instead of smoothed densities).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import CHORD_PLACES, INTERVAL_REACH
from composer.encoding.vocabulary import FACTOR_SIZES, encode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.notes import Score


def mean_overlap(first: Score, second: Score) -> float:
    """Mean over the features of the overlap of two pieces, 0 to 1."""
    pairs = zip(histograms(first).values(), histograms(second).values(), strict=True)
    return float(np.mean([overlap(one, other) for one, other in pairs]))


def overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Common area of two histograms of the same bins, each scaled to area 1; two empty ones are equal."""
    if not (first.any() and second.any()):
        return float(first.any() == second.any())
    return float(np.minimum(first / first.sum(), second / second.sum()).sum())


def histograms(score: Score) -> dict[str, NDArray[np.float64]]:
    """Counts of pitch, pitch class, interval, gap between onsets, duration, velocity and chord size."""
    factors = encode(score).factors
    gap, pitch, duration, velocity = factors[:, :4].T.astype(np.intp)
    new_onset = np.r_[True, gap[1:] > 0]
    chord_sizes = np.diff(np.r_[np.flatnonzero(new_onset), len(gap)])
    intervals = np.clip(np.diff(pitch), -INTERVAL_REACH, INTERVAL_REACH) + INTERVAL_REACH
    gaps = gap[new_onset][1:]
    counts = {
        "pitch": (pitch, FACTOR_SIZES["pitch"]),
        "pitch_class": (pitch % 12, 12),
        "interval": (intervals, 2 * INTERVAL_REACH + 1),
        "gap": (gaps, FACTOR_SIZES["gap"]),
        "duration": (duration, FACTOR_SIZES["duration"]),
        "velocity": (velocity, FACTOR_SIZES["velocity"]),
        "chord_size": (np.minimum(chord_sizes, CHORD_PLACES) - 1, CHORD_PLACES),
    }
    return {name: np.bincount(ids, minlength=size).astype(np.float64) for name, (ids, size) in counts.items()}

"""Whether a piece has form: how well some part of it explains others, and whether its beginning comes back.

*Structure indicators* (Wu and Yang, "The Jazz Transformer on the Front Line", ISMIR 2020): the largest fitness of any
segment of 3 to 8 s (short), 8 to 15 s (middle), 15 s and more (long). The fitness of a segment says how well its
repetitions, moved to other keys or not, explain the piece (Mueller, Jiang and Grosche, "A Robust Fitness Measure for
Capturing Repetitions in Music Recordings", IEEE TASLP 21, 2013). As there: chroma over 2.1 s twice a second, similarity
smoothed over 8 s along the diagonals, the largest quarter of it kept and scaled to 0..1, the rest counted -2. Unlike
there: the chroma is that of the keys held down instead of a recording's; repetitions at half or double tempo are left
to the steps of the paths; longer segments are tried on a coarser grid.

*Motif recall*: the share of the different runs of four notes (three pairs of interval and gap to the next note, so the
same in every key) of a beginning that occur in what follows it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from composer.encoding.vocabulary import FACTOR_SIZES, encode
from composer.notes import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FRAME_RATE = 2
"""Frames of the similarity matrix in a second."""
_FINE_RATE, _SMOOTHED_FINE = 10, 21
"""Chroma is first taken ten times a second, and smoothed over 2.1 s."""
_DIAGONAL = 16
"""Frames over which similarity is smoothed along the diagonals."""
_KEPT, _PENALTY = 0.25, -2.0


class Band(NamedTuple):
    """Segments of one range of lengths: seconds, and the frames between two lengths and between two beginnings."""

    shortest: float
    longest: float
    length_step: int
    start_step: int


BANDS = {
    "short": Band(3.0, 8.0, 1, 1),
    "middle": Band(8.0, 15.0, 2, 1),
    "long": Band(15.0, math.inf, 6, 3),
}
MOTIF_NOTES = 4
LATE_SECONDS = 15.0
"""A motif comes back late where so much time has passed since the beginning ended."""


def structure_indicators(score: Score) -> dict[str, float]:
    """The largest fitness, 0 to 1, of the segments of each of ``BANDS``; 0 where a piece is too short to have any."""
    similarity = self_similarity(score)
    return {name: float(_band_fitness(similarity, band).max(initial=0.0)) for name, band in BANDS.items()}


def motif_recall(primer: Score, continuation: Score, from_seconds: float = 0.0) -> float:
    """Share of the different motifs of ``primer`` that occur in ``continuation`` from ``from_seconds`` on.

    0 where there is nothing to recall or nothing left to recall it in.
    """
    known = _motifs(primer)
    start = continuation.beat_at(from_seconds) if from_seconds > 0 else 0.0
    later = Score(tuple(note for note in continuation.notes if note.start >= start), tempos=continuation.tempos)
    return float(np.isin(known, _motifs(later)).mean()) if len(known) else 0.0


def _motifs(score: Score) -> NDArray[np.int64]:
    """One number for each different run of ``MOTIF_NOTES`` notes."""
    if len(score.notes) < MOTIF_NOTES:
        return np.zeros(0, np.int64)
    factors = encode(score).factors.astype(np.int64)
    intervals = np.diff(factors[:, 1]) + FACTOR_SIZES["pitch"]
    pairs = intervals * FACTOR_SIZES["gap"] + factors[1:, 0]
    if len(pairs) < MOTIF_NOTES - 1:
        return np.zeros(0, np.int64)
    base = 2 * FACTOR_SIZES["pitch"] * FACTOR_SIZES["gap"]
    runs = sliding_window_view(pairs, MOTIF_NOTES - 1) @ base ** np.arange(MOTIF_NOTES - 1)
    return np.unique(runs)


# -- similarity -------------------------------------------------------------------------------------------------------


def self_similarity(score: Score) -> Floats:
    """``(frames, frames)``: 1 on the diagonal, 0 to 1 where two places of the piece are alike, else ``_PENALTY``."""
    chroma = chroma_frames(score)
    shifted = np.stack([np.roll(chroma, shift, axis=1) for shift in range(12)])
    alike = np.stack([_smoothed_diagonals(chroma @ other.T) for other in shifted]).max(axis=0)
    threshold = np.quantile(alike, 1 - _KEPT)
    largest = alike.max()
    scaled = (alike - threshold) / max(largest - threshold, 1e-9)
    matrix = np.where(alike >= threshold, np.clip(scaled, 0.0, 1.0), _PENALTY)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def chroma_frames(score: Score) -> Floats:
    """``(frames, 12)``: which pitch classes are held down around each half second, each row of length 1."""
    count = max(math.ceil(score.length_seconds * _FINE_RATE), 1)
    edges = np.zeros((count + 1, 12))
    for note in score.notes:
        start = min(round(score.seconds_at(note.start) * _FINE_RATE), count - 1)
        stop = min(max(round(score.seconds_at(note.end) * _FINE_RATE), start + 1), count)
        edges[start, note.pitch % 12] += 1
        edges[stop, note.pitch % 12] -= 1
    fine = np.cumsum(edges, axis=0)[:-1]
    half = _SMOOTHED_FINE // 2
    sums = np.cumsum(np.pad(fine, ((half + 1, half), (0, 0))), axis=0)
    smooth = (sums[_SMOOTHED_FINE:] - sums[:-_SMOOTHED_FINE])[:: _FINE_RATE // FRAME_RATE]
    smooth[~(smooth > 1e-9).any(axis=1)] = 1.0
    chroma: Floats = smooth / np.linalg.norm(smooth, axis=1, keepdims=True)
    return chroma


def _smoothed_diagonals(matrix: Floats) -> Floats:
    """The larger of the means over the next and the last ``_DIAGONAL`` cells of each diagonal (0 beyond the edge)."""
    size = len(matrix)
    padded = np.zeros((size + 2 * _DIAGONAL, size + 2 * _DIAGONAL))
    padded[_DIAGONAL:-_DIAGONAL, _DIAGONAL:-_DIAGONAL] = matrix
    for index in range(1, len(padded)):
        padded[index, 1:] += padded[index - 1, :-1]
    inner = slice(_DIAGONAL, _DIAGONAL + size)
    ahead = slice(2 * _DIAGONAL - 1, 2 * _DIAGONAL - 1 + size)
    before = slice(_DIAGONAL - 1, _DIAGONAL - 1 + size)
    forward = padded[ahead, ahead] - padded[before, before]
    backward = padded[inner, inner] - padded[:size, :size]
    larger: Floats = np.maximum(forward, backward) / _DIAGONAL
    return larger


# -- fitness ----------------------------------------------------------------------------------------------------------


def _band_fitness(similarity: Floats, band: Band) -> Floats:
    """Fitness of all segments of a band; longer ones than half of the piece cannot repeat."""
    frames = len(similarity)
    shortest = round(band.shortest * FRAME_RATE)
    longest = min(round(min(band.longest * FRAME_RATE, frames)) + 1, frames // 2 + 1)
    segments = [
        (start, length)
        for length in range(shortest, longest, band.length_step)
        for start in range(0, frames - length + 1, band.start_step)
    ]
    return segment_fitness(similarity, np.array(segments, np.intp).reshape(-1, 2))


def segment_fitness(similarity: Floats, segments: NDArray[np.intp]) -> Floats:
    """Fitness of segments ``(count, 2)`` of (start, length) in frames.

    For all of them at once, the family of paths of largest score is grown from frame to frame of the piece: a path
    leads through all of the segment in steps of (1, 1), (2, 1) or (1, 2), and no frame of the piece is used twice.
    """
    if not len(segments):
        return np.zeros(0)
    frames = len(similarity)
    starts, lengths = segments.T
    columns = np.minimum(starts[:, None] + np.arange(lengths.max()), frames - 1)
    paths = _Paths(lengths)
    for row in similarity.astype(np.float32):
        paths.advance(row[columns])
    score, cells, covered = paths.finish()
    normalised = np.maximum(score - lengths, 0) / np.maximum(cells, 1)
    coverage = np.maximum(covered - lengths, 0) / frames
    fitness: Floats = 2 * normalised * coverage / np.maximum(normalised + coverage, 1e-9)
    return fitness


class _Paths:
    """Families of paths that end at the newest two frames, for many segments.

    Attributes:
        score: ``(segments, longest)``, of the family whose last path has come to that frame of the segment.
        size: ``(segments, longest, 2)``, cells of that family and frames of the piece that it covers.
        resting: the same of a family whose last path is complete: ``(segments,)`` and ``(segments, 2)``.
    """

    def __init__(self, lengths: NDArray[np.intp]) -> None:
        shape = len(lengths), int(lengths.max())
        self._last = np.arange(len(lengths)), lengths - 1
        self.score, self.before = (np.full(shape, -np.inf, np.float32) for _ in range(2))
        self.size, self.size_before = (np.zeros((2, *shape), np.int16) for _ in range(2))
        self.resting, self.resting_size = np.zeros(shape[0], np.float32), np.zeros((2, shape[0]), np.int16)

    def advance(self, cells: NDArray[np.float32]) -> None:
        """One more frame of the piece, given how like each frame of each segment it is."""
        self.resting, self.resting_size = self.finish_all()
        score, size = np.full_like(self.score, -np.inf), np.empty_like(self.size)
        score[:, 1:], size[:, :, 1:] = self.score[:, :-1], self.size[:, :, :-1] + 1
        _improve(score[:, 1:], size[:, :, 1:], self.before[:, :-1], self.size_before[:, :, :-1], (1, 2))
        _improve(score[:, 2:], size[:, :, 2:], self.score[:, :-2], self.size[:, :, :-2], (1, 1))
        score[:, 0], size[:, :, 0] = self.resting, self.resting_size + 1
        self.before, self.size_before = self.score, self.size
        self.score, self.size = score + cells, size

    def finish_all(self) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
        """The better of resting as before and having just completed a path."""
        done, size = self.score[self._last], self.size[:, *self._last]
        better = done > self.resting
        return np.where(better, done, self.resting), np.where(better, size, self.resting_size)

    def finish(self) -> tuple[NDArray[np.float32], NDArray[np.int16], NDArray[np.int16]]:
        """Score, cells and covered frames of the best family for each segment."""
        score, size = self.finish_all()
        return score, size[0], size[1]


def _improve(
    score: NDArray[np.float32],
    size: NDArray[np.int16],
    other: NDArray[np.float32],
    other_size: NDArray[np.int16],
    step: tuple[int, int],
) -> None:
    """Where the ``other`` way is better, take it: a step adds so many cells and frames."""
    better = other > score
    np.copyto(score, other, where=better)
    np.copyto(size, other_size + np.array(step, np.int16)[:, None, None], where=better)

"""Which frames suit a primer: how many to a beat, where the bars lie, and how long a frame lasts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from composer.notes import EPSILON, Score, Tempo
from composer.rolls.roll import frame_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACTORS = (1.0, 0.75, 1.5, 2.0)
"""A network hears any even pulse: three or six frames to the beat hold triplets, eight hold 32nds."""
BETTER = 2.0
"""Another grid is taken where the onsets lie this many times closer to it than to the network's own."""
CLOSE_ENOUGH_BEATS = 0.02
"""With onsets so close to its own grid on average a network hears all there is."""
MOST_FRAMES_PER_SECOND = 13.0
"""More would take longer to compose than people wait, and go by faster than hands move."""
LAST_BARS = 8
"""The tempo goes on as it was on average in so many bars: most primers are no longer."""


@dataclass(frozen=True)
class Grid:
    """Where frames lie.

    Attributes:
        frames_per_quarter: as in ``Roll``.
        first: the first frame of the continuation; the primer ends there or up to a frame earlier.
        timeline: tempo map and metre of the whole piece, without notes; the tempo is steady from ``first`` on.
    """

    frames_per_quarter: int
    first: int
    timeline: Score

    @property
    def first_beat(self) -> float:
        """Where the continuation begins."""
        return self.first / self.frames_per_quarter

    @property
    def frame_seconds(self) -> float:
        """How long a frame of the continuation lasts."""
        return 60 / self.timeline.tempos[-1].bpm / self.frames_per_quarter

    @property
    def bar_frames(self) -> int:
        """Frames in a bar of the continuation."""
        bar = self.timeline.time_signature_at(self.first_beat).bar_beats
        return max(round(bar * self.frames_per_quarter), 1)

    def position(self, frame: int) -> int:
        """Place of a frame within its bar, in frames, by the metre at the end of the primer."""
        signature = self.timeline.time_signature_at(self.first_beat)
        return (frame - frame_at(signature.beat, self.frames_per_quarter)) % self.bar_frames

    def seconds(self, frame: int) -> float:
        """When a frame begins, from the beginning of the piece."""
        return self.timeline.seconds_at(frame / self.frames_per_quarter)


def grid_for(primer: Score, primer_end_beat: float, frames_per_quarter: int) -> Grid:
    """The frames for a primer and its continuation.

    Args:
        primer: at least one note.
        primer_end_beat: where the primer ends.
        frames_per_quarter: of the network; others are taken where the primer's rhythm asks for it.
    """
    bpm = steady_bpm(primer, primer_end_beat)
    rate = best_rate(primer, frames_per_quarter, bpm)
    first = math.ceil(primer_end_beat * rate - EPSILON)
    kept = [tempo for tempo in primer.tempos if tempo.beat < first / rate]
    timeline = Score(
        (),
        (*kept, *([] if kept[-1].bpm == bpm else [Tempo(first / rate, bpm)])),
        tuple(signature for signature in primer.time_signatures if signature.beat <= first / rate),
    )
    return Grid(rate, first, replace(timeline, beat_grid=primer.beat_grid, title=primer.title))


def steady_bpm(primer: Score, end_beat: float) -> float:
    """Mean tempo of the last bars before ``end_beat``: with one that was drawn note by note, the piece would drift."""
    start = max(end_beat - LAST_BARS * primer.time_signature_at(end_beat).bar_beats, 0.0)
    return (end_beat - start) * 60 / (primer.seconds_at(end_beat) - primer.seconds_at(start))


def best_rate(primer: Score, own: int, bpm: float) -> int:
    """Frames per quarter: the network's own, unless the onsets of ``primer`` lie much closer to another grid."""
    onsets = np.unique([note.start for note in primer.notes])
    possible = [own * factor for factor in FACTORS[1:] if (own * factor).is_integer()]
    rates = [int(rate) for rate in possible if 1 <= rate * bpm / 60 <= MOST_FRAMES_PER_SECOND]
    error = _error(onsets, own)
    if not primer.beat_grid or error <= CLOSE_ENOUGH_BEATS or not rates:
        return own
    best = min(rates, key=lambda rate: _error(onsets, rate))
    return best if _error(onsets, best) * BETTER < error else own


def _error(onsets: NDArray[np.float64], rate: int) -> float:
    """Mean distance of the onsets from the frames, in beats."""
    places = onsets * rate
    return float(np.abs(places - np.round(places)).mean()) / rate
